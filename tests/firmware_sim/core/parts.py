"""Parts of the firmware core by themselves, called as those in Python are."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from ctypes import c_bool, c_int, c_size_t, c_uint32
from typing import Any, ClassVar

from surefoot.firmware_sim.pod.core_library import MAX_PACKET_BYTES, MAX_RECORD_BYTES, STORE_FULL, FlashDriver
from surefoot.firmware_sim.pod.flash import NorFlash
from surefoot.firmware_sim.pod.flash_log import FlashLog, StoreFullError
from surefoot.firmware_sim.pod.ring_buffer import RingBuffer
from surefoot.firmware_sim.pod.starting import AnyFirmware
from surefoot.sensor_ingest.pod_store.records import StoreRecord
from surefoot.sensor_ingest.protocol import Packet
from tests.firmware_sim.core.built import core_library
from tests.firmware_sim.core.codec import record_bytes


def _call(name: str, result: type | None, *arguments: object) -> Any:
    function = getattr(core_library().functions, name)
    function.restype = result
    return function(*arguments)


class _Range(ctypes.Structure):
    _fields_: ClassVar = [("begin", c_uint32), ("end", c_uint32)]


class CoreRingBuffer:
    """The core's ring."""

    def __init__(self, capacity: int) -> None:
        self._slots = ctypes.create_string_buffer(capacity * _call("sf_packet_slot_bytes", c_size_t))
        self._ring = ctypes.create_string_buffer(_call("sf_ring_bytes", c_size_t))
        _call("sf_ring_init", None, self._ring, self._slots, c_uint32(capacity))

    @property
    def oldest(self) -> int:
        return int(_call("sf_ring_oldest", c_uint32, self._ring))

    @property
    def newest(self) -> int:
        return int(_call("sf_ring_newest", c_uint32, self._ring))

    def append(self, packet: Packet, *, live: bool = True) -> None:
        data = bytes(packet)
        assert _call("sf_ring_append_bytes", c_bool, self._ring, data, c_size_t(len(data)), c_bool(live))

    def on_subscribed(self) -> None:
        _call("sf_ring_set_subscribed", None, self._ring, c_bool(True))

    def on_unsubscribed(self) -> None:
        _call("sf_ring_set_subscribed", None, self._ring, c_bool(False))

    def request_resend(self, first: int, count: int) -> tuple[int, int] | None:
        granted = _Range()
        asked = c_uint32(first), c_uint32(count)
        done = _call("sf_ring_request", c_bool, self._ring, *asked, ctypes.byref(granted))
        return (granted.begin, granted.end - granted.begin) if done else None

    def pop_next(self) -> Packet | None:
        out = ctypes.create_string_buffer(MAX_PACKET_BYTES)
        size = _call("sf_ring_pop_bytes", c_size_t, self._ring, out)
        return Packet.from_bytes(out.raw[:size]) if size else None


class _LogState(ctypes.Structure):
    _fields_: ClassVar = [
        (name, c_uint32) for name in ("oldest", "next_number", "capacity_bytes", "used_bytes", "free_bytes")
    ]


class CoreLog:
    """The core's log, as it is found in the flash at a start."""

    def __init__(self, flash: NorFlash) -> None:
        self._driver = FlashDriver(flash)
        self._log = ctypes.create_string_buffer(_call("sf_log_bytes", c_size_t))
        self._checked("sf_log_open", self._log, ctypes.byref(self._driver.driver))

    @property
    def oldest(self) -> int:
        return int(self._state.oldest)

    @property
    def next_number(self) -> int:
        return int(self._state.next_number)

    @property
    def capacity_bytes(self) -> int:
        return int(self._state.capacity_bytes)

    @property
    def used_bytes(self) -> int:
        return int(self._state.used_bytes)

    @property
    def free_bytes(self) -> int:
        return int(self._state.free_bytes)

    def append(self, record: StoreRecord) -> int:
        number = self.next_number
        data = record_bytes(number, record)
        if self._checked("sf_log_append_bytes", self._log, data, c_size_t(len(data))) == STORE_FULL:
            raise StoreFullError(f"record {number} does not fit")
        return number

    def release(self, before: int) -> None:
        self._checked("sf_log_release", self._log, c_uint32(before))

    def records_from(self, first: int) -> Iterator[tuple[int, bytes]]:
        cursor = ctypes.create_string_buffer(_call("sf_log_cursor_bytes", c_size_t))
        self._checked("sf_log_seek", self._log, c_uint32(first), cursor)
        out, size = ctypes.create_string_buffer(MAX_RECORD_BYTES), c_size_t()
        while True:
            self._checked("sf_log_next_bytes", self._log, cursor, out, ctypes.byref(size))
            if not size.value:
                return
            yield int.from_bytes(out.raw[3:7], "little"), out.raw[: size.value]

    @property
    def _state(self) -> _LogState:
        state = _LogState()
        _call("sf_log_read_state", None, self._log, ctypes.byref(state))
        return state

    def _checked(self, name: str, *arguments: object) -> int:
        return self._driver.check(_call(name, c_int, *arguments))


MakeFirmware = Callable[..., AnyFirmware]
MakeRing = Callable[[int], RingBuffer | CoreRingBuffer]
OpenLog = Callable[[NorFlash], FlashLog | CoreLog]
CountBoot = Callable[[NorFlash], int]
