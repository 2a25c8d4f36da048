"""Scanner of the bleak backend on bumble."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from bleak.backends.scanner import AdvertisementData, AdvertisementDataCallback, BaseBleakScanner
from bleak.uuids import normalize_uuid_str
from bumble.core import UUID, AdvertisingData
from bumble.device import Advertisement
from bumble.hci import Address

from surefoot.firmware_sim.radio.central import CentralRadio

AdType = AdvertisingData.Type
NAME_TYPES = (AdType.COMPLETE_LOCAL_NAME, AdType.SHORTENED_LOCAL_NAME)
SERVICE_16_TYPES = (
    AdType.INCOMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
    AdType.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
)
SERVICE_128_TYPES = (
    AdType.INCOMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
    AdType.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
)


class DeviceDetails(NamedTuple):
    """`BLEDevice.details` of this backend."""

    radio: CentralRadio
    address: Address


class BumbleScanner(BaseBleakScanner):
    """Scanner on a `CentralRadio`, which any number of scanners share."""

    def __init__(
        self,
        detection_callback: AdvertisementDataCallback | None,
        service_uuids: list[str] | None,
        scanning_mode: Literal["active", "passive"],
        *,
        radio: CentralRadio,
        **_platforms: Any,
    ) -> None:
        super().__init__(detection_callback, service_uuids)
        self._radio = radio
        self._active = scanning_mode == "active"

    async def start(self) -> None:
        """Start scanning."""
        self.seen_devices = {}
        self._radio.device.on("advertisement", self._on_advertisement)
        await self._radio.start_scan(self._active)

    async def stop(self) -> None:
        """Stop scanning."""
        self._radio.device.remove_listener("advertisement", self._on_advertisement)
        await self._radio.stop_scan()

    def _on_advertisement(self, advertisement: Advertisement) -> None:
        data = advertisement_data(advertisement)
        address = advertisement.address.to_string(False)
        details = DeviceDetails(self._radio, advertisement.address)
        device = self.create_or_update_device(address, address, data.local_name, details, data)
        if self.is_allowed_uuid(data.service_uuids):
            self.call_detection_callbacks(device, data)


def advertisement_data(advertisement: Advertisement) -> AdvertisementData:
    """bleak's advertisement data: name, service data, service UUIDs, RSSI."""
    structures = advertisement.data.ad_structures
    uuids = [
        uuid_text(UUID.from_bytes(data[at : at + width]))
        for kinds, width in ((SERVICE_16_TYPES, 2), (SERVICE_128_TYPES, 16))
        for kind, data in structures
        if kind in kinds
        for at in range(0, len(data), width)
    ]
    name = next((data.decode("utf-8", "replace") for kind, data in structures if kind in NAME_TYPES), None)
    service_data = {
        uuid_text(UUID.from_bytes(data[:16])): data[16:]
        for kind, data in structures
        if kind == AdType.SERVICE_DATA_128_BIT_UUID
    }
    return AdvertisementData(
        name, {}, service_data, list(dict.fromkeys(uuids)), None, advertisement.rssi, (advertisement,)
    )


def uuid_text(uuid: UUID) -> str:
    """UUID in bleak's spelling: 128 bits, lower case."""
    digits = uuid.to_hex_str("-")
    return normalize_uuid_str(digits if len(uuid.to_bytes()) == 16 else digits[-4:])
