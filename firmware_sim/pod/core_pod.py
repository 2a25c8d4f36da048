"""Memory and calls of one pod of the firmware core in C."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

from surefoot.firmware_sim.pod.battery import Battery
from surefoot.firmware_sim.pod.core_library import (
    MAX_FRAGMENT_BYTES,
    MAX_PACKET_BYTES,
    ON_PACKET,
    CoreLibrary,
    CoreSettings,
    CoreState,
    FlashDriver,
)
from surefoot.firmware_sim.pod.flash import NorFlash
from surefoot.firmware_sim.pod.pod_settings import PodSettings
from surefoot.sensor_ingest.protocol import Packet


class CorePod:
    """One boot.

    Parameters
    ----------
    settings : read before every call, and changed by it.
    deliver : called with the packets that were completed in a call, after it.
    flash : where samples are kept; None is a pod without a store.
    """

    def __init__(
        self,
        library: CoreLibrary,
        settings: PodSettings,
        battery: Battery,
        boot: int,
        deliver: Callable[[Packet], None],
        flash: NorFlash | None,
        boot_count: int,
    ) -> None:
        self._core, self._settings, self._battery = library.functions, settings, battery
        self._deliver = deliver
        self._made: list[Packet] = []
        self._core_settings, self._driver = CoreSettings(), FlashDriver(flash)
        self._on_packet = ON_PACKET(self._take)
        self._slots = ctypes.create_string_buffer(settings.ring_packets * self._core.sf_packet_slot_bytes())
        self.pod = ctypes.create_string_buffer(self._core.sf_pod_bytes())
        where = self._core_settings, self._driver.driver, boot, boot_count, self._slots, settings.ring_packets
        self.call("sf_pod_init", self.pod, *where, self._on_packet, None)
        self.ring, self.keeper = self._core.sf_pod_ring(self.pod), self._core.sf_pod_keeper(self.pod)

    def call(self, name: str, *arguments: Any) -> None:
        """Call a function that returns a status; `PowerCutError` where `Firmware` raises it."""
        self._core_settings.take(self._settings)
        self._core.sf_pod_set_battery_low(self.pod, self._battery.low)
        status = getattr(self._core, name)(*arguments)
        self._core_settings.give(self._settings)
        made, self._made = self._made, []
        for packet in made:
            self._deliver(packet)
        self._driver.check(status)

    def tell(self, name: str, *arguments: Any) -> None:
        """Call a function that returns nothing."""
        getattr(self._core, name)(*arguments)

    def ask(self, name: str, most_bytes: int, *arguments: Any) -> bytes:
        """What a function writes; all of it if it returns no size."""
        self._core_settings.take(self._settings)
        return self._written(name, most_bytes, *arguments)

    def next_fragment(self) -> bytes:
        """The next fragment of a transfer; nothing if there is none."""
        size = ctypes.c_size_t()
        out = ctypes.create_string_buffer(MAX_FRAGMENT_BYTES)
        self.call("sf_keeper_next_fragment", self.keeper, out, size)
        return out.raw[: size.value]

    @property
    def state(self) -> CoreState:
        """What it is doing."""
        self._core_settings.take(self._settings)
        state = CoreState()
        self._core.sf_pod_read_state(self.pod, state)
        return state

    def _take(self, _context: int, packet: int) -> None:
        self._made.append(Packet.from_bytes(self._written("sf_packet_write", MAX_PACKET_BYTES, packet)))

    def _written(self, name: str, most_bytes: int, *arguments: Any) -> bytes:
        out = ctypes.create_string_buffer(most_bytes)
        size = getattr(self._core, name)(*arguments, out)
        return out.raw[:size]
