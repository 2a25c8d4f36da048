/* Random lives of a pod, run under sanitizers: commands, nonsense, samples, subscriptions, power cuts, damaged flash.
 *
 * random_pod FIRST_SEED LIVES: prints how many commands were answered and how many power cuts there were; exits with 1
 * and the seed if a reply, a packet or a record is not what it has to be.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sf_binding.h"
#include "sf_block.h"
#include "sf_bytes.h"
#include "sf_counter.h"

enum { MAX_SECTORS = 24, RING_PACKETS = 40, EVENTS = 300 };

static uint64_t random_state;
static uint8_t memory[MAX_SECTORS * SF_FLASH_SECTOR_BYTES];
static int operations_left; /* until the power is cut; negative: it is not */
static bool is_off;
static unsigned long commands, cuts, records, packets;
static unsigned seed;

static uint32_t next_random(uint32_t limit) {
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(random_state >> 33) % limit;
}

static void demand(bool holds, const char *what) {
    if (!holds) {
        printf("seed %u: %s\n", seed, what);
        exit(1);
    }
}

/* The flash */

/* Whether this operation works; if not, it is the one that a power cut interrupts, or comes after it. */
static bool works(bool *interrupted) {
    *interrupted = operations_left == 0 && !is_off;
    is_off |= *interrupted;
    operations_left -= operations_left > 0;
    return !is_off;
}

static bool read_flash(void *context, uint32_t address, void *data, size_t size) {
    (void)context;
    demand(address % SF_FLASH_SECTOR_BYTES + size <= SF_FLASH_SECTOR_BYTES, "read beyond a sector");
    memcpy(data, memory + address, size);
    return true;
}

static bool program_flash(void *context, uint32_t address, const void *data, size_t size) {
    bool interrupted;
    (void)context;
    demand(size > 0 && address % SF_FLASH_PAGE_BYTES + size <= SF_FLASH_PAGE_BYTES, "program beyond a page");
    const bool done = works(&interrupted);
    for (size_t place = 0; (done || interrupted) && place < size; place++) {
        memory[address + place] &= ((const uint8_t *)data)[place] | (interrupted ? (uint8_t)next_random(256) : 0);
    }
    return done;
}

static bool erase_flash(void *context, uint32_t sector) {
    bool interrupted;
    (void)context;
    const bool done = works(&interrupted);
    for (size_t place = 0; (done || interrupted) && place < SF_FLASH_SECTOR_BYTES; place++) {
        memory[sector * SF_FLASH_SECTOR_BYTES + place] |= interrupted ? (uint8_t)next_random(256) : 0xff;
    }
    return done;
}

/* The pod */

static sf_pod pod;
static sf_settings settings;
static sf_flash flash = {NULL, 0, read_flash, program_flash, erase_flash};
static uint64_t tick_us;

static void take_packet(void *context, const sf_packet *packet) {
    (void)context;
    demand(packet->count >= 1 && packet->count <= SF_MAX_SAMPLES, "a packet without samples");
    packets++;
}

static void start_pod(sf_packet *slots) {
    uint32_t count = 0;
    sf_status status;
    do {
        is_off = false;
        operations_left = next_random(3) == 0 ? (int)next_random(6) : -1;
        tick_us = 0;
        status = flash.sectors > 0 ? sf_count_boot(&flash, &count) : SF_OK;
        if (status == SF_OK) {
            const uint16_t boot = sf_boot_number(count, (uint8_t)next_random(64));
            status = sf_pod_init(&pod, &settings, &flash, boot, count, slots, RING_PACKETS, take_packet, NULL);
        }
        cuts += status != SF_OK;
    } while (status != SF_OK);
}

/* Events */

static sf_status order(void) {
    static const uint8_t opcodes[] = {1, 2, 3, 4, 5, 6, 7, 8, 16, 17, 18, 19, 20, 21, 22, 16, 20, 99};
    static const uint8_t sizes[] = {1, 1, 3, 5, 1, 1, 9, 2, 1, 1, 2, 9, 9, 5, 5, 1, 9, 1};
    static const uint16_t values[] = {0, 1, 2, 16, 32, 104, 208, 416, 1000, 2000, 0x3030, 0x3230};
    uint8_t reply[SF_REPLY_BYTES];
    const uint32_t which = next_random(sizeof opcodes);
    const size_t size = next_random(8) ? sizes[which] : next_random(13);
    uint8_t *data = malloc(size + 1);
    for (size_t place = 0; place < size; place++) {
        const bool small = size == 9 && place > 1 && place < 5; /* the first of a range is often there */
        const uint16_t value = values[next_random(small || place % 4 == 3 ? 1 : 12)];
        data[place] = (uint8_t)(value >> (place % 2 ? 0 : 8 * next_random(2)));
    }
    if (size > 0) {
        data[0] = next_random(20) ? opcodes[which] : (uint8_t)next_random(256);
    }
    uint8_t *exact = size > 0 ? realloc(data, size) : data; /* so that the sanitizer sees a byte too many */
    const sf_status status = sf_pod_command(&pod, exact, size, tick_us, reply);
    demand(reply[0] == (size > 0 ? exact[0] : 0) && reply[1] <= SF_NOT_NOW && sf_get(reply + 2, 8) == tick_us, "reply");
    free(exact);
    commands++;
    return status;
}

