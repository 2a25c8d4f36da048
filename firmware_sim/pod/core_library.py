"""The firmware core in C, loaded as a shared library: for tests and for makers, never needed to run the product."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, Structure, c_bool, c_char, c_char_p, c_int, c_size_t, c_uint8, c_uint16, c_uint32, c_uint64
from ctypes import c_void_p as address
from pathlib import Path
from typing import ClassVar

from surefoot.firmware_sim.pod.flash import NorFlash, PowerCutError
from surefoot.firmware_sim.pod.pod_settings import PodSettings
from surefoot.sensor_ingest.protocol import FootCode

OK, FLASH_FAILED, STORE_FULL = range(3)
REPLY_BYTES, BEACON_BYTES, STORE_INFO_BYTES, STORE_STATUS_BYTES = 18, 31, 28, 6
MAX_PACKET_BYTES, MAX_INFO_BYTES, MAX_RECORD_BYTES, MAX_FRAGMENT_BYTES = 238, 56, 1024, 244
ON_PACKET = ctypes.CFUNCTYPE(None, address, address)
_READ = ctypes.CFUNCTYPE(c_bool, address, c_uint32, address, c_size_t)
_ERASE = ctypes.CFUNCTYPE(c_bool, address, c_uint32)


class CoreSettings(Structure):
    """`sf_settings`."""

    _fields_: ClassVar = [
        ("serial", c_char * 33),
        ("partner_tag", c_char * 5),
        ("foot", c_uint8),
        ("auto_minutes", c_uint8),
        ("keep_ordered", c_bool),
        ("rate_hz", c_uint16),
        ("acc_range_g", c_uint16),
        ("gyr_range_dps", c_uint16),
    ]

    def take(self, settings: PodSettings) -> None:
        """Become what the pod's settings are."""
        self.serial, self.partner_tag = settings.serial.encode("ascii"), settings.partner_tag.encode("ascii")
        for name in ("foot", "auto_minutes", "keep_ordered", "rate_hz", "acc_range_g", "gyr_range_dps"):
            setattr(self, name, getattr(settings, name))

    def give(self, settings: PodSettings) -> None:
        """Make the pod's settings what these are."""
        settings.partner_tag, settings.foot = self.partner_tag.decode("ascii"), FootCode(self.foot)
        settings.auto_minutes, settings.keep_ordered = self.auto_minutes, self.keep_ordered
        settings.rate_hz, settings.acc_range_g, settings.gyr_range_dps = (
            self.rate_hz,
            self.acc_range_g,
            self.gyr_range_dps,
        )


class CoreState(Structure):
    """`sf_pod_state`."""

    _fields_: ClassVar = [
        ("identify_until_us", c_uint64),
        ("samples_until_full", c_uint32),
        ("dropped", c_uint16),
        ("cadence_spm", c_uint8),
        ("running", c_bool),
        ("streaming", c_bool),
        ("keeping", c_bool),
        ("client_listens", c_bool),
        ("makes_packets", c_bool),
        ("is_sampling", c_bool),
        ("beacons_are_active", c_bool),
    ]


class _Driver(Structure):
    """`sf_flash`."""

    _fields_: ClassVar = [
        ("context", address),
        ("sectors", c_uint32),
        ("read", _READ),
        ("program", _READ),
        ("erase", _ERASE),
    ]


class FlashDriver:
    """The flash of a simulated pod as the core sees it; None is a pod without.

    An exception cannot pass through C: the power cut that interrupted a call is raised by `check`, after it.
    """

    def __init__(self, flash: NorFlash | None) -> None:
        self._flash = flash
        self._cut: PowerCutError | None = None
        sectors = 0 if flash is None else flash.sectors
        self.driver = _Driver(None, sectors, _READ(self._read), _READ(self._program), _ERASE(self._erase))

    def check(self, status: int) -> int:
        """Pass on the status of a call; `PowerCutError` if one happened in it."""
        if status == FLASH_FAILED:
            assert self._cut is not None
            raise self._cut
        return status

    def _read(self, _context: int, place: int, data: int, size: int) -> bool:
        assert self._flash is not None
        ctypes.memmove(data, self._flash.read(place, size), size)
        return True

    def _program(self, _context: int, place: int, data: int, size: int) -> bool:
        assert self._flash is not None
        try:
            self._flash.program(place, ctypes.string_at(data, size))
        except PowerCutError as cut:
            self._cut = cut
            return False
        return True

    def _erase(self, _context: int, sector: int) -> bool:
        assert self._flash is not None
        try:
            self._flash.erase(sector)
        except PowerCutError as cut:
            self._cut = cut
            return False
        return True


_FUNCTIONS: dict[str, tuple[type | None, tuple[object, ...]]] = {
    "sf_count_boot": (c_int, (POINTER(_Driver), POINTER(c_uint32))),
    "sf_boot_number": (c_uint16, (c_uint32, c_uint8)),
    "sf_pod_bytes": (c_size_t, ()),
    "sf_packet_slot_bytes": (c_size_t, ()),
    "sf_pod_init": (
        c_int,
        (
            address,
            POINTER(CoreSettings),
            POINTER(_Driver),
            c_uint16,
            c_uint32,
            address,
            c_uint32,
            ON_PACKET,
            address,
        ),
    ),
    "sf_pod_sample": (c_int, (address, address, address, c_size_t, POINTER(c_bool))),
    "sf_pod_fifo_overrun": (c_int, (address, c_uint16)),
    "sf_pod_command": (c_int, (address, c_char_p, c_size_t, c_uint64, address)),
    "sf_pod_info": (c_size_t, (address, address)),
    "sf_pod_ring": (address, (address,)),
    "sf_pod_keeper": (address, (address,)),
    "sf_pod_set_battery_low": (None, (address, c_bool)),
    "sf_pod_read_state": (None, (address, POINTER(CoreState))),
    "sf_pod_send_beacon": (None, (address, c_uint64, address)),
    "sf_pod_hear_beacon": (c_int, (address, c_char_p, c_size_t, c_uint64)),
    "sf_packet_write": (c_size_t, (address, address)),
    "sf_ring_set_subscribed": (None, (address, c_bool)),
    "sf_ring_pop_bytes": (c_size_t, (address, address)),
    "sf_keeper_info": (None, (address, address)),
    "sf_keeper_status": (None, (address, c_uint8, address)),
    "sf_keeper_set_client_listens": (None, (address, c_bool)),
    "sf_keeper_replied": (None, (address,)),
    "sf_keeper_next_fragment": (c_int, (address, address, POINTER(c_size_t))),
}


class CoreLibrary:
    """The core, built as a shared library."""

    def __init__(self, path: Path) -> None:
        self.functions = ctypes.CDLL(str(path))
        for name, (result, arguments) in _FUNCTIONS.items():
            function = getattr(self.functions, name)
            function.restype, function.argtypes = result, arguments

    def count_boot(self, flash: NorFlash) -> int:
        """Count a start; its number, from 1."""
        driver, count = FlashDriver(flash), c_uint32()
        driver.check(self.functions.sf_count_boot(driver.driver, count))
        return count.value

    def boot_number(self, count: int, random_bits: int) -> int:
        """Boot number of packets."""
        number: int = self.functions.sf_boot_number(count, random_bits)
        return number
