/* Lossless blocks of samples: differences and Rice codes; "A block" in section "Store" of PROTOCOL.md. */
#ifndef SF_BLOCK_H
#define SF_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SF_BLOCK_SAMPLES = 72 };

/* Encode 1...72 samples of six counts; returns the size, 0 if `capacity` bytes do not suffice. */
size_t sf_block_encode(const int16_t *counts, unsigned samples, uint8_t *out, size_t capacity);

/* Decode a block of so many samples; false if it is not one. */
bool sf_block_decode(const uint8_t *data, size_t size, unsigned samples, int16_t *counts);

#endif
