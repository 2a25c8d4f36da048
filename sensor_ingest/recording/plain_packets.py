"""Recordings of other makers' sensors, told as recordings of pods of the profile, for who only looks at the samples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from surefoot.sensor_ingest.devices.decoding import decoder_of
from surefoot.sensor_ingest.devices.device import Decoder
from surefoot.sensor_ingest.protocol import PodInfo, ProtocolError
from surefoot.sensor_ingest.recording.entries import Entry, PacketEntry, PodEntry


def plain_packets(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries, with packets in place of the notifications of which they are made; the samples stay the same."""
    decoders: dict[int, tuple[int, Decoder]] = {}
    for entry in entries:
        if isinstance(entry, PodEntry):
            yield _connection(entry, decoders)
        elif isinstance(entry, PacketEntry) and entry.pod in decoders:
            yield from _packets(entry, decoders[entry.pod][1])
        else:
            yield entry


def _connection(entry: PodEntry, decoders: dict[int, tuple[int, Decoder]]) -> PodEntry:
    """The connection, as if it were a pod's; its decoder is kept while the boot is the same."""
    try:
        info = PodInfo.from_bytes(entry.info)
        decoder = decoder_of(info)
    except ProtocolError:
        return entry
    if not info.device:
        decoders.pop(entry.pod, None)
    elif entry.pod not in decoders or decoders[entry.pod][0] != info.boot:
        decoders[entry.pod] = info.boot, decoder
    return replace(entry, info=bytes(replace(info, device="")))


def _packets(entry: PacketEntry, decode: Decoder) -> Iterator[PacketEntry]:
    """The packets that a notification completes; itself if it is malformed, to be counted as such."""
    try:
        found = list(decode(entry.data, entry.arrival_s))
    except ProtocolError:
        yield entry
        return
    for packet, arrival_s in found:
        yield PacketEntry(entry.pod, arrival_s, bytes(packet))
