#include "sf_log.h"

#include <string.h>

#include "sf_counter.h"
#include "sf_stretch.h"

static uint32_t used_sectors(const sf_log *log) { return log->last_sequence + 1 - log->first_sequence; }

static uint32_t room(const sf_log *log) { return SF_PAYLOAD_END - log->offset; }

static uint32_t after(const sf_log *log, uint32_t sector) {
    return (sector - SF_COUNTER_SECTORS + 1) % log->size + SF_COUNTER_SECTORS;
}

static uint32_t place_of(const sf_log *log, uint32_t sequence) {
    const uint32_t back = log->last_sequence - sequence;
    return (log->last - SF_COUNTER_SECTORS + log->size - back % log->size) % log->size + SF_COUNTER_SECTORS;
}

static bool in_use(const sf_log *log, uint32_t sequence) {
    return sequence >= log->first_sequence && sequence <= log->last_sequence;
}

/* Head of a sector in use; not valid if it was damaged since it was opened. */
static bool head_of(const sf_log *log, uint32_t sequence, sf_sector_head *head) {
    if (!in_use(log, sequence)) {
        head->valid = false;
        return true;
    }
    const bool read = sf_sector_read_head(log->flash, place_of(log, sequence), head);
    head->valid = head->valid && head->sequence == sequence;
    return read;
}

uint32_t sf_log_capacity_bytes(const sf_log *log) { return log->size * SF_FLASH_SECTOR_BYTES; }

uint32_t sf_log_used_bytes(const sf_log *log) { return used_sectors(log) * SF_FLASH_SECTOR_BYTES - room(log); }

uint32_t sf_log_free_bytes(const sf_log *log) {
    return (log->size - used_sectors(log)) * SF_PAYLOAD_BYTES + room(log);
}

/* Opening */

/* The newest sector, and how many precede it without a break, down to the last that was released. */
static bool find_sectors(sf_log *log, sf_sector_head *newest, uint32_t *used) {
    sf_sector_head head;
    for (uint32_t sector = SF_COUNTER_SECTORS; sector < log->flash->sectors; sector++) {
        if (!sf_sector_read_head(log->flash, sector, &head)) {
            return false;
        }
        if (head.valid && (!newest->valid || head.sequence > newest->sequence)) {
            *newest = head;
            log->last = sector;
        }
    }
    if (newest->valid) {
        log->last_sequence = newest->sequence;
    }
    for (*used = 0; newest->valid && *used < log->size; ++*used) {
        const uint32_t sequence = newest->sequence - *used;
        if (!sf_sector_read_head(log->flash, place_of(log, sequence), &head)) {
            return false;
        }
        if (!head.valid || head.sequence != sequence || head.released) {
            break;
        }
    }
    return true;
}

/* Go on after the last record; what a power cut left half written is passed over, with its number. */
static bool find_end(sf_log *log, const sf_sector_head *newest) {
    sf_stretch bytes = {log->last, newest->first_offset, 0, SF_PAYLOAD_BEGIN};
    uint32_t whole = newest->first_offset, number, written;
    uint16_t length;
    log->next_number = newest->first_number;
    while (true) {
        if (!sf_stretch_find(log->flash, &bytes, &length, &number)) {
            return false;
        }
        if (length == 0) {
            break;
        }
        log->next_number = number + 1;
        whole = bytes.offset += length;
    }
    if (!sf_sector_written_end(log->flash, log->last, newest->first_offset, &written)) {
        return false;
    }
    log->next_number += written > whole;
    log->offset = newest->released ? SF_PAYLOAD_END : written > whole ? written : whole;
    return true;
}

sf_status sf_log_open(sf_log *log, const sf_flash *flash) {
    sf_sector_head newest = {0, 0, 0, false, false};
    uint32_t used;
    sf_log_cursor cursor;
    bool found;
    memset(log, 0, sizeof *log);
    log->flash = flash;
    log->size = flash->sectors - SF_COUNTER_SECTORS;
    log->last = flash->sectors - 1;
    log->offset = SF_PAYLOAD_END;
    if (!find_sectors(log, &newest, &used) || (newest.valid && !find_end(log, &newest))) {
        return SF_FLASH_FAILED;
    }
    log->first_sequence = log->last_sequence + 1 - used;
    if (sf_log_seek(log, 0, &cursor) || sf_log_next(log, &cursor, &found)) {
        return SF_FLASH_FAILED;
    }
    log->oldest = found ? cursor.number : log->next_number;
    return SF_OK;
}

/* Writing */

static sf_status write_here(sf_log *log, size_t from, size_t size) {
    if (!sf_sector_write(log->flash, log->last, log->offset, log->record + from, size)) {
        return SF_FLASH_FAILED;
    }
    log->offset += (uint32_t)size;
    return SF_OK;
}

