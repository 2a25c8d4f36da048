#include "sf_transfer.h"

#include "sf_bytes.h"

void sf_transfer_start(sf_transfer *transfer, const sf_log *log, uint32_t *first, uint32_t *number) {
    const uint64_t asked_end = (uint64_t)*first + *number;
    const uint32_t held_end = asked_end < log->next_number ? (uint32_t)asked_end : log->next_number;
    const uint32_t begin = *first > log->oldest ? *first : log->oldest;
    const uint32_t end = held_end > begin ? held_end : begin;
    *transfer = (sf_transfer){{0, 0, begin, 0, 0}, end, 0, true, false, false};
    *first = begin;
    *number = end - begin;
}

void sf_transfer_replied(sf_transfer *transfer) { transfer->replied = true; }

void sf_transfer_stop(sf_transfer *transfer) { transfer->active = false; }

/* Go on to the next record of the range; at its end the transfer is no longer active. */
static sf_status next_record(sf_transfer *transfer, const sf_log *log) {
    bool found;
    if (!transfer->sought && sf_log_seek(log, transfer->cursor.first, &transfer->cursor)) {
        return SF_FLASH_FAILED;
    }
    transfer->sought = true;
    if (sf_log_next(log, &transfer->cursor, &found)) {
        return SF_FLASH_FAILED;
    }
    transfer->offset = 0;
    transfer->active = found && transfer->cursor.number < transfer->end;
    return SF_OK;
}

static uint8_t *put_head(uint8_t *out, uint32_t number, uint16_t offset, uint16_t length) {
    return sf_put(sf_put(sf_put(out, number, 4), offset, 2), length, 2);
}

sf_status sf_transfer_next(sf_transfer *transfer, const sf_log *log, uint8_t *fragment, size_t *size) {
    sf_log_cursor *cursor = &transfer->cursor;
    *size = 0;
    if (!transfer->active || !transfer->replied) {
        return SF_OK;
    }
    if (transfer->offset == cursor->length && next_record(transfer, log)) {
        return SF_FLASH_FAILED;
    }
    if (!transfer->active) {
        put_head(fragment, transfer->end, 0, 0);
        *size = SF_FRAGMENT_HEAD_BYTES;
        return SF_OK;
    }
    const uint16_t left = (uint16_t)(cursor->length - transfer->offset);
    const uint16_t part = left < SF_FRAGMENT_DATA_BYTES ? left : (uint16_t)SF_FRAGMENT_DATA_BYTES;
    uint8_t *data = put_head(fragment, cursor->number, transfer->offset, cursor->length);
    if (!sf_log_read(log, cursor, transfer->offset, data, part)) {
        return SF_FLASH_FAILED;
    }
    transfer->offset = (uint16_t)(transfer->offset + part);
    *size = SF_FRAGMENT_HEAD_BYTES + (size_t)part;
    return SF_OK;
}
