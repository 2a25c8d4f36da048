/* The test vectors of the store, read from the standard input and compared: see tests/firmware_sim/vectors.
 *
 * Prints how many blocks and records were the same; exits with 1 if one was not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sf_binding.h"
#include "sf_block.h"
#include "sf_bytes.h"

enum { MAX_LINE = 4096 };

static uint8_t before[MAX_LINE], record[MAX_LINE], packets[MAX_LINE];
static size_t before_size, record_size, packets_size;
static unsigned blocks, records;

static size_t parse_hex(const char *text, uint8_t *out) {
    size_t size = 0;
    unsigned byte;
    while (sscanf(text + 2 * size, "%2x", &byte) == 1) {
        out[size++] = (uint8_t)byte;
    }
    return size;
}

static void demand(bool same, const char *what) {
    if (!same) {
        printf("%s differs\n", what);
        exit(1);
    }
}

static void compare_block(const uint8_t *block, size_t size) {
    int16_t counts[SF_BLOCK_SAMPLES * SF_CHANNELS], decoded[SF_BLOCK_SAMPLES * SF_CHANNELS];
    uint8_t out[SF_MAX_RECORD_BYTES];
    const unsigned samples = (unsigned)(before_size / SF_SAMPLE_BYTES);
    for (size_t place = 0; place < before_size / 2; place++) {
        counts[place] = (int16_t)sf_get(before + 2 * place, 2);
    }
    demand(sf_block_encode(counts, samples, out, sizeof out) == size && memcmp(out, block, size) == 0, "a block");
    demand(sf_block_decode(block, size, samples, decoded), "a block that is read");
    demand(memcmp(decoded, counts, before_size) == 0, "what is read of a block");
    blocks++;
}

/* The record whose packets have all been read. */
static void compare_record(void) {
    uint8_t out[SF_MAX_RECORD_BYTES];
    if (packets_size > 0) {
        const uint32_t number = (uint32_t)sf_get(record + 3, 4), boot_count = (uint32_t)sf_get(record + 7, 4);
        const size_t size = sf_record_of_packets(out, number, boot_count, packets, packets_size);
        demand(size == record_size && memcmp(out, record, size) == 0, "a record");
        records++;
    }
    packets_size = 0;
}

int main(void) {
    static char line[2 * MAX_LINE];
    static uint8_t data[MAX_LINE];
    while (fgets(line, sizeof line, stdin) != NULL) {
        const char *hex = strchr(line, ' ') + 1;
        const size_t size = parse_hex(hex, data);
        if (line[0] == 'b') {
            compare_block(data, size);
        } else if (line[0] == 'c') {
            memcpy(before, data, before_size = size);
        } else if (line[0] == 'p') {
            memcpy(packets + packets_size, data, size);
            packets_size += size;
        } else {
            compare_record();
            memcpy(record, data, record_size = size);
        }
    }
    compare_record();
    printf("%u %u\n", blocks, records);
    return 0;
}
