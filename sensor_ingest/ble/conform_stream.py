"""Whether packets, as they were notified, are those of the pod profile."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from surefoot.sensor_ingest.ble.conform_verdicts import Verdicts
from surefoot.sensor_ingest.protocol import Packet, PacketFlag, PodInfo, ProtocolError

MAX_RATE_ERROR = 0.05
"""Sensors deviate "by up to a few percent"."""
_FLAGS_AT = 19


def check_packets(verdicts: Verdicts, info: PodInfo, notified: Sequence[bytes]) -> list[Packet]:
    """Check live packets of one connection, in order; those that can be read."""
    packets = _readable(verdicts, notified)
    for packet in packets:
        _check_packet(verdicts, info, packet)
    for before, after in pairwise(packets):
        _check_pair(verdicts, before, after)
    return packets


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
