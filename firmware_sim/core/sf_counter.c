#include "sf_counter.h"

#include "sf_bytes.h"

/* An entry is a number and its complement. */
enum {
    ENTRY_BYTES = 8,
    ENTRIES = SF_FLASH_SECTOR_BYTES / ENTRY_BYTES,
    ALL_ENTRIES = SF_COUNTER_SECTORS * ENTRIES,
    CHUNK_ENTRIES = 16
};

/* Number in an entry, 0 if it is not valid: one that was left half written has bits set in both halves. */
static uint32_t count_in(const uint8_t *entry) {
    const uint32_t number = (uint32_t)sf_get(entry, 4), complement = (uint32_t)sf_get(entry + 4, 4);
    return (number ^ complement) == UINT32_MAX ? number : 0;
}

static bool find_last(const sf_flash *flash, uint32_t *last, uint32_t *count) {
    uint8_t chunk[CHUNK_ENTRIES * ENTRY_BYTES];
    *last = *count = 0;
    for (uint32_t place = 0; place < ALL_ENTRIES; place++) {
        const uint8_t *entry = chunk + place % CHUNK_ENTRIES * ENTRY_BYTES;
        if (entry == chunk && !flash->read(flash->context, place * ENTRY_BYTES, chunk, sizeof chunk)) {
            return false;
        }
        if (count_in(entry) > *count) {
            *count = count_in(entry);
            *last = place;
        }
    }
    return true;
}

/* First blank entry after the last valid one in its sector, else the start of the other sector. */
static bool find_next(const sf_flash *flash, uint32_t last, uint32_t *place) {
    const uint32_t end = (last / ENTRIES + 1) * ENTRIES;
    for (*place = last; *place < end; (*place)++) {
        uint8_t entry[ENTRY_BYTES];
        if (!flash->read(flash->context, *place * ENTRY_BYTES, entry, sizeof entry)) {
            return false;
        }
        if (sf_get(entry, ENTRY_BYTES) == UINT64_MAX) {
            return true;
        }
    }
    *place = end % ALL_ENTRIES;
    return true;
}

sf_status sf_count_boot(const sf_flash *flash, uint32_t *boot_count) {
    uint32_t last, place;
    uint8_t entry[ENTRY_BYTES];
    if (!find_last(flash, &last, boot_count) || !find_next(flash, last, &place)) {
        return SF_FLASH_FAILED;
    }
    ++*boot_count;
    if (place % ENTRIES == 0 && !flash->erase(flash->context, place / ENTRIES)) {
        return SF_FLASH_FAILED;
    }
    sf_put(sf_put(entry, *boot_count, 4), ~*boot_count, 4);
    return flash->program(flash->context, place * ENTRY_BYTES, entry, sizeof entry) ? SF_OK : SF_FLASH_FAILED;
}

uint16_t sf_boot_number(uint32_t boot_count, uint8_t random) {
    return (uint16_t)((boot_count & 0x3ffu) << 6 | (random & 0x3fu));
}
