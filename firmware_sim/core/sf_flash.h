/* The NOR flash that a pod keeps its samples in: what the board's driver has to provide. */
#ifndef SF_FLASH_H
#define SF_FLASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SF_FLASH_PAGE_BYTES = 256, SF_FLASH_SECTOR_BYTES = 4096, SF_FLASH_ERASED = 0xff };

typedef struct {
    void *context; /* passed to the callbacks, each of which returns whether it succeeded */
    uint32_t sectors; /* 0: there is no flash, hence no store */
    bool (*read)(void *context, uint32_t address, void *data, size_t size);          /* never beyond a sector */
    bool (*program)(void *context, uint32_t address, const void *data, size_t size); /* never beyond a page */
    bool (*erase)(void *context, uint32_t sector);
} sf_flash;

#endif
