"""Whether packets, as they were notified, are those of the pod profile."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise

import numpy as np

from surefoot.sensor_ingest.ble.conform_verdicts import Verdicts
from surefoot.sensor_ingest.protocol import Packet, PacketFlag, PodInfo, ProtocolError

MAX_RATE_ERROR = 0.05
"""Sensors deviate "by up to a few percent"."""
LEAST_TIMED, MAX_INTERVAL_S = 20, 0.025
"""Packets by which an interval can be told, and the most that is still taken for 15 ms."""
MAX_LATE_S, _NAP_S = 0.004, 0.01
"""By which a computer that is not busy wakes up late at most."""
_FLAGS_AT = 19


def check_packets(verdicts: Verdicts, info: PodInfo, notified: Sequence[bytes]) -> list[Packet]:
    """Check live packets of one connection, in order; those that can be read."""
    packets = _readable(verdicts, notified)
    for packet in packets:
        _check_packet(verdicts, info, packet)
    for before, after in pairwise(packets):
        _check_pair(verdicts, before, after)
    return packets


async def lateness_s(duration_s: float) -> float:
    """Wait; by how much this computer is late now and then."""
    loop, late_s = asyncio.get_running_loop(), [0.0]
    end_s = loop.time() + duration_s
    while (began_s := loop.time()) < end_s:
        await asyncio.sleep(_NAP_S)
        late_s.append(loop.time() - began_s - _NAP_S)
    return float(np.percentile(late_s, 90))


def check_interval(verdicts: Verdicts, notified: Sequence[bytes], arrivals_s: Sequence[float], late_s: float) -> None:
    """How evenly packets came tells the connection interval: each waits for the next event, up to a whole interval.

    Where this computer was `late_s` itself, it tells nothing.
    """
    if late_s > MAX_LATE_S:
        return
    waited_s = []
    for data, arrival_s in zip(notified, arrivals_s, strict=True):
        with suppress(ProtocolError):
            packet = Packet.from_bytes(data)
            waited_s.append(arrival_s - 1e-6 * (packet.tick_us + packet.span_us))
    if len(waited_s) < LEAST_TIMED:
        return
    low_s, high_s = np.percentile(waited_s, (25, 75))
    interval_s = 2.0 * (high_s - low_s)
    told = (
        f"packets come as at an interval of {1e3 * interval_s:.0f} ms; the pod does not ask for less, or this computer"
        " does not grant it"
    )
    sentence = "15 ms, latency 0, requested by the pod right after connecting"
    verdicts.check("Link", sentence, interval_s < MAX_INTERVAL_S, told)


def check_resent(verdicts: Verdicts, live: Sequence[Packet], resent: Sequence[bytes]) -> None:
    """Check packets that were asked for again."""
    ring = "Ring buffer and resending"
    packets = _readable(verdicts, resent)
    numbers = [packet.sequence for packet in packets]
    expected = [packet.sequence for packet in live]
    verdicts.check(ring, "those are sent in order", numbers == expected, f"asked for {expected}, got {numbers}")
    flagged = all(packet.flags & PacketFlag.RESENT for packet in packets)
    verdicts.check(ring, "with bit 0 of the flags set", flagged, "a resent packet has bit 0 of its flags clear")
    by_number = {packet.sequence: bytes(packet) for packet in live}
    same = all(_unflagged(bytes(packet)) == _unflagged(by_number.get(packet.sequence, b"")) for packet in packets)
    verdicts.check(ring, "and otherwise unchanged", same, "a resent packet differs from the one that was live")


def _unflagged(data: bytes) -> bytes:
    return data[:_FLAGS_AT] + data[_FLAGS_AT + 1 :]


def _readable(verdicts: Verdicts, notified: Sequence[bytes]) -> list[Packet]:
    packets = []
    for data in notified:
        try:
            packets.append(Packet.from_bytes(data))
        except ProtocolError as error:
            verdicts.check("Stream", "One notification is one packet: up to 18 consecutive samples.", False, str(error))
            continue
        verdicts.check("Stream", "One notification is one packet: up to 18 consecutive samples.", True, "")
        others = data[_FLAGS_AT] & ~int(PacketFlag.RESENT | PacketFlag.LOW_BATTERY)
        verdicts.check("Stream", "others 0, and ignored by the client", not others, f"flags {data[_FLAGS_AT]:#04x}")
    return packets


def _check_packet(verdicts: Verdicts, info: PodInfo, packet: Packet) -> None:
    told = f"packet {packet.sequence} has boot {packet.boot}, the info {info.boot}"
    verdicts.check("Stream", "as in the info", packet.boot == info.boot, told)
    live = not packet.flags & PacketFlag.RESENT
    verdicts.check("Stream", "bit 0: resent on request", live, f"packet {packet.sequence} was not asked for")
    count = len(packet.counts)
    usual_us = 1e6 * (count - 1) / info.rate_hz
    near = abs(packet.span_us - usual_us) <= MAX_RATE_ERROR * usual_us + 2
    told = (
        f"{count} samples of packet {packet.sequence} span {packet.span_us} µs, at {info.rate_hz:g} Hz {usual_us:.0f}"
    )
    verdicts.check("Stream", "pod clock from the first to the last sample, µs", near, told)


def _check_pair(verdicts: Verdicts, before: Packet, after: Packet) -> None:
    step = after.sequence - before.sequence
    told = f"packet {after.sequence} follows {before.sequence}"
    if not verdicts.check("Stream", "packet number since the start, from 0, consecutive", step == 1, told):
        return
    if after.dropped != before.dropped or len(before.counts) < 2:
        return
    interval_us = before.span_us / (len(before.counts) - 1)
    gap_us = after.tick_us - before.tick_us - before.span_us
    even = abs(gap_us - interval_us) < 0.5 * interval_us
    told = f"{gap_us} µs lie between packets {before.sequence} and {after.sequence}, and `dropped` is the same"
    verdicts.check("Stream", "The pod leaves no gap in the sequence", even, told)
