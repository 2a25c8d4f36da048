#include "sf_binding.h"

#include <string.h>

#include "sf_bytes.h"

size_t sf_pod_bytes(void) { return sizeof(sf_pod); }

size_t sf_packet_slot_bytes(void) { return sizeof(sf_packet); }

size_t sf_ring_bytes(void) { return sizeof(sf_ring); }

size_t sf_log_bytes(void) { return sizeof(sf_log); }

size_t sf_log_cursor_bytes(void) { return sizeof(sf_log_cursor); }

sf_ring *sf_pod_ring(sf_pod *pod) { return &pod->ring; }

sf_keeper *sf_pod_keeper(sf_pod *pod) { return &pod->keeper; }

void sf_pod_set_battery_low(sf_pod *pod, bool low) { pod->battery_low = low; }

void sf_pod_read_state(const sf_pod *pod, sf_pod_state *state) {
    state->identify_until_us = pod->identify_until_us;
    state->samples_until_full = sf_pod_samples_until_full(pod);
    state->dropped = pod->dropped;
    state->cadence_spm = sf_pedometer_cadence_spm(&pod->pedometer);
    state->running = sf_pedometer_running(&pod->pedometer);
    state->streaming = pod->streaming;
    state->keeping = sf_pod_has_store(pod) && pod->keeper.keeping;
    state->client_listens = pod->keeper.client_listens;
    state->makes_packets = sf_pod_makes_packets(pod);
    state->is_sampling = sf_pod_is_sampling(pod);
    state->beacons_are_active = sf_pod_beacons_are_active(pod);
}

size_t sf_ring_pop_bytes(sf_ring *ring, uint8_t *out) {
    sf_packet packet;
    return sf_ring_pop(ring, &packet) ? sf_packet_write(&packet, out) : 0;
}

bool sf_ring_append_bytes(sf_ring *ring, const uint8_t *data, size_t size, bool live) {
    sf_packet packet;
    if (!sf_packet_read(&packet, data, size)) {
        return false;
    }
    sf_ring_append(ring, &packet, live);
    return true;
}

void sf_keeper_replied(sf_keeper *keeper) { sf_transfer_replied(&keeper->transfer); }

sf_status sf_keeper_next_fragment(sf_keeper *keeper, uint8_t *fragment, size_t *size) {
    return sf_transfer_next(&keeper->transfer, &keeper->log, fragment, size);
}

void sf_pod_send_beacon(sf_pod *pod, uint64_t tick_us, uint8_t out[SF_BEACON_BYTES]) {
    sf_beacons_send(&pod->beacons, &pod->keeper, tick_us, out);
}

sf_status sf_pod_hear_beacon(sf_pod *pod, const uint8_t *data, size_t size, uint64_t tick_us) {
    return sf_beacons_hear(&pod->beacons, &pod->keeper, data, size, tick_us);
}

size_t sf_record_of_packets(uint8_t *out, uint32_t number, uint32_t boot_count, const uint8_t *data, size_t size) {
    sf_packet packets[SF_RECORD_PACKETS];
    unsigned count = 0;
    for (size_t offset = 0; offset < size && count < SF_RECORD_PACKETS; count++) {
        const size_t left = size - offset;
        const size_t bytes =
            left < SF_PACKET_HEADER_BYTES ? left : SF_PACKET_HEADER_BYTES + (size_t)data[offset + 18] * SF_SAMPLE_BYTES;
        if (bytes > left || !sf_packet_read(&packets[count], data + offset, bytes)) {
            return 0;
        }
        offset += bytes;
    }
    return count > 0 ? sf_record_samples(out, number, boot_count, packets, count) : 0;
}

sf_status sf_log_append_bytes(sf_log *log, const uint8_t *record, size_t size) {
    memcpy(log->record, record, size);
    return sf_log_append(log, size);
}

void sf_log_read_state(const sf_log *log, sf_log_state *state) {
    state->oldest = log->oldest;
    state->next_number = log->next_number;
    state->capacity_bytes = sf_log_capacity_bytes(log);
    state->used_bytes = sf_log_used_bytes(log);
    state->free_bytes = sf_log_free_bytes(log);
}

sf_status sf_log_next_bytes(const sf_log *log, sf_log_cursor *cursor, uint8_t *out, size_t *size) {
    bool found;
    *size = 0;
    if (sf_log_next(log, cursor, &found)) {
        return SF_FLASH_FAILED;
    }
    if (found && !sf_log_read(log, cursor, 0, out, cursor->length)) {
        return SF_FLASH_FAILED;
    }
    *size = found ? cursor->length : 0;
    return SF_OK;
}
