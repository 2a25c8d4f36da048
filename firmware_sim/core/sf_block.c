#include "sf_block.h"

#include "sf_packet.h"

enum { PART_SAMPLES = 18, MAX_PARTS = 4, MAX_ORDER = 3, MAX_K = 15, MAX_QUOTIENT = 2 * PART_SAMPLES };

typedef struct {
    uint8_t order;
    uint8_t k[MAX_PARTS];
} channel_code;

/* Bits from the most significant on. */
typedef struct {
    uint8_t *next, *end;
    uint32_t pending; /* of its lowest bits, so many are not yet written */
    unsigned pending_bits;
    bool overflow;
} bit_writer;

typedef struct {
    const uint8_t *data;
    size_t bits, size_bits;
    bool overflow;
} bit_reader;

/* The lowest bits of a value, at most 17, which has no others. */
static void write_bits(bit_writer *writer, uint32_t value, unsigned width) {
    writer->pending = writer->pending << width | value;
    for (writer->pending_bits += width; writer->pending_bits >= 8; writer->pending_bits -= 8) {
        if (writer->next == writer->end) {
            writer->overflow = true;
            writer->pending_bits = 0;
            return;
        }
        *writer->next++ = (uint8_t)(writer->pending >> (writer->pending_bits - 8));
    }
}

/* So many zeros and a one. */
static void write_unary(bit_writer *writer, uint32_t zeros) {
    for (; zeros > 16; zeros -= 16) {
        write_bits(writer, 0, 16);
    }
    write_bits(writer, 1, zeros + 1);
}

static uint32_t read_bits(bit_reader *reader, unsigned width) {
    uint32_t value = 0;
    if (reader->bits + width > reader->size_bits) {
        reader->overflow = true;
        return 0;
    }
    for (; width > 0; width--) {
        value = value << 1 | ((uint32_t)reader->data[reader->bits / 8] >> (7 - reader->bits % 8) & 1u);
        reader->bits++;
    }
    return value;
}

static unsigned parts_of(unsigned samples) { return (samples + PART_SAMPLES - 1) / PART_SAMPLES; }

static unsigned least(unsigned one, unsigned other) { return one < other ? one : other; }

/* What the samples before make of sample t, modulo 65536; `x` points at sample t of one channel. */
static uint16_t predicted(const int16_t *x, unsigned order) {
    const unsigned before = order > 0 ? (uint16_t)x[-SF_CHANNELS] : 0u;
    const unsigned second = order > 1 ? (uint16_t)x[-2 * SF_CHANNELS] : 0u;
    const unsigned third = order > 2 ? (uint16_t)x[-3 * SF_CHANNELS] : 0u;
    return (uint16_t)(order < 2 ? before : order == 2 ? 2u * before - second : 3u * before - 3u * second + third);
}

/* Residual of sample t, folded to 2r or -2r - 1. */
static uint16_t folded(const int16_t *counts, unsigned channel, unsigned t, unsigned order) {
    const int16_t *x = counts + t * SF_CHANNELS + channel;
    const uint16_t residual = (uint16_t)((uint16_t)*x - predicted(x, least(t, order)));
    return (uint16_t)(residual & 0x8000u ? ~(residual << 1) : residual << 1);
}

static uint32_t sum_of(const int16_t *counts, unsigned channel, unsigned order, unsigned begin, unsigned end) {
    uint32_t sum = 0;
    for (unsigned t = begin > 0 ? begin : 1; t < end; t++) {
        sum += folded(counts, channel, t, order);
    }
    return sum;
}

static uint8_t best_order(const int16_t *counts, unsigned samples, unsigned channel) {
    uint32_t least_sum = UINT32_MAX;
    uint8_t best = 0;
    for (uint8_t order = 0; order <= MAX_ORDER; order++) {
        const uint32_t sum = sum_of(counts, channel, order, 0, samples);
        if (sum < least_sum) {
            least_sum = sum;
            best = order;
        }
    }
    return best;
}

static channel_code code_of(const int16_t *counts, unsigned samples, unsigned channel) {
    channel_code code = {best_order(counts, samples, channel), {0}};
    for (unsigned part = 0; part < parts_of(samples); part++) {
        const unsigned begin = part * PART_SAMPLES, end = least(begin + PART_SAMPLES, samples);
        const uint32_t sum = sum_of(counts, channel, code.order, begin, end);
        const uint32_t number = end - (begin > 0 ? begin : 1);
        while (code.k[part] < MAX_K && sum > number << (code.k[part] + 1u)) {
            code.k[part]++;
        }
    }
    return code;
}

