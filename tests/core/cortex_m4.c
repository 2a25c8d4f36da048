/* A pod's firmware without its board: of it flash and RAM are measured and instructions counted.
 *
 * SAMPLES samples are taken from counts.h in pieces of a packet, as a FIFO gives them; MODE 0: to notice steps, 1: they
 * are notified as well, 2: they are kept as well. SECTORS is the size of a flash that is made of RAM; 0: a driver that
 * does nothing, so that what is measured is the core. The most stack that was used, u32, is written to the output.
 */
#include <string.h>

#include "counts.h"
#include "sf_counter.h"
#include "sf_pod.h"

enum { RING_PACKETS = 694 }; /* 60 s */

static sf_pod pod;
static sf_settings settings;
static sf_packet ring[RING_PACKETS];
static volatile uint8_t radio;

#if SECTORS
static uint8_t memory[SECTORS * SF_FLASH_SECTOR_BYTES];

static bool read_flash(void *context, uint32_t address, void *data, size_t size) {
    (void)context;
    memcpy(data, memory + address, size);
    return true;
}

static bool program_flash(void *context, uint32_t address, const void *data, size_t size) {
    (void)context;
    memcpy(memory + address, data, size); /* a controller does this by itself */
    return true;
}

static bool erase_flash(void *context, uint32_t sector) {
    (void)context;
    memset(memory + sector * SF_FLASH_SECTOR_BYTES, SF_FLASH_ERASED, SF_FLASH_SECTOR_BYTES);
    return true;
}

static const sf_flash flash = {NULL, SECTORS, read_flash, program_flash, erase_flash};
#else
static volatile bool done = true;

static bool read_flash(void *context, uint32_t address, void *data, size_t size) {
    (void)context, (void)address, (void)data, (void)size;
    return done;
}

static bool program_flash(void *context, uint32_t address, const void *data, size_t size) {
    (void)context, (void)address, (void)data, (void)size;
    return done;
}

static bool erase_flash(void *context, uint32_t sector) {
    (void)context, (void)sector;
    return done;
}

static const sf_flash flash = {NULL, 4096, read_flash, program_flash, erase_flash};
#endif

static void take_packet(void *context, const sf_packet *packet) { (void)context, (void)packet; }

static void notify(const uint8_t *data, size_t size) {
    while (size > 0) {
        radio = data[--size];
    }
}

static void command(const uint8_t *data, size_t size) {
    uint8_t reply[SF_REPLY_BYTES];
    sf_pod_command(&pod, data, size, 0, reply);
    notify(reply, sizeof reply);
}

static void send_packets(void) {
    uint8_t data[SF_PACKET_BYTES];
    sf_packet packet;
    while (sf_ring_pop(&pod.ring, &packet)) {
        (void)sf_packet_write(&packet, data);
        radio = data[0];
    }
}

/* What a pod does beside taking samples: linked, so that its size counts. */
static void serve(void) {
    uint8_t data[SF_FRAGMENT_BYTES];
    size_t size;
    sf_pod_info(&pod, data);
    sf_keeper_info(&pod.keeper, data);
    sf_keeper_status(&pod.keeper, 50, data);
    sf_keeper_set_client_listens(&pod.keeper, true);
    sf_transfer_replied(&pod.keeper.transfer);
    (void)sf_transfer_next(&pod.keeper.transfer, &pod.keeper.log, data, &size);
    sf_beacons_send(&pod.beacons, &pod.keeper, 0, data);
    (void)sf_beacons_hear(&pod.beacons, &pod.keeper, data, SF_BEACON_BYTES, 0);
    (void)sf_pod_fifo_overrun(&pod, 1);
    radio = (uint8_t)(sf_pod_beacons_are_active(&pod) + sf_pod_samples_until_full(&pod) +
                      sf_pedometer_cadence_spm(&pod.pedometer));
}

static void take_samples(void) {
    uint64_t ticks_us[SF_MAX_SAMPLES];
    bool taken;
    for (unsigned begin = 0; begin < SAMPLES; begin += SF_MAX_SAMPLES) {
        for (unsigned place = 0; place < SF_MAX_SAMPLES; place++) {
            ticks_us[place] = (begin + place) * UINT64_C(4808);
        }
        (void)sf_pod_sample(&pod, ticks_us, counts + begin * SF_CHANNELS, SF_MAX_SAMPLES, &taken);
        send_packets();
    }
}

/* Stack */

enum { STACK_BYTES = 16384, OWN_BYTES = 128, PAINT = 0xa5 };

static volatile uint8_t *stack_top;

static void paint_stack(void) {
    __asm__ volatile("mov %0, sp" : "=r"(stack_top));
    for (unsigned place = OWN_BYTES; place < STACK_BYTES; place++) {
        stack_top[-(int)place] = PAINT;
    }
}

static uint32_t stack_used(void) {
    unsigned place = STACK_BYTES - 1;
    while (stack_top[-(int)place] == PAINT) {
        place--;
    }
    return place + 1;
}

/* System */

static void system_call(int number, int first, const void *second, int third) {
    register int r7 __asm__("r7") = number, r0 __asm__("r0") = first, r2 __asm__("r2") = third;
    register const void *r1 __asm__("r1") = second;
    __asm__ volatile("svc 0" : "+r"(r0) : "r"(r7), "r"(r1), "r"(r2) : "memory");
}

static void leave(void) {
    const uint32_t used = stack_used();
    system_call(4, 1, &used, sizeof used);
    system_call(1, 0, NULL, 0);
}

void _start(void) {
    static const uint8_t start[] = {SF_START}, keep[] = {SF_KEEP_START};
    uint32_t boot_count = 0;
    paint_stack();
    sf_settings_init(&settings, "TEST0001");
    (void)sf_count_boot(&flash, &boot_count);
    (void)sf_pod_init(&pod, &settings, &flash, sf_boot_number(boot_count, 5), boot_count, ring, RING_PACKETS, take_packet,
                      NULL);
    sf_ring_set_subscribed(&pod.ring, true);
    if (MODE > 0) {
        command(start, sizeof start);
    }
    if (MODE > 1) {
        command(keep, sizeof keep);
    }
    take_samples();
    if (SAMPLES == 0) {
        serve();
    }
    leave();
}
