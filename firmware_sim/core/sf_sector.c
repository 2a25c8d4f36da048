#include "sf_sector.h"

#include "sf_bytes.h"
#include "sf_record.h"

enum { CHECK_AT = SF_SECTOR_HEAD_BYTES - 2, RELEASED_BYTES = 4, RELEASED_BITS = 16, CHUNK_BYTES = 64 };

static uint32_t address_of(uint32_t sector, uint32_t offset) { return sector * SF_FLASH_SECTOR_BYTES + offset; }

static bool parse_head(const uint8_t *data, sf_sector_head *head) {
    head->sequence = (uint32_t)sf_get(data, 4);
    head->first_number = (uint32_t)sf_get(data + 4, 4);
    head->first_offset = (uint16_t)sf_get(data + 8, 2);
    head->valid = (sf_crc32(0, data, CHECK_AT) & 0xffffu) == sf_get(data + CHECK_AT, 2) &&
                  head->first_offset >= SF_PAYLOAD_BEGIN && head->first_offset <= SF_PAYLOAD_END;
    return head->valid;
}

/* Cleared bits of the word that marks a released sector: one that flips by itself does not release it. */
static unsigned cleared_bits(const uint8_t word[RELEASED_BYTES]) {
    unsigned cleared = 0;
    for (uint32_t bits = ~(uint32_t)sf_get(word, RELEASED_BYTES); bits > 0; bits &= bits - 1) {
        cleared++;
    }
    return cleared;
}

bool sf_sector_read_head(const sf_flash *flash, uint32_t sector, sf_sector_head *head) {
    uint8_t data[SF_PAYLOAD_BEGIN], copy[SF_SECTOR_HEAD_BYTES];
    if (!flash->read(flash->context, address_of(sector, 0), data, sizeof data)) {
        return false;
    }
    if (!parse_head(data, head)) {
        if (!flash->read(flash->context, address_of(sector, SF_PAYLOAD_END), copy, sizeof copy)) {
            return false;
        }
        parse_head(copy, head);
    }
    head->released = cleared_bits(data + SF_SECTOR_HEAD_BYTES) >= RELEASED_BITS;
    return true;
}

bool sf_sector_open(const sf_flash *flash, uint32_t sector, const sf_sector_head *head) {
    uint8_t data[SF_SECTOR_HEAD_BYTES];
    sf_put(data, head->sequence, 4);
    sf_put(data + 4, head->first_number, 4);
    sf_put(data + 8, head->first_offset, 2);
    sf_put(data + CHECK_AT, sf_crc32(0, data, CHECK_AT), 2);
    return flash->erase(flash->context, sector) &&
           flash->program(flash->context, address_of(sector, 0), data, sizeof data) &&
           flash->program(flash->context, address_of(sector, SF_PAYLOAD_END), data, sizeof data);
}

bool sf_sector_release(const sf_flash *flash, uint32_t sector) {
    static const uint8_t zeros[RELEASED_BYTES] = {0};
    return flash->program(flash->context, address_of(sector, SF_SECTOR_HEAD_BYTES), zeros, sizeof zeros);
}

bool sf_sector_write(const sf_flash *flash, uint32_t sector, uint32_t offset, const uint8_t *data, size_t size) {
    while (size > 0) {
        const size_t room = SF_FLASH_PAGE_BYTES - offset % SF_FLASH_PAGE_BYTES, part = size < room ? size : room;
        if (!flash->program(flash->context, address_of(sector, offset), data, part)) {
            return false;
        }
        offset += (uint32_t)part;
        data += part;
        size -= part;
    }
    return true;
}

bool sf_sector_written_end(const sf_flash *flash, uint32_t sector, uint32_t begin, uint32_t *end) {
    uint8_t chunk[CHUNK_BYTES];
    *end = begin;
    for (uint32_t offset = begin; offset < SF_PAYLOAD_END; offset += CHUNK_BYTES) {
        const uint32_t left = SF_PAYLOAD_END - offset, size = left < CHUNK_BYTES ? left : CHUNK_BYTES;
        if (!flash->read(flash->context, address_of(sector, offset), chunk, size)) {
            return false;
        }
        for (uint32_t place = 0; place < size; place++) {
            if (chunk[place] != SF_FLASH_ERASED) {
                *end = offset + place + 1;
            }
        }
    }
    return true;
}
