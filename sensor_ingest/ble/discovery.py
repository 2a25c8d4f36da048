"""Pods in range. They are identified by serial number, because some systems replace Bluetooth addresses."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bleak import BleakScanner

from surefoot.analysis.companions import Companion
from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.ble.adapter import RadioBackend, is_named, is_pod, scan_filter
from surefoot.sensor_ingest.ble.errors import BLUETOOTH_FAILURES, radio_error
from surefoot.sensor_ingest.devices import known
from surefoot.sensor_ingest.devices.companions import PROFILES
from surefoot.sensor_ingest.pod_store.store_protocol import STORE_SERVICE_UUID, StoreStatus
from surefoot.sensor_ingest.protocol import ProtocolError

NAME_PREFIX = "SF"
TAG_CHARACTERS = 4
"""Characters of the serial number that fit an advertisement."""
SCAN_S, SCAN_PAUSE_S = 5.0, 2.0
"""While pods are waited for."""
_FOOT_BY_LETTER = {"L": Foot.LEFT, "R": Foot.RIGHT}


@dataclass(frozen=True, slots=True)
class DiscoveredPod:
    """A pod in range.

    Parameters
    ----------
    tag : advertised end of the serial number; may be used in its place.
    foot : foot that the pod is configured for; None if unknown.
    store : what it holds; None if it does not say so.
    """

    name: str
    tag: str
    foot: Foot | None
    address: str
    rssi_dbm: int
    store: StoreStatus | None = None


def advertised_prefix(serial: str) -> str:
    """Prefix of the name that a pod advertises, from its serial number or tag."""
    return known.name_of(serial) or NAME_PREFIX + serial[-TAG_CHARACTERS:]


def serial_matches(serial: str, wanted: str) -> bool:
    """Whether `wanted` is this serial number or its tag."""
    return serial == wanted or (len(wanted) == TAG_CHARACTERS and serial.endswith(wanted))


def parse_advertised_name(name: str, address: str, rssi_dbm: int) -> DiscoveredPod:
    """Tag and foot from an advertised name; a name of another form becomes the tag.

    Sensors of other makers have their whole serial number in place of the tag.
    """
    if (serial := known.serial_of(name)) is not None:
        return DiscoveredPod(name, serial, None, address, rssi_dbm)
    tag, _, foot = name.removeprefix(NAME_PREFIX).partition("-")
    if not name.startswith(NAME_PREFIX) or len(tag) != TAG_CHARACTERS:
        return DiscoveredPod(name, name, None, address, rssi_dbm)
    return DiscoveredPod(name, tag, _FOOT_BY_LETTER.get(foot), address, rssi_dbm)


@dataclass(frozen=True, slots=True)
class DiscoveredCompanion:
    """A sensor beside the pods that is in range."""

    companion: Companion
    name: str
    address: str
    rssi_dbm: int


@dataclass(frozen=True, slots=True)
class InRange:
    """Whoever was heard, strongest signal first."""

    pods: list[DiscoveredPod]
    companions: list[DiscoveredCompanion]


async def discover_pods(radio: RadioBackend | None = None, *, timeout_s: float = SCAN_S) -> list[DiscoveredPod]:
    """Pods heard within `timeout_s`, strongest signal first; RadioError if Bluetooth does not work."""
    return (await discover(radio, timeout_s=timeout_s)).pods


async def discover(radio: RadioBackend | None = None, *, timeout_s: float = SCAN_S) -> InRange:
    """Pods, and sensors that may be recorded with them; see `discover_pods`."""
    radio = radio or RadioBackend()
    try:
        everybody = scan_filter(device.name_prefix for device in known.DEVICES)
        async with BleakScanner(None, everybody, **radio.scanner) as scanner:
            await asyncio.sleep(timeout_s)
            heard = scanner.discovered_devices_and_advertisement_data.values()
    except BLUETOOTH_FAILURES as error:
        raise radio_error(error) from error
    pods = [
        replace(
            parse_advertised_name(data.local_name or device.name or "", device.address, data.rssi),
            store=store_status(data.service_data),
        )
        for device, data in heard
        if is_pod(data.local_name or device.name or "", data)
    ]
    companions = [
        DiscoveredCompanion(companion, data.local_name or device.name or "", device.address, data.rssi)
        for device, data in heard
        for companion, profile in PROFILES.items()
        if profile.service_uuid in data.service_uuids and not is_pod(data.local_name or device.name or "", data)
    ]
    return InRange(sorted(pods, key=lambda each: -each.rssi_dbm), sorted(companions, key=lambda each: -each.rssi_dbm))


def store_status(service_data: Mapping[str, bytes]) -> StoreStatus | None:
    """What a pod's store holds, from the service data that it advertises; None if it does not say so."""
    try:
        return StoreStatus.from_bytes(service_data[STORE_SERVICE_UUID])
    except (KeyError, ProtocolError):
        return None


async def wait_for_any(
    radio: RadioBackend, serials: Iterable[str], foot_pods: Sequence[str] = ()
) -> list[DiscoveredPod]:
    """Scan until one of these pods, or of these foot pods of other makers, by address or name, is in range.

    Returns all pods heard. RadioError if Bluetooth does not work.
    """
    tags = {serial[-TAG_CHARACTERS:] for serial in serials}
    while True:
        heard = await discover(radio, timeout_s=SCAN_S)
        others = [each for each in heard.companions if each.companion is Companion.FOOT_POD]
        if any(pod.tag[-TAG_CHARACTERS:] in tags for pod in heard.pods) or any(
            each.address.upper() == name.upper() or is_named(each.name, name) for each in others for name in foot_pods
        ):
            return heard.pods
        await asyncio.sleep(SCAN_PAUSE_S)