static void fill_byte(bit_writer *writer) { write_bits(writer, 0, (8 - writer->pending_bits) % 8); }

static void write_head(bit_writer *writer, const channel_code *codes, unsigned parts) {
    for (unsigned channel = 0; channel < SF_CHANNELS; channel++) {
        write_bits(writer, codes[channel].order, 2);
        for (unsigned part = 0; part < parts; part++) {
            write_bits(writer, codes[channel].k[part], 4);
        }
    }
    fill_byte(writer);
}

static void write_rest(bit_writer *writer, const int16_t *counts, unsigned samples, const channel_code *codes, bool low) {
    for (unsigned channel = 0; channel < SF_CHANNELS; channel++) {
        for (unsigned t = 1; t < samples; t++) {
            const unsigned k = codes[channel].k[t / PART_SAMPLES];
            const uint32_t value = folded(counts, channel, t, codes[channel].order);
            if (low) {
                write_bits(writer, value & ((1u << k) - 1u), k);
            } else {
                write_unary(writer, value >> k);
            }
        }
    }
    fill_byte(writer);
}

size_t sf_block_encode(const int16_t *counts, unsigned samples, uint8_t *out, size_t capacity) {
    bit_writer writer = {out, out + capacity, 0, 0, false};
    channel_code codes[SF_CHANNELS];
    for (unsigned channel = 0; channel < SF_CHANNELS; channel++) {
        codes[channel] = code_of(counts, samples, channel);
    }
    write_head(&writer, codes, parts_of(samples));
    for (unsigned channel = 0; channel < SF_CHANNELS; channel++) {
        write_bits(&writer, (uint16_t)counts[channel], 16);
    }
    write_rest(&writer, counts, samples, codes, false);
    write_rest(&writer, counts, samples, codes, true);
    return writer.overflow ? 0 : (size_t)(writer.next - out);
}

static void skip_to_byte(bit_reader *reader) { reader->bits = (reader->bits + 7) / 8 * 8; }

static uint32_t read_quotient(bit_reader *reader) {
    uint32_t quotient = 0;
    while (!reader->overflow && read_bits(reader, 1) == 0) {
        quotient++;
    }
    if (quotient > MAX_QUOTIENT) {
        reader->overflow = true;
    }
    return quotient;
}

/* Folded residuals, first the quotients of all, then what lies below them, come to stand where the counts will. */
static void read_rest(bit_reader *reader, unsigned samples, const channel_code *codes, int16_t *counts, bool low) {
    for (unsigned channel = 0; channel < SF_CHANNELS; channel++) {
        for (unsigned t = 1; t < samples && !reader->overflow; t++) {
            int16_t *x = counts + t * SF_CHANNELS + channel;
            const unsigned k = codes[channel].k[t / PART_SAMPLES];
            *x = (int16_t)(low ? (uint32_t)(uint16_t)*x << k | read_bits(reader, k) : read_quotient(reader));
        }
    }
    skip_to_byte(reader);
}

static void integrate(int16_t *counts, unsigned samples, const channel_code *codes) {
    for (unsigned channel = 0; channel < SF_CHANNELS; channel++) {
        for (unsigned t = 1; t < samples; t++) {
            int16_t *x = counts + t * SF_CHANNELS + channel;
            const unsigned value = (uint16_t)*x;
            const unsigned residual = value & 1u ? ~(value >> 1) : value >> 1;
            *x = (int16_t)(uint16_t)(residual + predicted(x, least(t, codes[channel].order)));
        }
    }
}

bool sf_block_decode(const uint8_t *data, size_t size, unsigned samples, int16_t *counts) {
    bit_reader reader = {data, 0, 8 * size, false};
    channel_code codes[SF_CHANNELS] = {{0, {0}}};
    if (samples < 1 || samples > SF_BLOCK_SAMPLES) {
        return false;
    }
    for (unsigned channel = 0; channel < SF_CHANNELS; channel++) {
        codes[channel].order = (uint8_t)read_bits(&reader, 2);
        for (unsigned part = 0; part < parts_of(samples); part++) {
            codes[channel].k[part] = (uint8_t)read_bits(&reader, 4);
        }
    }
    skip_to_byte(&reader);
    for (unsigned channel = 0; channel < SF_CHANNELS; channel++) {
        counts[channel] = (int16_t)read_bits(&reader, 16);
    }
    read_rest(&reader, samples, codes, counts, false);
    read_rest(&reader, samples, codes, counts, true);
    integrate(counts, samples, codes);
    return !reader.overflow && reader.bits == reader.size_bits;
}
