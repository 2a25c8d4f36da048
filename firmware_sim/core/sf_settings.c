#include "sf_settings.h"

#include <string.h>

void sf_settings_init(sf_settings *settings, const char *serial) {
    memset(settings, 0, sizeof *settings);
    strncpy(settings->serial, serial, SF_SERIAL_BYTES);
    settings->auto_minutes = 5;
    settings->rate_hz = 208;
    settings->acc_range_g = 16;
    settings->gyr_range_dps = 2000;
}

const char *sf_settings_tag(const sf_settings *settings) {
    return settings->serial + strlen(settings->serial) - SF_TAG_BYTES;
}
