"""What one boot of a pod keeps in its flash: packets as they are made, four a record, and notes beside them."""

from __future__ import annotations

from collections.abc import Callable

from surefoot.firmware_sim.pod.flash import NorFlash
from surefoot.firmware_sim.pod.flash_log import FlashLog
from surefoot.firmware_sim.pod.keeping_rule import KeepingRule
from surefoot.firmware_sim.pod.pedometer import Pedometer
from surefoot.firmware_sim.pod.pod_settings import PodSettings
from surefoot.firmware_sim.pod.transfer import Transfer
from surefoot.sensor_ingest.pod_store.block_codec import BLOCK_SAMPLES
from surefoot.sensor_ingest.pod_store.packet_series import MAX_PACKETS
from surefoot.sensor_ingest.pod_store.records import BootRecord, SamplesRecord, StoreRecord
from surefoot.sensor_ingest.pod_store.store_protocol import StoreCapability, StoreInfo, StoreState, StoreStatus
from surefoot.sensor_ingest.protocol import Packet

USUAL_BYTES_PER_SAMPLE = 9.3
RESERVED_BYTES = 8192
"""Not used for samples, so that a full pod still notes when it was met."""


class Keeper:
    """One boot's keeping.

    Parameters
    ----------
    boot_count : starts of the pod, this one included.
    read_info : content of the info characteristic, for boot records.
    """

    def __init__(self, flash: NorFlash, boot_count: int, settings: PodSettings, read_info: Callable[[], bytes]) -> None:
        self.boot_count = boot_count
        self.keeping = False
        self.client_listens = False
        """A client has subscribed to transfers."""
        self._settings = settings
        self._read_info = read_info
        self._log = FlashLog(flash)
        self.transfer = Transfer(self._log)
        self._rule = KeepingRule()
        self._packets: list[Packet] = []
        self._info_is_noted = False
        if settings.keep_ordered:
            self.start(0)

    @property
    def full(self) -> bool:
        """No samples fit until records are released."""
        return self._log.free_bytes < RESERVED_BYTES

    @property
    def armed(self) -> bool:
        """Steps are waited for, to start keeping."""
        return bool(self._settings.auto_minutes) and not self.full

    @property
    def info(self) -> StoreInfo:
        """Content of the store info characteristic."""
        settings, log = self._settings, self._log
        bytes_per_s = USUAL_BYTES_PER_SAMPLE * settings.rate_hz
        state = StoreState.FULL if self.full else StoreState.KEEPING if self.keeping else StoreState.IDLE
        return StoreInfo(
            StoreCapability.AUTO | StoreCapability.BEACONS,
            state,
            settings.auto_minutes,
            self.boot_count,
            log.oldest,
            log.next_number,
            log.used_bytes,
            log.capacity_bytes,
            max(int((log.free_bytes - RESERVED_BYTES) / bytes_per_s), 0),
        )

    def status(self, battery_pct: int) -> StoreStatus:
        """What is advertised of the store."""
        info = self.info
        held_s = (info.next - info.oldest) * BLOCK_SAMPLES / self._settings.rate_hz
        return StoreStatus(info.state, battery_pct, int(held_s / 60.0), info.seconds_left // 60)

    def set_client_listens(self, listens: bool) -> None:
        """A client subscribed to transfers, or unsubscribed, which ends the current one."""
        self.client_listens = listens
        if not listens:
            self.transfer.stop()

    def start(self, tick_us: int) -> bool:
        """Start keeping; False if the flash is full."""
        if self.full:
            return False
        if not self.keeping:
            self.keeping = True
            self._rule.started(tick_us)
        return True

    def stop(self) -> None:
        """Stop keeping by command."""
        self._rule.ordered_to_stop()
        self.end()

    def start_by_steps(self, pedometer: Pedometer) -> None:
        """Start keeping if the foot has begun to walk or run."""
        if not self.keeping and self.armed and self._rule.starts(pedometer):
            self.start(pedometer.now_us)

    def is_over(self, pedometer: Pedometer) -> bool:
        """Whether it is time to end keeping: no steps for minutes."""
        minutes = self._settings.auto_minutes
        return self.keeping and bool(minutes) and self._rule.stops(pedometer, minutes)

    def end(self) -> None:
        """Stop keeping, and write what is still in memory."""
        self.keeping = self._settings.keep_ordered = False
        self.flush()

    def add(self, packet: Packet) -> None:
        """Keep a packet, if keeping; it is written with those that follow it."""
        if not self.keeping:
            return
        self._packets.append(packet)
        if len(self._packets) == MAX_PACKETS:
            self.flush()

    def flush(self) -> None:
        """Write the packets that are still in memory."""
        packets, self._packets = tuple(self._packets), []
        if packets:
            self.note(SamplesRecord(self.boot_count, packets))
        if self.keeping and self.full:
            self.end()

    def info_changes(self) -> None:
        """Rate, ranges or foot are about to change: the next record follows a new boot record."""
        self.flush()
        self._info_is_noted = False

    def note(self, record: StoreRecord) -> None:
        """Write a record; StoreFullError if it does not fit."""
        if not self._info_is_noted:
            self._log.append(BootRecord(self.boot_count, self._read_info()))
            self._info_is_noted = True
        self._log.append(record)

    def release(self, before: int) -> None:
        """Free the records before a number: a client has them."""
        self._log.release(before)
