"""The firmware core in C in the place of `Firmware`: the same packets, replies, and bytes in the flash."""

from __future__ import annotations

import ctypes
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from surefoot.firmware_sim.pod.battery import Battery
from surefoot.firmware_sim.pod.core_library import (
    BEACON_BYTES,
    MAX_INFO_BYTES,
    MAX_PACKET_BYTES,
    REPLY_BYTES,
    STORE_INFO_BYTES,
    STORE_STATUS_BYTES,
    CoreLibrary,
)
from surefoot.firmware_sim.pod.core_pod import CorePod
from surefoot.firmware_sim.pod.flash import NorFlash
from surefoot.firmware_sim.pod.pod_settings import PodSettings
from surefoot.sensor_ingest.pod_store.store_protocol import Fragment, StoreInfo, StoreStatus
from surefoot.sensor_ingest.protocol import Packet, PodInfo, Reply


class CoreFirmware:
    """One boot of a pod; parameters and attributes are those of `Firmware`."""

    def __init__(
        self,
        library: CoreLibrary,
        settings: PodSettings,
        battery: Battery,
        boot: int,
        on_packet: Callable[[Packet], None] | None = None,
        *,
        flash: NorFlash | None = None,
        boot_count: int = 0,
    ) -> None:
        self.settings, self.battery, self.boot, self.on_packet = settings, battery, boot, on_packet
        self._pod = CorePod(library, settings, battery, boot, self._deliver, flash, boot_count)
        self.ring = CoreRing(self._pod)
        self.pedometer = CorePedometer(self._pod)
        self.beacons = CoreBeacons(self._pod)
        self.keeper = CoreKeeper(self._pod, boot_count) if flash is not None else None

    @property
    def streaming(self) -> bool:
        """Between START and STOP."""
        return bool(self._pod.state.streaming)

    @property
    def dropped(self) -> int:
        """Samples lost before they reached a packet."""
        return int(self._pod.state.dropped)

    @property
    def identify_until_us(self) -> int:
        """Until when the pod blinks."""
        return int(self._pod.state.identify_until_us)

    @property
    def making_packets(self) -> bool:
        """Samples become packets."""
        return bool(self._pod.state.makes_packets)

    @property
    def sampling(self) -> bool:
        """The sensor is on."""
        return bool(self._pod.state.is_sampling)

    @property
    def samples_until_full(self) -> int:
        """Samples until the next packet is full."""
        return int(self._pod.state.samples_until_full)

    @property
    def active_beacons(self) -> CoreBeacons | None:
        """The beacons while they are sent and listened for."""
        return self.beacons if self._pod.state.beacons_are_active else None

    @property
    def info(self) -> PodInfo:
        """Content of the info characteristic."""
        return PodInfo.from_bytes(self._pod.ask("sf_pod_info", MAX_INFO_BYTES, self._pod.pod))

    def sample(self, ticks_us: NDArray[np.int64], counts: NDArray[np.int16]) -> bool:
        """Take samples from the FIFO of the IMU: ticks (n,), counts (n, 6); whether they go into packets."""
        ticks, values = np.ascontiguousarray(ticks_us, np.uint64), np.ascontiguousarray(counts, np.int16)
        taken = ctypes.c_bool()
        self._pod.call("sf_pod_sample", self._pod.pod, ticks.ctypes.data, values.ctypes.data, len(ticks), taken)
        return taken.value

    def fifo_overrun(self, samples: int) -> None:
        """Count samples lost to a FIFO overflow."""
        self._pod.call("sf_pod_fifo_overrun", self._pod.pod, samples)

    def handle_command(self, data: bytes, tick_us: int) -> Reply:
        """Execute a command written to the control characteristic, and return its reply."""
        reply = ctypes.create_string_buffer(REPLY_BYTES)
        self._pod.call("sf_pod_command", self._pod.pod, data, len(data), tick_us, reply)
        return Reply.from_bytes(reply.raw)

    def _deliver(self, packet: Packet) -> None:
        if self.on_packet is not None:
            self.on_packet(packet)


class CoreRing:
    """The core's ring buffer."""

    def __init__(self, pod: CorePod) -> None:
        self._pod = pod

    def on_subscribed(self) -> None:
        """Send all packets from the next one on."""
        self._pod.tell("sf_ring_set_subscribed", self._pod.ring, True)

    def on_unsubscribed(self) -> None:
        """Stop sending, and drop the resend requests."""
        self._pod.tell("sf_ring_set_subscribed", self._pod.ring, False)

    def pop_next(self) -> Packet | None:
        """Next packet to send; None if there is none."""
        data = self._pod.ask("sf_ring_pop_bytes", MAX_PACKET_BYTES, self._pod.ring)
        return Packet.from_bytes(data) if data else None


class CorePedometer:
    """The core's step counter."""

    def __init__(self, pod: CorePod) -> None:
        self._pod = pod

    @property
    def cadence_spm(self) -> int:
        """Steps of both feet per minute."""
        return int(self._pod.state.cadence_spm)

    @property
    def running(self) -> bool:
        """The cadence is that of running."""
        return bool(self._pod.state.running)


class CoreBeacons:
    """The core's beacons."""

    def __init__(self, pod: CorePod) -> None:
        self._pod = pod

    def send(self, tick_us: int) -> bytes:
        """The next beacon, which goes out at this tick."""
        return self._pod.ask("sf_pod_send_beacon", BEACON_BYTES, self._pod.pod, tick_us)

    def hear(self, data: bytes, tick_us: int) -> None:
        """Take an advertisement that was heard at this tick."""
        self._pod.call("sf_pod_hear_beacon", self._pod.pod, data, len(data), tick_us)


class CoreKeeper:
    """The core's store."""

    def __init__(self, pod: CorePod, boot_count: int) -> None:
        self._pod, self.boot_count = pod, boot_count
        self.transfer = CoreTransfer(pod)

    @property
    def keeping(self) -> bool:
        """Packets are kept."""
        return bool(self._pod.state.keeping)

    @property
    def client_listens(self) -> bool:
        """A client has subscribed to transfers."""
        return bool(self._pod.state.client_listens)

    @property
    def info(self) -> StoreInfo:
        """Content of the store info characteristic."""
        return StoreInfo.from_bytes(self._pod.ask("sf_keeper_info", STORE_INFO_BYTES, self._pod.keeper))

    def status(self, battery_pct: int) -> StoreStatus:
        """What is advertised of the store."""
        data = self._pod.ask("sf_keeper_status", STORE_STATUS_BYTES, self._pod.keeper, battery_pct)
        return StoreStatus.from_bytes(data)

    def set_client_listens(self, listens: bool) -> None:
        """A client subscribed to transfers, or unsubscribed, which ends the current one."""
        self._pod.tell("sf_keeper_set_client_listens", self._pod.keeper, listens)


class CoreTransfer:
    """The core's transfer of records."""

    def __init__(self, pod: CorePod) -> None:
        self._pod = pod

    def on_replied(self) -> None:
        """The client has the reply to its request."""
        self._pod.tell("sf_keeper_replied", self._pod.keeper)

    def next_fragment(self) -> Fragment | None:
        """The next fragment to notify; None if there is none."""
        data = self._pod.next_fragment()
        return Fragment.from_bytes(data) if data else None
