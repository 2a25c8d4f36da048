"""Pods that this computer has a bond with, kept in the folder of runs; the keys are kept by the operating system."""

from __future__ import annotations

import json
import logging
from pathlib import Path

from bleak import BleakClient

from surefoot.sensor_ingest.ble.adapter import RadioBackend
from surefoot.sensor_ingest.ble.discovery import serial_matches
from surefoot.sensor_ingest.ble.errors import BLUETOOTH_FAILURES, BondError, NotBondedError
from surefoot.sensor_ingest.ble.pod_client import PodClient
from surefoot.sensor_ingest.recording.errors import RunUnwritableError
from surefoot.sensor_ingest.recording.private_files import make_private_folder, replace_private_file

log = logging.getLogger(__name__)

FILE_NAME = "bonds.json"
DOUBTFUL_CONNECTIONS = 3
"""Connections in a row that fail before the bond is shown, after which it is doubted."""


class Bonds:
    """The address of every bonded pod by serial number, in the folder of runs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def address_of(self, wanted: str) -> str | None:
        """The address at which a pod, by serial number or tag, was bonded with; None without a bond."""
        return next((address for serial, address in self._read().items() if serial_matches(serial, wanted)), None)

    def keep(self, serial: str, address: str) -> None:
        """Keep that a pod was bonded with; RunUnwritableError if the folder cannot be written."""
        self._write({**self._read(), serial: address})

    def forget(self, wanted: str) -> str | None:
        """Forget the bond with a pod; the address it was with. RunUnwritableError if the folder cannot be written."""
        address = self.address_of(wanted)
        if address is not None:
            self._write({serial: each for serial, each in self._read().items() if not serial_matches(serial, wanted)})
        return address

    def _write(self, kept: dict[str, str]) -> None:
        try:
            make_private_folder(self._folder)
            replace_private_file(self._folder / FILE_NAME, json.dumps(kept, indent=1) + "\n")
        except OSError as error:
            raise RunUnwritableError(self._folder, error.strerror or type(error).__name__) from error

    def _read(self) -> dict[str, str]:
        """All that is kept; nothing where it is damaged, so that the next pods are bonded with anew."""
        path = self._folder / FILE_NAME
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            return {str(serial): str(address) for serial, address in found.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, AttributeError, RecursionError):
            log.warning("%s cannot be read; pods may bond anew.", path)
            return {}


class BondDoubt:
    """Doubts the bond with a pod that is heard but not connected to: it, or the system, may have lost its keys."""

    def __init__(self, bonds: Bonds, serial: str) -> None:
        self._bonds = bonds
        self._serial = serial
        self._failed = 0

    def on_shown(self) -> None:
        """A connection got as far as showing the bond."""
        self._failed = 0

    def on_failed(self) -> BondError | None:
        """A connection failed; the doubt, once."""
        self._failed += 1
        if self._failed != DOUBTFUL_CONNECTIONS or self._bonds.address_of(self._serial) is None:
            return None
        return BondError(self._serial, f"{DOUBTFUL_CONNECTIONS} connections failed before it could show its bond")


async def secure(client: PodClient, serial: str, address: str, bonds: Bonds) -> None:
    """Bond with a connected pod that demands it, or make sure that it is the one there is a bond with.

    Raises
    ------
    BondError
        if it is another one, or does not bond.
    """
    known = bonds.address_of(serial)
    if known is not None and known != address:
        raise BondError(serial, f"it is at {address}, and not at {known} as when it was bonded with")
    if not client.demands_bond:
        if known is not None:
            raise BondError(serial, "it no longer demands the bond that there is with it")
        return
    client.may_pair = known is None
    try:
        await client.read_bond()
    except NotBondedError as error:
        raise BondError(serial, error.reason) from error
    if known is None:
        _remember(bonds, serial, address)


def _remember(bonds: Bonds, serial: str, address: str) -> None:
    """Keep a new bond; a disk that does not take it ends no run."""
    try:
        bonds.keep(serial, address)
        log.info("Pod %s is bonded with this computer.", serial)
    except RunUnwritableError as error:
        log.warning("%s The bond with pod %s is not remembered.", error, serial)


async def unpair(address: str, radio: RadioBackend) -> bool:
    """Have the system forget its keys for a pod; False where it cannot, as macOS, or does not know the pod."""
    try:
        await BleakClient(address, **radio.client).unpair()
    except (*BLUETOOTH_FAILURES, NotImplementedError) as error:
        log.debug("%s is not unpaired: %s", address, error)
        return False
    return True
