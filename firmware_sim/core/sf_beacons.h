/* Beacons by which the two pods of a runner tell each other their clocks; section "Beacons" of PROTOCOL.md. */
#ifndef SF_BEACONS_H
#define SF_BEACONS_H

#include "sf_keeper.h"

enum { SF_BEACON_BYTES = 31 };

typedef struct {
    uint64_t sent_us; /* when the last one went out */
    uint8_t next_number;
    bool has_heard;
    uint64_t heard_us;
    uint16_t heard_boot_count;
    uint8_t heard_number;
} sf_beacons;

void sf_beacons_init(sf_beacons *beacons);

/* Write the advertising data of the next beacon, which goes out at this tick. */
void sf_beacons_send(sf_beacons *beacons, const sf_keeper *keeper, uint64_t tick_us, uint8_t out[SF_BEACON_BYTES]);

/* Take an advertisement that was heard at this tick; what is not the partner's beacon is ignored. */
sf_status sf_beacons_hear(sf_beacons *beacons, sf_keeper *keeper, const uint8_t *data, size_t size, uint64_t tick_us);

#endif
