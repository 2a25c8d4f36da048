#include "sf_pedometer.h"

/* Below the first rate the foot is in stance, or briefly between push-off and forward swing; above the second it swings;
 * above the third the stride is running. */
#define MAX_STANCE_RATE_DPS 120.0
#define MIN_SWING_RATE_DPS 250.0
#define MIN_RUNNING_PEAK_DPS 520.0
#define PEAK_DECAY_PER_US 0.3e-6

enum {
    WALKING_STANCE_US = 60000,
    RUNNING_STANCE_US = 15000, /* in fast running the foot is flat for only 20 ms */
    MIN_STRIDE_US = 520000,
    MAX_STRIDE_US = 2500000,
    MIN_RUNNING_SPM = 140,
    STEADY_STRIDES = 3
};

/* Squares are compared, so that no root need be taken. */
static double squared(double value) { return value * value; }

static double rate_squared(const int16_t *counts, uint16_t gyr_range_dps) {
    uint32_t sum = 0;
    for (unsigned axis = 3; axis < 6; axis++) {
        sum += (uint32_t)((int32_t)counts[axis] * counts[axis]);
    }
    return sum * squared(gyr_range_dps / 32768.0);
}

static void remember(sf_pedometer *pedometer, int64_t stride_us) {
    if (stride_us > MAX_STRIDE_US) {
        pedometer->remembered = pedometer->next = 0;
        return;
    }
    pedometer->strides_us[pedometer->next] = (int32_t)stride_us;
    pedometer->next = (uint8_t)((pedometer->next + 1) % SF_STRIDES_REMEMBERED);
    if (pedometer->remembered < SF_STRIDES_REMEMBERED) {
        pedometer->remembered++;
    }
}

static void add_stride(sf_pedometer *pedometer, int64_t tick_us) {
    const int64_t stride_us = tick_us - pedometer->last_stride_us;
    if (stride_us >= MIN_STRIDE_US) {
        remember(pedometer, stride_us);
        pedometer->last_stride_us = tick_us;
    }
}

static void follow_peak(sf_pedometer *pedometer, double rate, int64_t passed_us) {
    const double decay = 1.0 - PEAK_DECAY_PER_US * (double)passed_us;
    const double peak = decay > 0.0 ? pedometer->peak_squared * squared(decay) : 0.0;
    pedometer->peak_squared = rate > peak ? rate : peak;
}

void sf_pedometer_push(sf_pedometer *pedometer, uint64_t tick_us, const int16_t *counts, uint16_t gyr_range_dps) {
    const int64_t now_us = (int64_t)tick_us;
    const double rate = rate_squared(counts, gyr_range_dps);
    follow_peak(pedometer, rate, now_us - pedometer->now_us);
    pedometer->now_us = now_us;
    const bool runs = pedometer->peak_squared > squared(MIN_RUNNING_PEAK_DPS);
    if (rate > squared(MAX_STANCE_RATE_DPS)) {
        pedometer->last_rotation_us = now_us;
    } else if (now_us - pedometer->last_rotation_us > (runs ? RUNNING_STANCE_US : WALKING_STANCE_US)) {
        pedometer->in_stance = true;
    }
    if (rate > squared(MIN_SWING_RATE_DPS) && pedometer->in_stance) {
        pedometer->in_stance = false;
        add_stride(pedometer, now_us);
    }
}

/* Twice the median of the strides remembered. */
static int32_t twice_median_us(const sf_pedometer *pedometer) {
    int32_t sorted[SF_STRIDES_REMEMBERED];
    const unsigned count = pedometer->remembered;
    for (unsigned place = 0; place < count; place++) {
        unsigned at = place;
        for (; at > 0 && sorted[at - 1] > pedometer->strides_us[place]; at--) {
            sorted[at] = sorted[at - 1];
        }
        sorted[at] = pedometer->strides_us[place];
    }
    return sorted[(count - 1) / 2] + sorted[count / 2];
}

uint8_t sf_pedometer_cadence_spm(const sf_pedometer *pedometer) {
    if (pedometer->remembered == 0 || pedometer->now_us - pedometer->last_stride_us > MAX_STRIDE_US) {
        return 0;
    }
    const int32_t twice_us = twice_median_us(pedometer);
    return (uint8_t)((240000000 + twice_us / 2) / twice_us);
}

bool sf_pedometer_steady(const sf_pedometer *pedometer) {
    return sf_pedometer_cadence_spm(pedometer) > 0 && pedometer->remembered >= STEADY_STRIDES;
}

bool sf_pedometer_running(const sf_pedometer *pedometer) {
    return sf_pedometer_cadence_spm(pedometer) >= MIN_RUNNING_SPM;
}
