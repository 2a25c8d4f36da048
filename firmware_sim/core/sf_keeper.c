#include "sf_keeper.h"

#include <string.h>

#include "sf_block.h"
#include "sf_bytes.h"

enum {
    RESERVED_BYTES = 8192, /* not used for samples, so that a full pod still notes when it was met */
    USUAL_BYTES_PER_10_SAMPLES = 93,
    REST_US = 30000000,
    MINUTE_US = 60000000,
    LAYOUT = 1,
    CAPABILITIES = 3, /* keeps by itself, beacons */
    IDLE = 0,
    KEEPING = 1,
    FULL = 2
};

sf_status sf_keeper_init(sf_keeper *keeper, const sf_flash *flash, uint32_t boot_count, sf_settings *settings,
                         sf_read_info read_info, const void *pod) {
    memset(keeper, 0, sizeof *keeper);
    keeper->boot_count = boot_count;
    keeper->settings = settings;
    keeper->read_info = read_info;
    keeper->pod = pod;
    if (sf_log_open(&keeper->log, flash)) {
        return SF_FLASH_FAILED;
    }
    if (settings->keep_ordered) {
        sf_keeper_start(keeper, 0);
    }
    return SF_OK;
}

bool sf_keeper_full(const sf_keeper *keeper) { return sf_log_free_bytes(&keeper->log) < RESERVED_BYTES; }

bool sf_keeper_armed(const sf_keeper *keeper) { return keeper->settings->auto_minutes > 0 && !sf_keeper_full(keeper); }

/* Starting and stopping */

bool sf_keeper_start(sf_keeper *keeper, uint64_t tick_us) {
    if (sf_keeper_full(keeper)) {
        return false;
    }
    if (!keeper->keeping) {
        keeper->keeping = true;
        keeper->ordered_to_stop = false;
        keeper->since_us = (int64_t)tick_us;
    }
    return true;
}

sf_status sf_keeper_stop(sf_keeper *keeper) {
    keeper->ordered_to_stop = true;
    return sf_keeper_end(keeper);
}

void sf_keeper_start_by_steps(sf_keeper *keeper, const sf_pedometer *pedometer) {
    if (keeper->keeping || !sf_keeper_armed(keeper)) {
        return;
    }
    if (pedometer->now_us - pedometer->last_stride_us > REST_US) {
        keeper->ordered_to_stop = false;
    }
    if (sf_pedometer_steady(pedometer) && !keeper->ordered_to_stop) {
        sf_keeper_start(keeper, (uint64_t)pedometer->now_us);
    }
}

bool sf_keeper_is_over(const sf_keeper *keeper, const sf_pedometer *pedometer) {
    const int64_t minutes = keeper->settings->auto_minutes;
    const bool stepped = pedometer->last_stride_us > keeper->since_us;
    const int64_t last_us = stepped ? pedometer->last_stride_us : keeper->since_us;
    return keeper->keeping && minutes > 0 && pedometer->now_us - last_us >= minutes * MINUTE_US;
}

/* Writing */

static sf_status append(sf_keeper *keeper, size_t size) {
    return size > 0 ? sf_log_append(&keeper->log, size) : SF_STORE_FULL;
}

/* The record that the next one has to follow. */
static sf_status note_info(sf_keeper *keeper) {
    uint8_t info[SF_MAX_INFO_BYTES];
    sf_log *log = &keeper->log;
    if (keeper->info_is_noted) {
        return SF_OK;
    }
    const size_t size = keeper->read_info(keeper->pod, info);
    const sf_status status =
        append(keeper, sf_record_boot(log->record, log->next_number, keeper->boot_count, info, size));
    keeper->info_is_noted = status == SF_OK;
    return status;
}

static sf_status write_packets(sf_keeper *keeper, unsigned count) {
    sf_log *log = &keeper->log;
    const sf_status status = note_info(keeper);
    return status ? status : append(keeper, sf_record_samples(log->record, log->next_number, keeper->boot_count,
                                                              keeper->packets, count));
}