static sf_status open_next(sf_log *log, uint32_t first_number, uint32_t first_offset) {
    const sf_sector_head head = {log->last_sequence + 1, first_number, (uint16_t)first_offset, true, false};
    const uint32_t sector = after(log, log->last);
    if (!sf_sector_open(log->flash, sector, &head)) {
        return SF_FLASH_FAILED;
    }
    log->last = sector;
    log->last_sequence = head.sequence;
    log->offset = SF_PAYLOAD_BEGIN;
    return SF_OK;
}

sf_status sf_log_append(sf_log *log, size_t size) {
    const size_t here = size < room(log) ? size : room(log), rest = size - here;
    if (rest > 0 && used_sectors(log) == log->size) {
        return SF_STORE_FULL;
    }
    if (write_here(log, 0, here)) {
        return SF_FLASH_FAILED;
    }
    if (rest > 0) {
        const uint32_t first_number = log->next_number + (here > 0);
        const uint32_t first_offset = SF_PAYLOAD_BEGIN + (here > 0 ? (uint32_t)rest : 0);
        if (open_next(log, first_number, first_offset) || write_here(log, here, rest)) {
            return SF_FLASH_FAILED;
        }
    }
    log->next_number++;
    return SF_OK;
}

static sf_status free_first(sf_log *log) {
    if (!sf_sector_release(log->flash, place_of(log, log->first_sequence))) {
        return SF_FLASH_FAILED;
    }
    log->first_sequence++;
    return SF_OK;
}

sf_status sf_log_release(sf_log *log, uint32_t before) {
    const uint32_t until = before < log->next_number ? before : log->next_number;
    sf_sector_head following;
    log->oldest = until > log->oldest ? until : log->oldest;
    while (used_sectors(log) > 1) {
        if (!head_of(log, log->first_sequence + 1, &following)) {
            return SF_FLASH_FAILED;
        }
        if (!following.valid || following.first_number > log->oldest) {
            return SF_OK;
        }
        if (free_first(log)) {
            return SF_FLASH_FAILED;
        }
    }
    if (used_sectors(log) > 0 && log->oldest == log->next_number) {
        log->offset = SF_PAYLOAD_END;
        return free_first(log);
    }
    return SF_OK;
}

/* Reading */

sf_status sf_log_seek(const sf_log *log, uint32_t first, sf_log_cursor *cursor) {
    sf_sector_head following;
    *cursor = (sf_log_cursor){log->first_sequence, 0, first, 0, 0};
    while (true) {
        if (!head_of(log, cursor->sequence + 1, &following)) {
            return SF_FLASH_FAILED;
        }
        if (!following.valid || following.first_number > first) {
            return SF_OK;
        }
        cursor->sequence++;
    }
}

/* The sector from the cursor on, with what its last record has in the next; false if the flash driver failed. */
static bool stretch_at(const sf_log *log, const sf_log_cursor *cursor, sf_stretch *bytes, bool *readable) {
    sf_sector_head head, following;
    if (!head_of(log, cursor->sequence, &head) || !head_of(log, cursor->sequence + 1, &following)) {
        return false;
    }
    const uint32_t sector = place_of(log, cursor->sequence);
    *bytes = (sf_stretch){sector, cursor->offset > 0 ? cursor->offset : head.first_offset, after(log, sector),
                          following.valid ? following.first_offset : SF_PAYLOAD_BEGIN};
    *readable = head.valid;
    return true;
}

sf_status sf_log_next(const sf_log *log, sf_log_cursor *cursor, bool *found) {
    sf_stretch bytes;
    bool readable;
    if (cursor->offset > 0) {
        cursor->offset += cursor->length;
    }
    for (*found = false; cursor->sequence <= log->last_sequence; cursor->sequence++, cursor->offset = 0) {
        if (!stretch_at(log, cursor, &bytes, &readable)) {
            return SF_FLASH_FAILED;
        }
        while (readable) {
            if (!sf_stretch_find(log->flash, &bytes, &cursor->length, &cursor->number)) {
                return SF_FLASH_FAILED;
            }
            cursor->offset = bytes.offset;
            if (cursor->length == 0) {
                break;
            }
            if (cursor->number >= cursor->first) {
                *found = true;
                return SF_OK;
            }
            bytes.offset += cursor->length;
        }
    }
    return SF_OK;
}

bool sf_log_read(const sf_log *log, const sf_log_cursor *cursor, uint32_t offset, uint8_t *data, size_t size) {
    sf_stretch bytes;
    bool readable;
    return in_use(log, cursor->sequence) && stretch_at(log, cursor, &bytes, &readable) && readable &&
           sf_stretch_read(log->flash, &bytes, offset, data, size);
}
