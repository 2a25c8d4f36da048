/* One sector of the log: a head that says which records begin in it, their bytes, a copy of the head. */
#ifndef SF_SECTOR_H
#define SF_SECTOR_H

#include "sf_flash.h"

enum {
    SF_SECTOR_HEAD_BYTES = 12,
    SF_PAYLOAD_BEGIN = SF_SECTOR_HEAD_BYTES + 4, /* the word between is cleared when the sector is released */
    SF_PAYLOAD_END = SF_FLASH_SECTOR_BYTES - SF_SECTOR_HEAD_BYTES,
    SF_PAYLOAD_BYTES = SF_PAYLOAD_END - SF_PAYLOAD_BEGIN
};

typedef struct {
    uint32_t sequence;     /* number of the sector in the pod's life */
    uint32_t first_number; /* the first record that begins in the sector */
    uint16_t first_offset;
    bool valid, released;
} sf_sector_head;

/* Each returns false if the flash driver failed. A head that is damaged, with its copy, is read as not valid. */
bool sf_sector_read_head(const sf_flash *flash, uint32_t sector, sf_sector_head *head);
bool sf_sector_open(const sf_flash *flash, uint32_t sector, const sf_sector_head *head);
bool sf_sector_release(const sf_flash *flash, uint32_t sector);

/* Program bytes of records, page by page. */
bool sf_sector_write(const sf_flash *flash, uint32_t sector, uint32_t offset, const uint8_t *data, size_t size);

/* Offset after the last byte from `begin` to the end of the payload that is not erased; `begin` if all are. */
bool sf_sector_written_end(const sf_flash *flash, uint32_t sector, uint32_t begin, uint32_t *end);

#endif
