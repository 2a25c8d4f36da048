"""What several recordings heard of another maker's sensor, as one connection: notifications, known by their bytes.

Such a sensor numbers nothing, but each notification says when it was taken, so that no two are alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from heapq import merge

from surefoot.sensor_ingest.recording.heard_boots import HeardBoot, HeardPacket


def share_notifications(one: HeardBoot, other: HeardBoot) -> bool:
    """Whether two connections, begun alike, heard the same notification, so that the sensor ran on between them."""
    if one.info.device != other.info.device or one.info.rate_hz != other.info.rate_hz:
        return False
    known = {packet.data for packet in one.packets.values()}
    return any(packet.data in known for packet in other.packets.values())


def joined_notifications(heard: Sequence[Mapping[int, HeardPacket]]) -> dict[int, HeardPacket]:
    """All notifications once, in the sensor's order and numbered by it; `heard` are those of each connection."""
    joined: list[HeardPacket] = []
    for packets in heard:
        joined = _joined(joined, _once(packets.values()))
    return {place: replace(packet, sequence=place) for place, packet in enumerate(joined)}


def _joined(one: Sequence[HeardPacket], other: Sequence[HeardPacket]) -> list[HeardPacket]:
    """Both in order; between two notifications that are in both, the sensor's clock orders what only one has."""
    places = {packet.data: place for place, packet in enumerate(one)}
    joined, at, alone = list[HeardPacket](), 0, list[HeardPacket]()
    for packet in other:
        place = places.get(packet.data)
        if place is None:
            alone.append(packet)
        elif place >= at:
            joined += [*_by_clock(one[at:place], alone), one[place]]
            at, alone = place + 1, []
    return [*joined, *_by_clock(one[at:], alone)]


def _by_clock(one: Sequence[HeardPacket], other: Sequence[HeardPacket]) -> Iterable[HeardPacket]:
    return merge(one, other, key=lambda packet: packet.end_us)


def _once(packets: Iterable[HeardPacket]) -> list[HeardPacket]:
    """Without what a Bluetooth stack gave again."""
    return list({packet.data: packet for packet in reversed(list(packets))}.values())[::-1]
