/* Commands on the control characteristic; section "Control" of PROTOCOL.md. */
#include <string.h>

#include "sf_bytes.h"
#include "sf_pod.h"

enum { IDENTIFY_US = 3000000, FIRST_STORE_OPCODE = SF_KEEP_START };

typedef struct {
    const uint8_t *arguments;
    uint64_t tick_us;
    sf_result result;
    uint32_t first, number;
} sf_command;

/* Bytes of a command's arguments; -1 for an unknown command. */
static int argument_bytes(uint8_t opcode) {
    switch (opcode) {
    case SF_START:
    case SF_STOP:
    case SF_IDENTIFY:
    case SF_PING:
    case SF_KEEP_START:
    case SF_KEEP_STOP:
        return 0;
    case SF_SET_FOOT:
    case SF_KEEP_AUTO:
        return 1;
    case SF_SET_RATE:
        return 2;
    case SF_SET_RANGE:
    case SF_RELEASE:
    case SF_SET_PARTNER:
        return 4;
    case SF_RESEND:
    case SF_NOTE_UTC:
    case SF_FETCH:
        return 8;
    default:
        return -1;
    }
}

static uint32_t u32_at(const sf_command *command, unsigned place) {
    return (uint32_t)sf_get(command->arguments + place, 4);
}

/* What was sampled so far is kept under the old settings. */
static sf_status before_info_changes(sf_pod *pod) {
    if (!sf_pod_has_store(pod)) {
        return SF_OK;
    }
    const sf_status status = sf_pod_close_packet(pod);
    return status ? status : sf_keeper_info_changes(&pod->keeper);
}

static sf_status set_foot(sf_pod *pod, sf_command *command) {
    const uint8_t foot = command->arguments[0];
    if (foot > 2) {
        command->result = SF_BAD_ARGUMENT;
        return SF_OK;
    }
    const sf_status status = before_info_changes(pod);
    pod->settings->foot = status ? pod->settings->foot : foot;
    return status;
}

/* Set rate or ranges; the ring is cleared, since its counts would be scaled wrongly. */
static sf_status configure(sf_pod *pod, sf_command *command, bool valid, uint16_t rate_hz, uint16_t acc_range_g,
                           uint16_t gyr_range_dps) {
    if (!valid || pod->streaming) {
        command->result = valid ? SF_NOT_NOW : SF_BAD_ARGUMENT;
        return SF_OK;
    }
    const sf_status status = before_info_changes(pod);
    if (status) {
        return status;
    }
    pod->settings->rate_hz = rate_hz;
    pod->settings->acc_range_g = acc_range_g;
    pod->settings->gyr_range_dps = gyr_range_dps;
    sf_ring_clear(&pod->ring);
    return SF_OK;
}

static sf_status set_rate(sf_pod *pod, sf_command *command) {
    const uint16_t rate_hz = (uint16_t)sf_get(command->arguments, 2);
    const bool valid = rate_hz == 104 || rate_hz == 208 || rate_hz == 416;
    return configure(pod, command, valid, rate_hz, pod->settings->acc_range_g, pod->settings->gyr_range_dps);
}

static sf_status set_range(sf_pod *pod, sf_command *command) {
    const uint16_t acc_g = (uint16_t)sf_get(command->arguments, 2), gyr_dps = (uint16_t)sf_get(command->arguments + 2, 2);
    const bool valid = (acc_g == 16 || acc_g == 32) && (gyr_dps == 1000 || gyr_dps == 2000);
    return configure(pod, command, valid, pod->settings->rate_hz, acc_g, gyr_dps);
}

static void resend(sf_pod *pod, sf_command *command) {
    const uint32_t first = u32_at(command, 0), count = u32_at(command, 4);
    sf_range granted;
    if (count == 0) {
        command->result = SF_BAD_ARGUMENT;
    } else if (!sf_ring_request(&pod->ring, first, count, &granted)) {
        command->result = SF_NOT_NOW;
    } else {
        command->first = granted.begin;
        command->number = granted.end - granted.begin;
    }
}

static sf_status stop(sf_pod *pod) {
    const sf_status status = sf_pod_close_packet(pod);
    pod->streaming = false;
    return status;
}

