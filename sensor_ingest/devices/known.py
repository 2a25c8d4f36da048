"""The sensors of other makers that can take the place of a pod."""

from __future__ import annotations

from surefoot.sensor_ingest.devices import movesense_decoder, polar_decoder
from surefoot.sensor_ingest.devices.device import Abilities, Device
from surefoot.sensor_ingest.devices.movesense_frames import is_second_part
from surefoot.sensor_ingest.protocol import PodInfo

POLAR = Device(
    kind=polar_decoder.DEVICE,
    title="Polar Verity Sense",
    name_prefix="Polar Sense ",
    serial_prefix="polar-",
    # heart rate and the maker's own: it does not advertise the service that it streams over
    advertised_uuids=("0000180d-0000-1000-8000-00805f9b34fb", "0000feee-0000-1000-8000-00805f9b34fb"),
    decoder=polar_decoder.PolarDecoder,
    abilities=Abilities(keeps=False, numbers=False, at_once=2),
    assumed=polar_decoder.assumed,
)
MOVESENSE = Device(
    kind=movesense_decoder.DEVICE,
    title="Movesense",
    name_prefix="Movesense ",
    serial_prefix="movesense-",
    advertised_uuids=(),  # its name fills what it may advertise
    decoder=movesense_decoder.MovesenseDecoder,
    abilities=Abilities(acc_range_g=None, keeps=False, numbers=False),
    has_logbook=True,
    assumed=movesense_decoder.assumed,
    is_rest=is_second_part,
)
DEVICES = (POLAR, MOVESENSE)


def device_called(name: str) -> Device | None:
    """The kind of sensor that advertises such a name; None for pods of the profile and whatever else there is."""
    return next((device for device in DEVICES if name.startswith(device.name_prefix)), None)


def device_of_serial(serial: str) -> Device | None:
    """The kind of sensor with such a serial number; None for pods of the profile."""
    return next((device for device in DEVICES if serial.startswith(device.serial_prefix)), None)


def device_of_info(info: PodInfo) -> Device | None:
    """The kind of sensor that a recording's info is of; None for pods of the profile and kinds that are not known."""
    kind = info.device.partition(" ")[0]
    return next((device for device in DEVICES if device.kind == kind), None)


def serial_of(name: str) -> str | None:
    """Serial number of the sensor that advertises a name; None if it is none of these."""
    device = device_called(name)
    return device.serial_of(name) if device is not None else None


def name_of(serial: str) -> str | None:
    """The name that a sensor advertises; None if it is none of these."""
    device = device_of_serial(serial)
    return device.name_of(serial) if device is not None else None
