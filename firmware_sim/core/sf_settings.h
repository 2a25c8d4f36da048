/* Settings of a pod that survive a power cycle. The board writes them wherever it keeps such things when they changed. */
#ifndef SF_SETTINGS_H
#define SF_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "sf_record.h"

enum { SF_SERIAL_BYTES = 32 };

typedef struct {
    char serial[SF_SERIAL_BYTES + 1]; /* at least four characters */
    char partner_tag[SF_TAG_BYTES + 1]; /* of the pod on the other foot; empty if there is none */
    uint8_t foot; /* 0 not set, 1 left, 2 right */
    uint8_t auto_minutes; /* without steps after which keeping stops; 0: only by command */
    bool keep_ordered; /* keeping was started by command, and goes on after a power cycle */
    uint16_t rate_hz, acc_range_g, gyr_range_dps;
} sf_settings;

/* Settings of a new pod: 208 Hz, 16 g, 2000 degrees per second, keeping by itself. */
void sf_settings_init(sf_settings *settings, const char *serial);

/* Last four characters of the serial number. */
const char *sf_settings_tag(const sf_settings *settings);

#endif
