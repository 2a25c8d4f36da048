/* A pod without its radio: samples in, packets and replies out. It reads no clock and never waits; the board passes the
 * time as the pod's tick in microseconds. Not to be called from two contexts at once.
 *
 * A function that returns SF_FLASH_FAILED leaves a pod that still streams, but must be started anew to keep samples.
 */
#ifndef SF_POD_H
#define SF_POD_H

#include "sf_beacons.h"
#include "sf_ring.h"

enum { SF_REPLY_BYTES = 18, SF_PROTOCOL_VERSION = 1 };

typedef enum {
    SF_START = 0x01,
    SF_STOP = 0x02,
    SF_SET_RATE = 0x03,
    SF_SET_RANGE = 0x04,
    SF_IDENTIFY = 0x05,
    SF_PING = 0x06,
    SF_RESEND = 0x07,
    SF_SET_FOOT = 0x08,
    SF_KEEP_START = 0x10,
    SF_KEEP_STOP = 0x11,
    SF_KEEP_AUTO = 0x12,
    SF_NOTE_UTC = 0x13,
    SF_FETCH = 0x14,
    SF_RELEASE = 0x15,
    SF_SET_PARTNER = 0x16
} sf_opcode;

typedef enum { SF_DONE = 0, SF_UNKNOWN_COMMAND = 1, SF_BAD_ARGUMENT = 2, SF_NOT_NOW = 3 } sf_result;

/* Called with every packet that is completed. */
typedef void (*sf_on_packet)(void *context, const sf_packet *packet);

typedef struct {
    sf_settings *settings;
    const sf_flash *flash;
    sf_on_packet on_packet;
    void *context;
    sf_ring ring;
    sf_pedometer pedometer;
    sf_packet filling;
    sf_keeper keeper; /* where flash->sectors > 0 */
    sf_beacons beacons;
    uint64_t last_tick_us; /* of the packet being filled */
    uint64_t identify_until_us; /* the light blinks until then */
    uint16_t boot, dropped;
    bool streaming, battery_low; /* the latter is set by the board */
} sf_pod;

/* Start a pod. `slots` is memory for `ring_packets` packets; `boot` is that of sf_boot_number, or random without flash. */
sf_status sf_pod_init(sf_pod *pod, sf_settings *settings, const sf_flash *flash, uint16_t boot, uint32_t boot_count,
                      sf_packet *slots, uint32_t ring_packets, sf_on_packet on_packet, void *context);

/* The pod keeps samples if told to. */
bool sf_pod_has_store(const sf_pod *pod);

/* Samples become packets; the sensor has to be on, for packets or to notice steps; beacons are sent and listened for. */
bool sf_pod_makes_packets(const sf_pod *pod);
bool sf_pod_is_sampling(const sf_pod *pod);
bool sf_pod_beacons_are_active(const sf_pod *pod);

/* Samples until the packet being filled is full: set the sensor's FIFO to interrupt then. */
unsigned sf_pod_samples_until_full(const sf_pod *pod);

/* Take samples of six counts from the sensor's FIFO; `*taken` says whether they went into packets. */
sf_status sf_pod_sample(sf_pod *pod, const uint64_t *ticks_us, const int16_t *counts, size_t samples, bool *taken);

/* So many samples were lost to an overflow of the FIFO. */
sf_status sf_pod_fifo_overrun(sf_pod *pod, uint16_t samples);

/* Execute what was written to the control characteristic, at an ATT MTU that suffices for it, and write the reply. */
sf_status sf_pod_command(sf_pod *pod, const uint8_t *data, size_t size, uint64_t tick_us, uint8_t reply[SF_REPLY_BYTES]);

/* Write the value of the info characteristic, at most SF_MAX_INFO_BYTES; its size. */
size_t sf_pod_info(const sf_pod *pod, uint8_t *out);

/* Close the packet being filled, if it holds any samples. */
sf_status sf_pod_close_packet(sf_pod *pod);

#endif
