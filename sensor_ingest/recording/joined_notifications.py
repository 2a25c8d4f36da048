"""What several recordings heard of another maker's sensor, as one connection: messages, known by their bytes.

Such a sensor numbers nothing, but each message says when it was taken, so that no two are alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from heapq import merge

from surefoot.sensor_ingest.devices.known import device_of_info
from surefoot.sensor_ingest.recording.heard_boots import HeardBoot, HeardPacket

Message = tuple[HeardPacket, ...]
"""A notification, and those in which the rest of it came."""


def share_messages(one: HeardBoot, other: HeardBoot) -> bool:
    """Whether two connections, begun alike, heard the same message, so that the sensor ran on between them."""
    if one.info.device != other.info.device or one.info.rate_hz != other.info.rate_hz:
        return False
    return not _messages(one).keys().isdisjoint(_messages(other))


def joined_notifications(heard: Sequence[HeardBoot]) -> dict[int, HeardPacket]:
    """All notifications once, in the sensor's order and numbered by it; `heard` are those of each connection."""
    joined = _messages(heard[0])
    for boot in heard[1:]:
        joined = _joined(joined, _messages(boot))
    packets = (packet for message in joined.values() for packet in message)
    return {place: replace(packet, sequence=place) for place, packet in enumerate(packets)}


def _messages(boot: HeardBoot) -> dict[bytes, Message]:
    """Messages by their bytes, in order, without what a Bluetooth stack gave again."""
    device = device_of_info(boot.info)
    is_rest: Callable[[bytes], bool] = device.is_rest if device is not None else lambda _: False
    messages: list[list[HeardPacket]] = []
    for packet in boot.packets.values():
        if is_rest(packet.data) and messages:
            messages[-1].append(packet)
        else:
            messages.append([packet])
    found: dict[bytes, Message] = {}
    for message in messages:
        found.setdefault(b"".join(packet.data for packet in message), tuple(message))
    return found


def _joined(one: Mapping[bytes, Message], other: Mapping[bytes, Message]) -> dict[bytes, Message]:
    """Both in order; between two messages that are in both, the sensor's clock orders what only one has."""
    own, places = list(one.items()), {data: place for place, data in enumerate(one)}
    joined, at, alone = list[tuple[bytes, Message]](), 0, list[tuple[bytes, Message]]()
    for data, message in other.items():
        place = places.get(data)
        if place is None:
            alone.append((data, message))
        elif place >= at:
            joined += [*_by_clock(own[at:place], alone), own[place]]
            at, alone = place + 1, []
    return dict([*joined, *_by_clock(own[at:], alone)])


def _by_clock(
    one: Iterable[tuple[bytes, Message]], other: Iterable[tuple[bytes, Message]]
) -> Iterable[tuple[bytes, Message]]:
    return merge(one, other, key=lambda each: each[1][-1].end_us)
