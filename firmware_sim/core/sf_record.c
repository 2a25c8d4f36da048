#include "sf_record.h"

#include <string.h>

#include "sf_block.h"
#include "sf_bytes.h"

enum { CRC_BYTES = 4 };

uint32_t sf_crc32(uint32_t crc, const uint8_t *data, size_t size) {
    static const uint32_t table[16] = {
        0x00000000u, 0x1db71064u, 0x3b6e20c8u, 0x26d930acu, 0x76dc4190u, 0x6b6b51f4u, 0x4db26158u, 0x5005713cu,
        0xedb88320u, 0xf00f9344u, 0xd6d6a3e8u, 0xcb61b38cu, 0x9b64c2b0u, 0x86d3d2d4u, 0xa00ae278u, 0xbdbdf21cu,
    };
    crc = ~crc;
    for (size_t place = 0; place < size; place++) {
        crc ^= data[place];
        crc = table[crc & 15u] ^ crc >> 4;
        crc = table[crc & 15u] ^ crc >> 4;
    }
    return ~crc;
}

uint16_t sf_record_length(const uint8_t head[SF_RECORD_HEAD_BYTES]) {
    const uint16_t length = (uint16_t)sf_get(head + 1, 2);
    const bool valid = head[0] >= SF_RECORD_BOOT && head[0] <= SF_RECORD_BEACON && length >= SF_MIN_RECORD_BYTES &&
                       length <= SF_MAX_RECORD_BYTES;
    return valid ? length : 0;
}

/* Head and boot count; the length is set by `finish`. */
static uint8_t *begin(uint8_t *out, sf_record_kind kind, uint32_t number, uint32_t boot_count) {
    *out = (uint8_t)kind;
    sf_put(out + 3, number, 4);
    return sf_put(out + SF_RECORD_HEAD_BYTES, boot_count, 4);
}

static size_t finish(uint8_t *out, const uint8_t *end) {
    const size_t size = (size_t)(end - out);
    sf_put(out + 1, size + CRC_BYTES, 2);
    sf_put(out + size, sf_crc32(0, out, size), CRC_BYTES);
    return size + CRC_BYTES;
}

size_t sf_record_boot(uint8_t *out, uint32_t number, uint32_t boot_count, const uint8_t *info, size_t info_bytes) {
    uint8_t *end = begin(out, SF_RECORD_BOOT, number, boot_count);
    memcpy(end, info, info_bytes);
    return finish(out, end + info_bytes);
}

size_t sf_record_utc(uint8_t *out, uint32_t number, uint32_t boot_count, uint64_t tick_us, uint64_t utc_us) {
    uint8_t *end = begin(out, SF_RECORD_UTC, number, boot_count);
    end = sf_put(end, tick_us, 8);
    return finish(out, sf_put(end, utc_us, 8));
}

size_t sf_record_beacon(uint8_t *out, uint32_t number, uint32_t boot_count, uint64_t tick_us, const char *partner_tag,
                        uint32_t partner_boot_count, uint64_t partner_tick_us) {
    uint8_t *end = begin(out, SF_RECORD_BEACON, number, boot_count);
    end = sf_put(end, tick_us, 8);
    memcpy(end, partner_tag, SF_TAG_BYTES);
    end = sf_put(end + SF_TAG_BYTES, partner_boot_count, 4);
    return finish(out, sf_put(end, partner_tick_us, 8));
}

static uint8_t *put_varint(uint8_t *out, uint64_t value) {
    while (value > 0x7f) {
        *out++ = (uint8_t)(value | 0x80u);
        value >>= 7;
    }
    *out++ = (uint8_t)value;
    return out;
}

/* By how much a value differs from the one expected, folded to 2v or -2v - 1, which may take 65 bits. */
static uint8_t *put_difference(uint8_t *out, uint64_t value, uint64_t expected) {
    const bool negative = value < expected;
    const uint64_t half = negative ? expected - value - 1 : value - expected;
    const uint8_t lowest = (uint8_t)((half << 1 & 0x7eu) | negative);
    if (half >> 6 == 0) {
        *out++ = lowest;
        return out;
    }
    *out++ = lowest | 0x80u;
    return put_varint(out, half >> 6);
}

/* Tick of the sample after a packet, if it came in time. */
static uint64_t expected_tick_us(const sf_packet *before) {
    const uint32_t intervals = before->count > 1 ? before->count - 1u : 1u;
    return before->tick_us + before->span_us + before->span_us / intervals;
}

/* One packet's part of a series; `before` is NULL for the first. */
static uint8_t *put_outline(uint8_t *out, const sf_packet *packet, const sf_packet *before) {
    const bool changes = packet->dropped != (before ? before->dropped : 0);
    *out++ = (uint8_t)(packet->count | packet->flags << 5 | (changes ? 0x80 : 0));
    if (changes) {
        out = sf_put(out, packet->dropped, 2);
    }
    out = put_difference(out, packet->span_us, before ? before->span_us : 0);
    return before ? put_difference(out, packet->tick_us, expected_tick_us(before)) : out;
}

/* The samples of all packets, one after another; their number. */
static unsigned gather(const sf_packet *packets, unsigned count, int16_t *counts) {
    unsigned samples = 0;
    for (unsigned place = 0; place < count; place++) {
        memcpy(counts + samples * SF_CHANNELS, packets[place].counts, packets[place].count * (size_t)SF_SAMPLE_BYTES);
        samples += packets[place].count;
    }
    return samples;
}

size_t sf_record_samples(uint8_t *out, uint32_t number, uint32_t boot_count, const sf_packet *packets, unsigned count) {
    int16_t counts[SF_BLOCK_SAMPLES * SF_CHANNELS];
    uint8_t *end = begin(out, SF_RECORD_SAMPLES, number, boot_count);
    end = sf_put(end, packets[0].boot, 2);
    end = put_varint(end, packets[0].sequence);
    end = put_varint(end, packets[0].tick_us);
    *end++ = (uint8_t)count;
    for (unsigned place = 0; place < count; place++) {
        end = put_outline(end, &packets[place], place > 0 ? &packets[place - 1] : NULL);
    }
    const size_t room = SF_MAX_RECORD_BYTES - CRC_BYTES - (size_t)(end - out);
    const unsigned samples = gather(packets, count, counts);
    const size_t block = sf_block_encode(counts, samples, end, room);
    return block > 0 ? finish(out, end + block) : 0;
}
