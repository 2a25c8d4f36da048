"""How a Verity Sense is called: it advertises its name with an identifier, which is its serial number here."""

from __future__ import annotations

NAME_PREFIX = "Polar Sense "
SERIAL_PREFIX = "polar-"
ADVERTISED_UUIDS = "0000180d-0000-1000-8000-00805f9b34fb", "0000feee-0000-1000-8000-00805f9b34fb"
"""Heart rate, and the maker's own: it advertises not the service that it streams over."""


def serial_of(name: str) -> str | None:
    """Serial number of the sensor that advertises a name; None if it is another device's."""
    return SERIAL_PREFIX + name.removeprefix(NAME_PREFIX) if name.startswith(NAME_PREFIX) else None


def name_of(serial: str) -> str | None:
    """The name that a sensor advertises; None if the serial number is another device's."""
    return NAME_PREFIX + serial.removeprefix(SERIAL_PREFIX) if serial.startswith(SERIAL_PREFIX) else None
