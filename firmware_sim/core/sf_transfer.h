/* Transfer of records to a client, fragment by fragment; "Transfer" in section "Store" of PROTOCOL.md. */
#ifndef SF_TRANSFER_H
#define SF_TRANSFER_H

#include "sf_log.h"

enum { SF_FRAGMENT_HEAD_BYTES = 8, SF_FRAGMENT_DATA_BYTES = 236, SF_FRAGMENT_BYTES = SF_FRAGMENT_HEAD_BYTES + SF_FRAGMENT_DATA_BYTES };

typedef struct {
    sf_log_cursor cursor;
    uint32_t end;    /* number after the last record asked for */
    uint16_t offset; /* of the next fragment in the record at the cursor; its length: go on to the next record */
    bool active, replied, sought;
} sf_transfer;

/* Start; a transfer under way is replaced. `first` and `number` become what may be held of the range. */
void sf_transfer_start(sf_transfer *transfer, const sf_log *log, uint32_t *first, uint32_t *number);

/* The client has confirmed the reply to FETCH: no fragment comes before. */
void sf_transfer_replied(sf_transfer *transfer);

void sf_transfer_stop(sf_transfer *transfer);

/* The next fragment to notify, at most SF_FRAGMENT_BYTES; `*size` is 0 if there is none. */
sf_status sf_transfer_next(sf_transfer *transfer, const sf_log *log, uint8_t *fragment, size_t *size);

#endif
