/* Step counter: simple, good enough for the cadence on a watch and for keeping to start by itself. */
#ifndef SF_PEDOMETER_H
#define SF_PEDOMETER_H

#include <stdbool.h>
#include <stdint.h>

enum { SF_STRIDES_REMEMBERED = 4 };

typedef struct {
    int64_t now_us, last_stride_us; /* ticks of the last sample and of the last stride */
    int64_t last_rotation_us;
    double peak_squared; /* of the rate in (degrees per second)^2, decaying */
    int32_t strides_us[SF_STRIDES_REMEMBERED];
    uint8_t remembered, next;
    bool in_stance;
} sf_pedometer;

/* Take one sample. */
void sf_pedometer_push(sf_pedometer *pedometer, uint64_t tick_us, const int16_t *counts, uint16_t gyr_range_dps);

/* Steps of both feet per minute; 0 while standing. */
uint8_t sf_pedometer_cadence_spm(const sf_pedometer *pedometer);

/* The foot walks or runs: it has made several strides in a row. */
bool sf_pedometer_steady(const sf_pedometer *pedometer);

bool sf_pedometer_running(const sf_pedometer *pedometer);

#endif