static sf_status execute(sf_pod *pod, uint8_t opcode, sf_command *command) {
    switch (opcode) {
    case SF_START:
        pod->streaming = true;
        return SF_OK;
    case SF_STOP:
        return stop(pod);
    case SF_SET_RATE:
        return set_rate(pod, command);
    case SF_SET_RANGE:
        return set_range(pod, command);
    case SF_SET_FOOT:
        return set_foot(pod, command);
    case SF_RESEND:
        resend(pod, command);
        return SF_OK;
    case SF_IDENTIFY:
        pod->identify_until_us = command->tick_us + IDENTIFY_US;
        return SF_OK;
    default: /* SF_PING */
        return SF_OK;
    }
}

/* Commands of the Store service */

static void fetch(sf_keeper *keeper, sf_command *command) {
    if (!keeper->client_listens) {
        command->result = SF_NOT_NOW;
        return;
    }
    command->first = u32_at(command, 0);
    command->number = u32_at(command, 4);
    sf_transfer_start(&keeper->transfer, &keeper->log, &command->first, &command->number);
}

static sf_status note_utc(sf_keeper *keeper, sf_command *command) {
    const sf_status status = sf_keeper_note_utc(keeper, command->tick_us, sf_get(command->arguments, 8));
    command->result = status == SF_STORE_FULL ? SF_NOT_NOW : SF_DONE;
    return status == SF_STORE_FULL ? SF_OK : status;
}

static void set_partner(sf_settings *settings, sf_command *command) {
    const bool none = u32_at(command, 0) == 0;
    for (unsigned place = 0; place < SF_TAG_BYTES && !none; place++) {
        if (command->arguments[place] <= 0x20 || command->arguments[place] >= 0x7f) {
            command->result = SF_BAD_ARGUMENT;
            return;
        }
    }
    memcpy(settings->partner_tag, command->arguments, SF_TAG_BYTES);
}

static sf_status keep_stop(sf_pod *pod) {
    const sf_status status = sf_pod_close_packet(pod);
    return status ? status : sf_keeper_stop(&pod->keeper);
}

static sf_status execute_for_store(sf_pod *pod, uint8_t opcode, sf_command *command) {
    sf_keeper *keeper = &pod->keeper;
    switch (opcode) {
    case SF_KEEP_START:
        pod->settings->keep_ordered = sf_keeper_start(keeper, command->tick_us);
        command->result = pod->settings->keep_ordered ? SF_DONE : SF_NOT_NOW;
        return SF_OK;
    case SF_KEEP_STOP:
        return keep_stop(pod);
    case SF_KEEP_AUTO:
        pod->settings->auto_minutes = command->arguments[0];
        return SF_OK;
    case SF_NOTE_UTC:
        return note_utc(keeper, command);
    case SF_FETCH:
        fetch(keeper, command);
        return SF_OK;
    case SF_RELEASE:
        return sf_log_release(&keeper->log, u32_at(command, 0));
    default: /* SF_SET_PARTNER */
        set_partner(pod->settings, command);
        return SF_OK;
    }
}

static void write_reply(uint8_t *out, uint8_t opcode, const sf_command *command) {
    *out++ = opcode;
    *out++ = (uint8_t)command->result;
    out = sf_put(out, command->tick_us, 8);
    out = sf_put(out, command->first, 4);
    sf_put(out, command->number, 4);
}

sf_status sf_pod_command(sf_pod *pod, const uint8_t *data, size_t size, uint64_t tick_us, uint8_t reply[SF_REPLY_BYTES]) {
    const uint8_t opcode = size > 0 ? data[0] : 0;
    const int expected = argument_bytes(opcode);
    sf_command command = {size > 0 ? data + 1 : data, tick_us, SF_DONE, 0, 0};
    sf_status status = SF_OK;
    if (size == 0 || expected < 0 || (opcode >= FIRST_STORE_OPCODE && !sf_pod_has_store(pod))) {
        command.result = SF_UNKNOWN_COMMAND;
    } else if (size != 1 + (size_t)expected) {
        command.result = SF_BAD_ARGUMENT;
    } else {
        status = opcode >= FIRST_STORE_OPCODE ? execute_for_store(pod, opcode, &command) : execute(pod, opcode, &command);
    }
    command.result = status ? SF_NOT_NOW : command.result;
    write_reply(reply, opcode, &command);
    return status;
}
