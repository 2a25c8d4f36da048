/* Counter of a pod's starts in the first two sectors of its flash; it survives a power cut at any point. */
#ifndef SF_COUNTER_H
#define SF_COUNTER_H

#include "sf_flash.h"
#include "sf_status.h"

enum { SF_COUNTER_SECTORS = 2 };

/* Count a start; its number, from 1. */
sf_status sf_count_boot(const sf_flash *flash, uint32_t *boot_count);

/* Boot number of packets, which differs in 1024 starts in a row; `random` has six bits. */
uint16_t sf_boot_number(uint32_t boot_count, uint8_t random);

#endif
