/* Recent packets: live ones are sent first, then those asked for again; "Ring buffer and resending" of PROTOCOL.md. */
#ifndef SF_RING_H
#define SF_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "sf_packet.h"

enum { SF_MAX_REQUESTS = 16 };

typedef struct {
    uint32_t begin, end;
} sf_range;

typedef struct {
    sf_packet *slots;
    uint32_t capacity, held, next_sequence;
    bool subscribed;
    uint32_t next_live; /* while subscribed */
    sf_range requests[SF_MAX_REQUESTS];
    unsigned first_request, request_count;
} sf_ring;

/* `slots` is memory for `capacity` packets, at least one. */
void sf_ring_init(sf_ring *ring, sf_packet *slots, uint32_t capacity);

/* Sequence of the oldest packet held, newest + 1 if there is none; sequence of the last one appended, 0 before the first. */
uint32_t sf_ring_oldest(const sf_ring *ring);
uint32_t sf_ring_newest(const sf_ring *ring);

/* Append a packet, which gets the next sequence; one that is not live is sent on request only. */
void sf_ring_append(sf_ring *ring, sf_packet *packet, bool live);

/* Forget packets and requests; the sequence continues. */
void sf_ring_clear(sf_ring *ring);

/* A client subscribed: all packets from the next one on are sent; or unsubscribed: none, and requests are dropped. */
void sf_ring_set_subscribed(sf_ring *ring, bool subscribed);

/* Queue a resend: the part of it that is held, or false for "not now". */
bool sf_ring_request(sf_ring *ring, uint32_t first, uint32_t count, sf_range *granted);

/* Next packet to send; false if there is none. */
bool sf_ring_pop(sf_ring *ring, sf_packet *packet);

#endif
