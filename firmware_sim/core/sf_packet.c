#include "sf_packet.h"

#include "sf_bytes.h"

size_t sf_packet_write(const sf_packet *packet, uint8_t *out) {
    const uint8_t *begin = out;
    out = sf_put(out, packet->sequence, 4);
    out = sf_put(out, packet->boot, 2);
    out = sf_put(out, packet->tick_us, 8);
    out = sf_put(out, packet->span_us, 4);
    *out++ = packet->count;
    *out++ = packet->flags;
    out = sf_put(out, packet->dropped, 2);
    for (unsigned place = 0; place < packet->count * (unsigned)SF_CHANNELS; place++) {
        out = sf_put(out, (uint16_t)packet->counts[place], 2);
    }
    return (size_t)(out - begin);
}

bool sf_packet_read(sf_packet *packet, const uint8_t *data, size_t size) {
    if (size < SF_PACKET_HEADER_BYTES) {
        return false;
    }
    packet->sequence = (uint32_t)sf_get(data, 4);
    packet->boot = (uint16_t)sf_get(data + 4, 2);
    packet->tick_us = sf_get(data + 6, 8);
    packet->span_us = (uint32_t)sf_get(data + 14, 4);
    packet->count = data[18];
    packet->flags = data[19] & (SF_FLAG_RESENT | SF_FLAG_LOW_BATTERY);
    packet->dropped = (uint16_t)sf_get(data + 20, 2);
    if (packet->count < 1 || packet->count > SF_MAX_SAMPLES ||
        size != SF_PACKET_HEADER_BYTES + (size_t)packet->count * SF_SAMPLE_BYTES) {
        return false;
    }
    for (unsigned place = 0; place < packet->count * (unsigned)SF_CHANNELS; place++) {
        packet->counts[place] = (int16_t)sf_get(data + SF_PACKET_HEADER_BYTES + 2u * place, 2);
    }
    return true;
}