/* Write the packets that are still in memory; if they do not fit, they are not kept. */
static sf_status flush(sf_keeper *keeper) {
    const unsigned count = keeper->packet_count;
    keeper->packet_count = 0;
    if (count > 0 && write_packets(keeper, count) == SF_FLASH_FAILED) {
        return SF_FLASH_FAILED;
    }
    if (keeper->keeping && sf_keeper_full(keeper)) {
        keeper->keeping = keeper->settings->keep_ordered = false;
    }
    return SF_OK;
}

sf_status sf_keeper_end(sf_keeper *keeper) {
    keeper->keeping = keeper->settings->keep_ordered = false;
    return flush(keeper);
}

sf_status sf_keeper_add(sf_keeper *keeper, const sf_packet *packet) {
    if (!keeper->keeping) {
        return SF_OK;
    }
    keeper->packets[keeper->packet_count++] = *packet;
    return keeper->packet_count == SF_RECORD_PACKETS ? flush(keeper) : SF_OK;
}

sf_status sf_keeper_info_changes(sf_keeper *keeper) {
    const sf_status status = flush(keeper);
    keeper->info_is_noted = false;
    return status;
}

sf_status sf_keeper_note_utc(sf_keeper *keeper, uint64_t tick_us, uint64_t utc_us) {
    sf_log *log = &keeper->log;
    const sf_status status = note_info(keeper);
    return status ? status
                  : append(keeper, sf_record_utc(log->record, log->next_number, keeper->boot_count, tick_us, utc_us));
}

sf_status sf_keeper_note_beacon(sf_keeper *keeper, uint64_t tick_us, const char *partner_tag,
                                uint32_t partner_boot_count, uint64_t partner_tick_us) {
    sf_log *log = &keeper->log;
    const sf_status status = note_info(keeper);
    return status ? status
                  : append(keeper, sf_record_beacon(log->record, log->next_number, keeper->boot_count, tick_us,
                                                    partner_tag, partner_boot_count, partner_tick_us));
}

/* What a client is told */

void sf_keeper_set_client_listens(sf_keeper *keeper, bool listens) {
    keeper->client_listens = listens;
    if (!listens) {
        sf_transfer_stop(&keeper->transfer);
    }
}

static uint8_t state_of(const sf_keeper *keeper) {
    return sf_keeper_full(keeper) ? FULL : keeper->keeping ? KEEPING : IDLE;
}

static uint32_t seconds_left(const sf_keeper *keeper) {
    const uint64_t free_bytes = sf_log_free_bytes(&keeper->log);
    const uint32_t bytes_per_10_s = (uint32_t)USUAL_BYTES_PER_10_SAMPLES * keeper->settings->rate_hz;
    return free_bytes < RESERVED_BYTES ? 0 : (uint32_t)((free_bytes - RESERVED_BYTES) * 10 / bytes_per_10_s);
}

void sf_keeper_info(const sf_keeper *keeper, uint8_t out[SF_STORE_INFO_BYTES]) {
    const sf_log *log = &keeper->log;
    *out++ = LAYOUT;
    *out++ = CAPABILITIES;
    *out++ = state_of(keeper);
    *out++ = keeper->settings->auto_minutes;
    out = sf_put(out, keeper->boot_count, 4);
    out = sf_put(out, log->oldest, 4);
    out = sf_put(out, log->next_number, 4);
    out = sf_put(out, sf_log_used_bytes(log), 4);
    out = sf_put(out, sf_log_capacity_bytes(log), 4);
    sf_put(out, seconds_left(keeper), 4);
}

static uint8_t *put_minutes(uint8_t *out, uint64_t minutes) {
    return sf_put(out, minutes < UINT16_MAX ? minutes : UINT16_MAX, 2);
}

void sf_keeper_status(const sf_keeper *keeper, uint8_t battery_pct, uint8_t out[SF_STORE_STATUS_BYTES]) {
    const uint64_t held_samples = (uint64_t)(keeper->log.next_number - keeper->log.oldest) * SF_BLOCK_SAMPLES;
    *out++ = state_of(keeper);
    *out++ = battery_pct;
    out = put_minutes(out, held_samples / (60u * keeper->settings->rate_hz));
    put_minutes(out, seconds_left(keeper) / 60);
}
