/* Records as a pod stores and transfers them; section "Store" of PROTOCOL.md. */
#ifndef SF_RECORD_H
#define SF_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "sf_packet.h"

enum {
    SF_RECORD_HEAD_BYTES = 7,
    SF_MIN_RECORD_BYTES = 11,
    SF_MAX_RECORD_BYTES = 1024,
    SF_RECORD_PACKETS = 4,
    SF_INFO_BYTES = 24, /* without the serial number */
    SF_TAG_BYTES = 4
};

typedef enum { SF_RECORD_BOOT = 1, SF_RECORD_SAMPLES = 2, SF_RECORD_UTC = 3, SF_RECORD_BEACON = 4 } sf_record_kind;

/* CRC-32 of IEEE 802.3, continued from that of the bytes before, 0 at first. */
uint32_t sf_crc32(uint32_t crc, const uint8_t *data, size_t size);

/* Length that the head of a record claims; 0 if no record begins so. */
uint16_t sf_record_length(const uint8_t head[SF_RECORD_HEAD_BYTES]);

/* Each writes a record of at most SF_MAX_RECORD_BYTES and returns its length. `info` is the value of the characteristic. */
size_t sf_record_boot(uint8_t *out, uint32_t number, uint32_t boot_count, const uint8_t *info, size_t info_bytes);
size_t sf_record_utc(uint8_t *out, uint32_t number, uint32_t boot_count, uint64_t tick_us, uint64_t utc_us);
size_t sf_record_beacon(uint8_t *out, uint32_t number, uint32_t boot_count, uint64_t tick_us, const char *partner_tag,
                        uint32_t partner_boot_count, uint64_t partner_tick_us);

/* 1...4 packets that follow one another; 0 if they do not fit. */
size_t sf_record_samples(uint8_t *out, uint32_t number, uint32_t boot_count, const sf_packet *packets, unsigned count);

#endif
