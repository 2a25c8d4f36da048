/* Records in a sector from an offset on, the last of which may run on into the next sector. */
#ifndef SF_STRETCH_H
#define SF_STRETCH_H

#include "sf_flash.h"

typedef struct {
    uint32_t sector, offset;
    uint32_t following;     /* the next sector */
    uint32_t following_end; /* offset in it of the first record that begins there */
} sf_stretch;

/* Bytes from a place in the stretch on; false if the flash driver failed. */
bool sf_stretch_read(const sf_flash *flash, const sf_stretch *bytes, uint32_t from, uint8_t *data, size_t size);

/* Go on to the first undamaged record that begins in the sector, after damage byte by byte; length 0 if there is none. */
bool sf_stretch_find(const sf_flash *flash, sf_stretch *bytes, uint16_t *length, uint32_t *number);

#endif
