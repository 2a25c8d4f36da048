"""A sensor of another maker as a driver knows it: how it is recognised, what its notifications mean, what it lacks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from surefoot.sensor_ingest.protocol import Packet, PodInfo

Decoder = Callable[[bytes, float], Iterable[tuple[Packet, float]]]
"""Gives, for a notification and its arrival, the packets that are complete, each with the arrival of its last sample;
ProtocolError if the notification is malformed."""


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a kind of sensor can do on a shoe.

    Parameters
    ----------
    acc_range_g : of the accelerometer; None where each sensor has its own.
    keeps : whether what was measured while a link was lost comes later.
    numbers : whether what it sends is numbered, so that losses show.
    at_once : so many stream together without loss; None if that is not known.
    """

    acc_range_g: int | None = 16
    rate_hz: float = 208.0
    gyroscope: bool = True
    keeps: bool = True
    numbers: bool = True
    at_once: int | None = None


def nothing_assumed(_info: PodInfo) -> Sequence[str]:
    """Of a device that tells all that is needed."""
    return ()


@dataclass(frozen=True, slots=True)
class Device:
    """A kind of sensor; `ble.device_client` has how it is set up over a link.

    Parameters
    ----------
    kind : first word of what a recording says of the device.
    name_prefix : what its advertised name begins with; the rest tells sensors of the kind apart.
    serial_prefix : what stands in the name's place in its serial number here.
    advertised_uuids : services that it advertises; none if a scan has to go by the name alone.
    decoder : makes the decoder of one connection, as it was set up; `ProtocolError` if that cannot be read.
    has_logbook : whether it can log by itself.
    assumed : tells what a sensor did not tell when it was set up, and what was taken in its place, as clauses.
    is_rest : whether a notification is the rest of the one before, and does not say when it was taken.
    """

    kind: str
    title: str
    name_prefix: str
    serial_prefix: str
    advertised_uuids: tuple[str, ...]
    decoder: Callable[[PodInfo], Decoder]
    abilities: Abilities
    has_logbook: bool = False
    assumed: Callable[[PodInfo], Sequence[str]] = nothing_assumed
    is_rest: Callable[[bytes], bool] = lambda _: False

    def serial_of(self, name: str) -> str | None:
        """Serial number of the sensor that advertises a name; None if it is another device's."""
        return self.serial_prefix + name.removeprefix(self.name_prefix) if name.startswith(self.name_prefix) else None

    def name_of(self, serial: str) -> str | None:
        """The name that a sensor advertises; None if the serial number is another device's."""
        own = serial.startswith(self.serial_prefix)
        return self.name_prefix + serial.removeprefix(self.serial_prefix) if own else None
