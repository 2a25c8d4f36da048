#include "sf_pod.h"

#include <string.h>

#include "sf_bytes.h"

static size_t read_info(const void *pod, uint8_t *out) { return sf_pod_info(pod, out); }

sf_status sf_pod_init(sf_pod *pod, sf_settings *settings, const sf_flash *flash, uint16_t boot, uint32_t boot_count,
                      sf_packet *slots, uint32_t ring_packets, sf_on_packet on_packet, void *context) {
    memset(pod, 0, sizeof *pod);
    pod->settings = settings;
    pod->flash = flash;
    pod->on_packet = on_packet;
    pod->context = context;
    pod->boot = boot;
    sf_ring_init(&pod->ring, slots, ring_packets);
    sf_beacons_init(&pod->beacons);
    return sf_pod_has_store(pod) ? sf_keeper_init(&pod->keeper, flash, boot_count, settings, read_info, pod) : SF_OK;
}

bool sf_pod_has_store(const sf_pod *pod) { return pod->flash->sectors > 0; }

bool sf_pod_makes_packets(const sf_pod *pod) {
    return pod->streaming || (sf_pod_has_store(pod) && pod->keeper.keeping);
}

bool sf_pod_is_sampling(const sf_pod *pod) {
    return sf_pod_makes_packets(pod) || (sf_pod_has_store(pod) && sf_keeper_armed(&pod->keeper));
}

bool sf_pod_beacons_are_active(const sf_pod *pod) {
    return sf_pod_has_store(pod) && pod->keeper.keeping && pod->settings->partner_tag[0] != '\0';
}

unsigned sf_pod_samples_until_full(const sf_pod *pod) { return (unsigned)SF_MAX_SAMPLES - pod->filling.count; }

size_t sf_pod_info(const sf_pod *pod, uint8_t *out) {
    const sf_settings *settings = pod->settings;
    const size_t serial_bytes = strlen(settings->serial);
    const float rate_hz = settings->rate_hz;
    uint32_t rate_bits;
    memcpy(&rate_bits, &rate_hz, sizeof rate_bits);
    *out++ = SF_PROTOCOL_VERSION;
    *out++ = settings->foot;
    out = sf_put(out, pod->boot, 2);
    out = sf_put(out, rate_bits, 4);
    out = sf_put(out, settings->acc_range_g, 2);
    out = sf_put(out, settings->gyr_range_dps, 2);
    out = sf_put(out, pod->ring.capacity, 4);
    out = sf_put(out, sf_ring_oldest(&pod->ring), 4);
    out = sf_put(out, sf_ring_newest(&pod->ring), 4);
    memcpy(out, settings->serial, serial_bytes);
    return SF_INFO_BYTES + serial_bytes;
}

/* Packets */

static sf_status close_filled(sf_pod *pod) {
    sf_packet packet = pod->filling;
    pod->filling.count = 0;
    packet.boot = pod->boot;
    packet.span_us = (uint32_t)(pod->last_tick_us - packet.tick_us);
    packet.dropped = pod->dropped;
    packet.flags = pod->battery_low ? SF_FLAG_LOW_BATTERY : 0;
    sf_ring_append(&pod->ring, &packet, pod->streaming);
    const sf_status status = sf_pod_has_store(pod) ? sf_keeper_add(&pod->keeper, &packet) : SF_OK;
    if (status == SF_OK) {
        pod->on_packet(pod->context, &packet);
    }
    return status;
}

sf_status sf_pod_close_packet(sf_pod *pod) { return pod->filling.count > 0 ? close_filled(pod) : SF_OK; }

static sf_status pack(sf_pod *pod, uint64_t tick_us, const int16_t *counts) {
    sf_packet *filling = &pod->filling;
    if (filling->count == 0) {
        filling->tick_us = tick_us;
    }
    pod->last_tick_us = tick_us;
    memcpy(filling->counts + filling->count * (size_t)SF_CHANNELS, counts, SF_SAMPLE_BYTES);
    filling->count++;
    return filling->count == SF_MAX_SAMPLES ? close_filled(pod) : SF_OK;
}

static sf_status follow_steps(sf_pod *pod) {
    sf_keeper *keeper = &pod->keeper;
    if (!sf_pod_has_store(pod)) {
        return SF_OK;
    }
    if (sf_keeper_is_over(keeper, &pod->pedometer) && (sf_pod_close_packet(pod) || sf_keeper_end(keeper))) {
        return SF_FLASH_FAILED;
    }
    sf_keeper_start_by_steps(keeper, &pod->pedometer);
    return SF_OK;
}

static sf_status notice_steps(sf_pod *pod, const uint64_t *ticks_us, const int16_t *counts, size_t samples) {
    for (size_t place = 0; place < samples; place++) {
        sf_pedometer_push(&pod->pedometer, ticks_us[place], counts + place * SF_CHANNELS,
                          pod->settings->gyr_range_dps);
    }
    return follow_steps(pod);
}

sf_status sf_pod_sample(sf_pod *pod, const uint64_t *ticks_us, const int16_t *counts, size_t samples, bool *taken) {
    *taken = false;
    if (sf_pod_is_sampling(pod) && notice_steps(pod, ticks_us, counts, samples)) {
        return SF_FLASH_FAILED;
    }
    *taken = sf_pod_makes_packets(pod);
    for (size_t place = 0; *taken && place < samples; place++) {
        if (pack(pod, ticks_us[place], counts + place * SF_CHANNELS)) {
            return SF_FLASH_FAILED;
        }
    }
    return sf_pod_makes_packets(pod) ? SF_OK : sf_pod_close_packet(pod);
}

sf_status sf_pod_fifo_overrun(sf_pod *pod, uint16_t samples) {
    const sf_status status = sf_pod_close_packet(pod);
    pod->dropped = (uint16_t)(pod->dropped + samples);
    return status;
}
