/* Append-only log of records on NOR flash: a ring of sectors, found again after a power cut at any point.
 *
 * Records follow one another and run on from sector to sector. The head of a sector says which record begins in it
 * first, so that a sector can be read without those before it. Only what has a right CRC is taken for a record.
 * The sectors in use are those of the sequences first_sequence...last_sequence; their heads stay in the flash.
 */
#ifndef SF_LOG_H
#define SF_LOG_H

#include "sf_record.h"
#include "sf_sector.h"
#include "sf_status.h"

enum { SF_LOG_MIN_SECTORS = 4 };

typedef struct {
    const sf_flash *flash;
    uint32_t size; /* sectors */
    uint32_t first_sequence, last_sequence;
    uint32_t last; /* place of the sector opened last, where records are written */
    uint32_t offset; /* in it, of the next record */
    uint32_t oldest, next_number;
    uint8_t record[SF_MAX_RECORD_BYTES]; /* being written */
} sf_log;

/* A place in the log, from which records are read in order while others are appended and released. */
typedef struct {
    uint32_t sequence; /* of the sector */
    uint32_t offset;   /* in it, of the record or where to look for the next; 0: at its first */
    uint32_t first;    /* records before this number are passed over */
    uint32_t number;   /* of the record found, and its length */
    uint16_t length;
} sf_log_cursor;

/* Find the log in a flash of at least SF_LOG_MIN_SECTORS; the sectors of the boot counter are left alone. */
sf_status sf_log_open(sf_log *log, const sf_flash *flash);

uint32_t sf_log_capacity_bytes(const sf_log *log);
uint32_t sf_log_used_bytes(const sf_log *log);
uint32_t sf_log_free_bytes(const sf_log *log);

/* Write log->record, made with the number log->next_number. */
sf_status sf_log_append(sf_log *log, size_t size);

/* Free the sectors whose records are all before this number. */
sf_status sf_log_release(sf_log *log, uint32_t before);

/* Start reading at a record; then find one record after another: `*found` says whether there is one. */
sf_status sf_log_seek(const sf_log *log, uint32_t first, sf_log_cursor *cursor);
sf_status sf_log_next(const sf_log *log, sf_log_cursor *cursor, bool *found);

/* Bytes of the record found; false if its sector is no longer in use, or the flash driver failed. */
bool sf_log_read(const sf_log *log, const sf_log_cursor *cursor, uint32_t offset, uint8_t *data, size_t size);

#endif