static sf_status move_foot(void) {
    const size_t samples = 1 + next_random(120);
    uint64_t *ticks_us = malloc(samples * sizeof *ticks_us);
    int16_t *counts = malloc(samples * SF_SAMPLE_BYTES);
    const bool wild = next_random(4) == 0;
    bool taken;
    for (size_t place = 0; place < samples; place++) {
        tick_us += 4800 + next_random(16);
        ticks_us[place] = tick_us;
        const bool swings = tick_us / 300000 % 2 == 0;
        for (size_t channel = 0; channel < SF_CHANNELS; channel++) {
            const int32_t noise = (int32_t)next_random(wild ? 65536 : 200) - (wild ? 32768 : 100);
            counts[place * SF_CHANNELS + channel] = (int16_t)(noise + (swings && channel == 4 && !wild ? 12000 : 0));
        }
    }
    const sf_status status = sf_pod_sample(&pod, ticks_us, counts, samples, &taken);
    free(ticks_us);
    free(counts);
    return status;
}

static sf_status send_packets(void) {
    uint8_t data[SF_PACKET_BYTES];
    sf_packet packet;
    size_t size;
    for (unsigned count = next_random(60); count > 0 && (size = sf_ring_pop_bytes(&pod.ring, data)) > 0; count--) {
        demand(sf_packet_read(&packet, data, size), "packet");
        demand(packet.sequence < pod.ring.next_sequence && packet.boot == pod.boot, "a packet of another boot");
    }
    return SF_OK;
}

static sf_status send_fragments(void) {
    uint8_t fragment[SF_FRAGMENT_BYTES], record[SF_MAX_RECORD_BYTES];
    size_t size, filled = 0;
    sf_keeper_replied(&pod.keeper);
    for (unsigned count = next_random(200); count > 0; count--) {
        if (sf_keeper_next_fragment(&pod.keeper, fragment, &size)) {
            return SF_OK; /* what was to be sent was released meanwhile */
        }
        if (size <= SF_FRAGMENT_HEAD_BYTES) {
            return SF_OK;
        }
        const size_t offset = (size_t)sf_get(fragment + 4, 2), length = (size_t)sf_get(fragment + 6, 2);
        const size_t part = size - SF_FRAGMENT_HEAD_BYTES;
        demand(offset + part <= length && length <= SF_MAX_RECORD_BYTES, "fragment");
        filled = offset == 0 ? 0 : filled;
        memcpy(record + offset, fragment + SF_FRAGMENT_HEAD_BYTES, part);
        filled += part;
        if (filled == length) { /* the record was heard from its first fragment on */
            demand(sf_crc32(0, record, length - 4) == sf_get(record + length - 4, 4), "record");
            records++;
        }
    }
    return SF_OK;
}

static sf_status hear(void) {
    uint8_t data[SF_BEACON_BYTES + 2];
    const size_t size = next_random(4) ? SF_BEACON_BYTES : next_random(sizeof data);
    if (!sf_pod_beacons_are_active(&pod)) {
        return SF_OK;
    }
    sf_pod_send_beacon(&pod, tick_us, data);
    data[next_random(SF_BEACON_BYTES)] ^= (uint8_t)(next_random(2) << next_random(8));
    memcpy(data + 18, settings.partner_tag, SF_TAG_BYTES);
    return sf_pod_hear_beacon(&pod, data, size, tick_us);
}

static sf_status ask(void) {
    uint8_t out[SF_MAX_INFO_BYTES];
    sf_pod_info(&pod, out);
    if (sf_pod_has_store(&pod)) {
        sf_keeper_info(&pod.keeper, out);
        sf_keeper_status(&pod.keeper, 50, out);
    }
    return SF_OK;
}

static sf_status decode_nonsense(void) {
    int16_t counts[SF_BLOCK_SAMPLES * SF_CHANNELS];
    const size_t size = next_random(400);
    uint8_t *data = malloc(size + 1);
    for (size_t place = 0; place < size; place++) {
        data[place] = (uint8_t)next_random(256);
    }
    sf_block_decode(data, size, next_random(SF_BLOCK_SAMPLES + 2), counts);
    free(data);
    return SF_OK;
}

static sf_status subscribe(void) {
    sf_ring_set_subscribed(&pod.ring, next_random(4) > 0);
    if (sf_pod_has_store(&pod)) {
        sf_keeper_set_client_listens(&pod.keeper, next_random(4) > 0);
    }
    return SF_OK;
}

static sf_status suffer(void) {
    if (next_random(3) == 0) {
        operations_left = (int)next_random(30);
    } else if (flash.sectors > 0 && next_random(4) == 0) {
        memory[next_random(flash.sectors * SF_FLASH_SECTOR_BYTES)] ^= (uint8_t)(1u << next_random(8));
    }
    return sf_pod_fifo_overrun(&pod, (uint16_t)next_random(100));
}

static void live(sf_packet *slots) {
    static sf_status (*const events[])(void) = {order, order, order, move_foot, move_foot, send_packets, send_fragments,
                                                hear, ask, decode_nonsense, subscribe, suffer};
    sf_settings_init(&settings, "TEST0001");
    memset(memory, SF_FLASH_ERASED, sizeof memory);
    flash.sectors = next_random(8) == 0 ? 0 : 6 + next_random(MAX_SECTORS - 5);
    start_pod(slots);
    for (unsigned event = 0; event < EVENTS; event++) {
        tick_us += next_random(200000);
        if (events[next_random(sizeof events / sizeof *events)]() == SF_FLASH_FAILED) {
            cuts++;
            start_pod(slots);
        }
    }
}

int main(int count, char **arguments) {
    sf_packet *slots = malloc(RING_PACKETS * sizeof *slots);
    const unsigned first = (unsigned)atoi(arguments[1]), lives = (unsigned)atoi(arguments[count - 1]);
    for (seed = first; seed < first + lives; seed++) {
        random_state = seed;
        live(slots);
    }
    free(slots);
    printf("%lu %lu %lu %lu\n", commands, packets, records, cuts);
    return 0;
}
