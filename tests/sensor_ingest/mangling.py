"""Packets made wrong in every way, and what becomes of them."""

from __future__ import annotations

import math
import random
import struct

import numpy as np

from surefoot.sensor_ingest.protocol import Packet
from surefoot.sensor_ingest.recording.assembler import Assembler, Batch
from surefoot.sensor_ingest.recording.entries import PacketEntry
from surefoot.sensor_ingest.recording.packet_reordering import REORDER_WINDOW_PACKETS, PodCounts
from tests.sensor_ingest.wire import clock_entry, packet, pod_entry


def mangled(rng: random.Random, number: int) -> bytes:
    """A good packet; or changed, cut, lengthened, with odd numbers in its header, or no packet at all."""
    data = bytearray(bytes(packet(number)))
    match rng.randrange(8):
        case 0:
            return rng.randbytes(rng.randrange(300))
        case 1:
            return bytes(data[: rng.randrange(len(data))])
        case 2:
            return bytes(data) + rng.randbytes(rng.randrange(1, 40))
        case 3:
            for _ in range(rng.randrange(1, 6)):
                data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        case 4:
            data[:22] = Packet.HEADER.pack(
                rng.choice([0, number, 2**31, 2**32 - 1]),
                rng.choice([77, rng.randrange(2**16)]),
                rng.choice([0, 2**40, 2**64 - 1, rng.getrandbits(64)]),
                rng.choice([0, 81731, 2**32 - 1]),
                18,
                rng.randrange(256),
                rng.randrange(2**16),
            )
        case 5:
            data[0:4] = struct.pack("<I", max(0, number + rng.randrange(-50, 50)))
    return bytes(data)


def fuzz(packets: int, seed: int) -> PodCounts:
    """Feed packets in which three of four are good or nearly so; times must increase and memory stay bounded."""
    rng, assembler, last_s = random.Random(seed), Assembler(), -math.inf
    assembler.process(pod_entry())
    assembler.process(clock_entry())
    for number in range(packets):
        at_s = 1.0 + number * 18 / 208 + 0.1
        for batch in assembler.process(PacketEntry(0, at_s, mangled(rng, number))):
            assert isinstance(batch, Batch)
            times_s = batch.samples.time_s
            assert times_s[0] > last_s
            assert (np.diff(times_s) > 0).all()
            last_s = times_s[-1]
        boot = assembler.pods[0].reorder_buffer
        assert boot is not None
        assert boot.held_packets <= REORDER_WINDOW_PACKETS
    counts = assembler.pods[0].counts
    assert counts.received == packets
    assert counts.malformed > 0.3 * packets
    assert counts.samples > 0
    return counts
