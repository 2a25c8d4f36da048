/* Little-endian numbers in byte buffers. */
#ifndef SF_BYTES_H
#define SF_BYTES_H

#include <stdint.h>

static inline uint8_t *sf_put(uint8_t *out, uint64_t value, unsigned bytes) {
    for (unsigned place = 0; place < bytes; place++) {
        *out++ = (uint8_t)(value >> (8u * place));
    }
    return out;
}

static inline uint64_t sf_get(const uint8_t *data, unsigned bytes) {
    uint64_t value = 0;
    for (unsigned place = 0; place < bytes; place++) {
        value |= (uint64_t)data[place] << (8u * place);
    }
    return value;
}

#endif
