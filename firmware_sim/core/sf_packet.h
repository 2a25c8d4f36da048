/* Packets as they are notified; section "Stream" of PROTOCOL.md. */
#ifndef SF_PACKET_H
#define SF_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SF_CHANNELS = 6,
    SF_MAX_SAMPLES = 18,
    SF_PACKET_HEADER_BYTES = 22,
    SF_SAMPLE_BYTES = 12,
    SF_PACKET_BYTES = SF_PACKET_HEADER_BYTES + SF_MAX_SAMPLES * SF_SAMPLE_BYTES
};

enum { SF_FLAG_RESENT = 1, SF_FLAG_LOW_BATTERY = 2 };

typedef struct {
    uint64_t tick_us; /* pod clock at the first sample */
    uint32_t sequence;
    uint32_t span_us; /* from the first to the last sample */
    uint16_t boot;
    uint16_t dropped; /* samples lost before they reached a packet, modulo 65536 */
    uint8_t count;    /* samples, 1...18 */
    uint8_t flags;
    int16_t counts[SF_MAX_SAMPLES * SF_CHANNELS]; /* accelerometer x, y, z, gyroscope x, y, z, sample after sample */
} sf_packet;

/* Write a packet; returns its size, at most SF_PACKET_BYTES. */
size_t sf_packet_write(const sf_packet *packet, uint8_t *out);

/* Read a packet; false if it is malformed. */
bool sf_packet_read(sf_packet *packet, const uint8_t *data, size_t size);

#endif
