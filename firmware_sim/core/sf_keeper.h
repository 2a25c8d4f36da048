/* What one start of a pod keeps in its flash: packets, four a record, notes beside them, and the rule when to keep. */
#ifndef SF_KEEPER_H
#define SF_KEEPER_H

#include "sf_log.h"
#include "sf_pedometer.h"
#include "sf_settings.h"
#include "sf_transfer.h"

enum { SF_STORE_INFO_BYTES = 28, SF_STORE_STATUS_BYTES = 6, SF_MAX_INFO_BYTES = SF_INFO_BYTES + SF_SERIAL_BYTES };

/* Writes the value of the info characteristic, at most SF_MAX_INFO_BYTES; its size. */
typedef size_t (*sf_read_info)(const void *pod, uint8_t *out);

typedef struct {
    sf_log log;
    sf_transfer transfer;
    sf_settings *settings;
    sf_read_info read_info;
    const void *pod;
    uint32_t boot_count;
    bool keeping, client_listens;
    bool info_is_noted;
    bool ordered_to_stop; /* by command, perhaps in mid-run: steps start it again only after a rest */
    int64_t since_us; /* when keeping was started */
    sf_packet packets[SF_RECORD_PACKETS]; /* not yet written */
    unsigned packet_count;
} sf_keeper;

sf_status sf_keeper_init(sf_keeper *keeper, const sf_flash *flash, uint32_t boot_count, sf_settings *settings,
                         sf_read_info read_info, const void *pod);

/* No samples fit until records are released. */
bool sf_keeper_full(const sf_keeper *keeper);

/* Steps are waited for, to start keeping. */
bool sf_keeper_armed(const sf_keeper *keeper);

/* Start keeping; false if the flash is full. Stop by command, and end for any reason: what is in memory is written. */
bool sf_keeper_start(sf_keeper *keeper, uint64_t tick_us);
sf_status sf_keeper_stop(sf_keeper *keeper);
sf_status sf_keeper_end(sf_keeper *keeper);

/* Start if the foot has begun to walk or run; whether it has made no steps for minutes. */
void sf_keeper_start_by_steps(sf_keeper *keeper, const sf_pedometer *pedometer);
bool sf_keeper_is_over(const sf_keeper *keeper, const sf_pedometer *pedometer);

/* Keep a packet, if keeping; it is written with those that follow it. */
sf_status sf_keeper_add(sf_keeper *keeper, const sf_packet *packet);

/* Rate, ranges or foot are about to change: the next record follows a new boot record. */
sf_status sf_keeper_info_changes(sf_keeper *keeper);

sf_status sf_keeper_note_utc(sf_keeper *keeper, uint64_t tick_us, uint64_t utc_us);
sf_status sf_keeper_note_beacon(sf_keeper *keeper, uint64_t tick_us, const char *partner_tag,
                                uint32_t partner_boot_count, uint64_t partner_tick_us);

/* A client subscribed to transfers, or unsubscribed, which ends the current one. */
void sf_keeper_set_client_listens(sf_keeper *keeper, bool listens);

/* Values of the store info characteristic and of the service data in the scan response. */
void sf_keeper_info(const sf_keeper *keeper, uint8_t out[SF_STORE_INFO_BYTES]);
void sf_keeper_status(const sf_keeper *keeper, uint8_t battery_pct, uint8_t out[SF_STORE_STATUS_BYTES]);

#endif
