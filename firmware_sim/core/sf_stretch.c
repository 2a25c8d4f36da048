#include "sf_stretch.h"

#include "sf_bytes.h"
#include "sf_record.h"
#include "sf_sector.h"

enum { CHUNK_BYTES = 64, CRC_BYTES = 4 };

static uint32_t stretch_bytes(const sf_stretch *bytes) {
    return SF_PAYLOAD_END - bytes->offset + bytes->following_end - SF_PAYLOAD_BEGIN;
}

bool sf_stretch_read(const sf_flash *flash, const sf_stretch *bytes, uint32_t from, uint8_t *data, size_t size) {
    const uint32_t here = SF_PAYLOAD_END - bytes->offset;
    const size_t first = from >= here ? 0 : size < here - from ? size : here - from;
    const uint32_t address = bytes->sector * SF_FLASH_SECTOR_BYTES + bytes->offset + from;
    const uint32_t beyond = from + (uint32_t)first - here + SF_PAYLOAD_BEGIN;
    return (first == 0 || flash->read(flash->context, address, data, first)) &&
           (first == size || flash->read(flash->context, bytes->following * SF_FLASH_SECTOR_BYTES + beyond,
                                         data + first, size - first));
}

/* Length and number of the undamaged record at the begin of a stretch; length 0 if there is none. */
static bool check_record(const sf_flash *flash, const sf_stretch *bytes, uint16_t *length, uint32_t *number) {
    uint8_t data[CHUNK_BYTES];
    const uint32_t available = stretch_bytes(bytes);
    *length = 0;
    if (available < SF_MIN_RECORD_BYTES) {
        return true;
    }
    if (!sf_stretch_read(flash, bytes, 0, data, SF_RECORD_HEAD_BYTES)) {
        return false;
    }
    const uint16_t claimed = sf_record_length(data);
    if (claimed == 0 || claimed > available) {
        return true;
    }
    *number = (uint32_t)sf_get(data + 3, 4);
    uint32_t crc = 0, done = 0;
    for (uint32_t end = claimed - CRC_BYTES; done < end;) {
        const uint32_t size = end - done < CHUNK_BYTES ? end - done : CHUNK_BYTES;
        if (!sf_stretch_read(flash, bytes, done, data, size)) {
            return false;
        }
        crc = sf_crc32(crc, data, size);
        done += size;
    }
    if (!sf_stretch_read(flash, bytes, done, data, CRC_BYTES)) {
        return false;
    }
    *length = crc == (uint32_t)sf_get(data, CRC_BYTES) ? claimed : 0;
    return true;
}

/* Go on to the next byte that a record can begin with, or to the end of the sector. */
static bool skip_to_kind(const sf_flash *flash, sf_stretch *bytes) {
    uint8_t data[CHUNK_BYTES];
    while (bytes->offset < SF_PAYLOAD_END) {
        const uint32_t left = SF_PAYLOAD_END - bytes->offset, size = left < CHUNK_BYTES ? left : CHUNK_BYTES;
        if (!sf_stretch_read(flash, bytes, 0, data, size)) {
            return false;
        }
        for (uint32_t place = 0; place < size; place++, bytes->offset++) {
            if (data[place] >= SF_RECORD_BOOT && data[place] <= SF_RECORD_BEACON) {
                return true;
            }
        }
    }
    return true;
}

bool sf_stretch_find(const sf_flash *flash, sf_stretch *bytes, uint16_t *length, uint32_t *number) {
    *length = 0;
    while (*length == 0 && bytes->offset < SF_PAYLOAD_END) {
        if (!check_record(flash, bytes, length, number)) {
            return false;
        }
        if (*length == 0) {
            bytes->offset++;
            if (!skip_to_kind(flash, bytes)) {
                return false;
            }
        }
    }
    return true;
}
