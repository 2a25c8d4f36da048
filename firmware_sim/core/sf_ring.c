#include "sf_ring.h"

#include <string.h>

void sf_ring_init(sf_ring *ring, sf_packet *slots, uint32_t capacity) {
    memset(ring, 0, sizeof *ring);
    ring->slots = slots;
    ring->capacity = capacity;
}

static uint32_t first_of(const sf_ring *ring) { return ring->next_sequence - ring->held; }

static sf_packet *slot_of(const sf_ring *ring, uint32_t sequence) { return &ring->slots[sequence % ring->capacity]; }

uint32_t sf_ring_newest(const sf_ring *ring) { return ring->next_sequence > 0 ? ring->next_sequence - 1 : 0; }

uint32_t sf_ring_oldest(const sf_ring *ring) { return ring->held > 0 ? first_of(ring) : sf_ring_newest(ring) + 1; }

void sf_ring_append(sf_ring *ring, sf_packet *packet, bool live) {
    packet->sequence = ring->next_sequence;
    *slot_of(ring, packet->sequence) = *packet;
    if (ring->held < ring->capacity) {
        ring->held++;
    }
    if (!live && ring->next_live == ring->next_sequence) {
        ring->next_live++;
    }
    ring->next_sequence++;
}

void sf_ring_clear(sf_ring *ring) { ring->held = ring->request_count = 0; }

void sf_ring_set_subscribed(sf_ring *ring, bool subscribed) {
    ring->subscribed = subscribed;
    if (subscribed) {
        ring->next_live = ring->next_sequence;
    } else {
        ring->request_count = 0;
    }
}

bool sf_ring_request(sf_ring *ring, uint32_t first, uint32_t count, sf_range *granted) {
    const uint32_t begin = first > first_of(ring) ? first : first_of(ring);
    const uint64_t asked_end = (uint64_t)first + count;
    const uint32_t end = asked_end < ring->next_sequence ? (uint32_t)asked_end : ring->next_sequence;
    if (end <= begin) {
        *granted = (sf_range){first, first};
        return true;
    }
    if (!ring->subscribed || ring->request_count == SF_MAX_REQUESTS) {
        return false;
    }
    *granted = (sf_range){begin, end};
    ring->requests[(ring->first_request + ring->request_count++) % SF_MAX_REQUESTS] = *granted;
    return true;
}

static bool pop_resend(sf_ring *ring, sf_packet *packet) {
    while (ring->request_count > 0) {
        sf_range *request = &ring->requests[ring->first_request];
        if (request->begin < first_of(ring)) {
            request->begin = first_of(ring);
        }
        const bool found = request->begin < request->end;
        if (found) {
            *packet = *slot_of(ring, request->begin++);
            packet->flags |= SF_FLAG_RESENT;
        }
        if (request->begin >= request->end) {
            ring->first_request = (ring->first_request + 1) % SF_MAX_REQUESTS;
            ring->request_count--;
        }
        if (found) {
            return true;
        }
    }
    return false;
}

bool sf_ring_pop(sf_ring *ring, sf_packet *packet) {
    if (!ring->subscribed) {
        return false;
    }
    if (ring->next_live < first_of(ring)) {
        ring->next_live = first_of(ring);
    }
    if (ring->next_live < ring->next_sequence) {
        *packet = *slot_of(ring, ring->next_live++);
        return true;
    }
    return pop_resend(ring, packet);
}
