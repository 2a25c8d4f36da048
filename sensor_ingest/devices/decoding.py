"""Which packets a notification holds, by the device that it came from.

A run's journal keeps notifications as they came, and the pod's info with the device; they are decoded whenever the run
is assembled, so that a better decoder reads old runs too.
"""

from __future__ import annotations

from collections.abc import Iterable

from surefoot.sensor_ingest.devices.device import Decoder
from surefoot.sensor_ingest.devices.known import device_of_info
from surefoot.sensor_ingest.protocol import Packet, PodInfo, ProtocolError


def decode_packet(data: bytes, arrival_s: float) -> Iterable[tuple[Packet, float]]:
    """The packet that a pod of the profile notifies."""
    return ((Packet.from_bytes(data), arrival_s),)


def decoder_of(info: PodInfo) -> Decoder:
    """A decoder of what a device notifies over one connection; `ProtocolError` if the device is not known."""
    if not info.device:
        return decode_packet
    device = device_of_info(info)
    if device is None:
        raise ProtocolError(f"recorded from a device that is not known: {info.device!r}")
    return device.decoder(info)
