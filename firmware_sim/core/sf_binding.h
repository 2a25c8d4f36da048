/* For programs in other languages, to which the structures are opaque: their sizes, their parts, and what they hold.
 * Not needed on a pod.
 */
#ifndef SF_BINDING_H
#define SF_BINDING_H

#include "sf_pod.h"

typedef struct {
    uint64_t identify_until_us;
    uint32_t samples_until_full;
    uint16_t dropped;
    uint8_t cadence_spm;
    bool running, streaming, keeping, client_listens, makes_packets, is_sampling, beacons_are_active;
} sf_pod_state;

typedef struct {
    uint32_t oldest, next_number, capacity_bytes, used_bytes, free_bytes;
} sf_log_state;

size_t sf_pod_bytes(void);
size_t sf_packet_slot_bytes(void);
size_t sf_ring_bytes(void);
size_t sf_log_bytes(void);
size_t sf_log_cursor_bytes(void);

sf_ring *sf_pod_ring(sf_pod *pod);
sf_keeper *sf_pod_keeper(sf_pod *pod);
void sf_pod_set_battery_low(sf_pod *pod, bool low);
void sf_pod_read_state(const sf_pod *pod, sf_pod_state *state);

/* The next packet to send as it is notified; its size, 0 if there is none. Append one that was notified. */
size_t sf_ring_pop_bytes(sf_ring *ring, uint8_t *out);
bool sf_ring_append_bytes(sf_ring *ring, const uint8_t *data, size_t size, bool live);

void sf_keeper_replied(sf_keeper *keeper);
sf_status sf_keeper_next_fragment(sf_keeper *keeper, uint8_t *fragment, size_t *size);

void sf_pod_send_beacon(sf_pod *pod, uint64_t tick_us, uint8_t out[SF_BEACON_BYTES]);
sf_status sf_pod_hear_beacon(sf_pod *pod, const uint8_t *data, size_t size, uint64_t tick_us);

/* Four packets at most, as they are notified, one after another in `data`; the size of the record. */
size_t sf_record_of_packets(uint8_t *out, uint32_t number, uint32_t boot_count, const uint8_t *data, size_t size);

sf_status sf_log_append_bytes(sf_log *log, const uint8_t *record, size_t size);
void sf_log_read_state(const sf_log *log, sf_log_state *state);

/* The next record of a cursor; its length, 0 if there is none. */
sf_status sf_log_next_bytes(const sf_log *log, sf_log_cursor *cursor, uint8_t *out, size_t *size);

#endif
