#include "sf_beacons.h"

#include <string.h>

#include "sf_bytes.h"

#define NO_TICK ((UINT64_C(1) << 48) - 1)

enum { HEAD_BYTES = 18, BOOT_COUNT_AT = 22, NUMBER_AT = 24, TICK_AT = 25, MAX_DISTANCE_US = 60000000 };

/* Length, service data with a UUID of 128 bits, the UUID from its last byte on. */
static const uint8_t head[HEAD_BYTES] = {0x1e, 0x21, 0xc3, 0xe4, 0x8b, 0x0a, 0x6d, 0x2f, 0x1e,
                                         0x9c, 0x6a, 0x4b, 0xd5, 0x70, 0x20, 0x00, 0x07, 0x5f};

void sf_beacons_init(sf_beacons *beacons) {
    memset(beacons, 0, sizeof *beacons);
    beacons->sent_us = NO_TICK;
}

void sf_beacons_send(sf_beacons *beacons, const sf_keeper *keeper, uint64_t tick_us, uint8_t out[SF_BEACON_BYTES]) {
    memcpy(out, head, HEAD_BYTES);
    memcpy(out + HEAD_BYTES, sf_settings_tag(keeper->settings), SF_TAG_BYTES);
    sf_put(out + BOOT_COUNT_AT, keeper->boot_count, 2);
    out[NUMBER_AT] = beacons->next_number++;
    sf_put(out + TICK_AT, beacons->sent_us, 6);
    beacons->sent_us = tick_us & NO_TICK;
}

sf_status sf_beacons_hear(sf_beacons *beacons, sf_keeper *keeper, const uint8_t *data, size_t size, uint64_t tick_us) {
    const char *partner_tag = keeper->settings->partner_tag;
    if (size != SF_BEACON_BYTES || memcmp(data, head, HEAD_BYTES) != 0 || partner_tag[0] == '\0' ||
        memcmp(data + HEAD_BYTES, partner_tag, SF_TAG_BYTES) != 0) {
        return SF_OK;
    }
    const sf_beacons before = *beacons;
    const uint64_t partner_tick_us = sf_get(data + TICK_AT, 6);
    beacons->has_heard = true;
    beacons->heard_us = tick_us;
    beacons->heard_boot_count = (uint16_t)sf_get(data + BOOT_COUNT_AT, 2);
    beacons->heard_number = data[NUMBER_AT];
    const bool follows = before.has_heard && beacons->heard_boot_count == before.heard_boot_count &&
                         beacons->heard_number == (uint8_t)(before.heard_number + 1) && partner_tick_us != NO_TICK &&
                         tick_us - before.heard_us < MAX_DISTANCE_US;
    if (!follows) {
        return SF_OK;
    }
    return sf_keeper_note_beacon(keeper, before.heard_us, partner_tag, beacons->heard_boot_count, partner_tick_us);
}
