"""Take over what pods kept: fetched, on the shelf, then released; whatever interrupts, it goes on from there."""

from __future__ import annotations

import asyncio
import logging
import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from surefoot.sensor_ingest.ble.adapter import Adapter, Advertisement, RadioBackend
from surefoot.sensor_ingest.ble.bonds import Bonds, secure
from surefoot.sensor_ingest.ble.discovery import advertised_prefix, serial_matches
from surefoot.sensor_ingest.ble.errors import TRANSIENT_ERRORS, LinkLostError, PodRefusedError
from surefoot.sensor_ingest.ble.handshake import read_pod_info
from surefoot.sensor_ingest.ble.logbook_visit import LogbookVisit
from surefoot.sensor_ingest.ble.pod_client import PodClient
from surefoot.sensor_ingest.ble.retries import Retries
from surefoot.sensor_ingest.ble.store_client import StoreClient
from surefoot.sensor_ingest.ble.visiting import PodProgress, Visit
from surefoot.sensor_ingest.devices.known import device_called
from surefoot.sensor_ingest.errors import IngestError, first_error
from surefoot.sensor_ingest.pod_store.store_protocol import StoreInfo, StoreState
from surefoot.sensor_ingest.protocol import ProtocolError
from surefoot.sensor_ingest.recording.kept_logs import ClockNow
from surefoot.sensor_ingest.recording.shelf import Shelf, ShelfFile

log = logging.getLogger(__name__)

SAFE_PERIOD_S = 5.0
"""How often what came is put on the disk, and the pod is told that it may forget it."""
MAX_FAILURES = 6
"""Visits in a row that brought nothing, after which a pod is given up for this time."""


@dataclass(slots=True)
class TakingOver:
    """Takes over several pods at once; `progress` tells how far each has come, by what it was asked for by."""

    radio: RadioBackend
    shelf: Shelf
    bonds: Bonds
    visit: Visit = field(default_factory=Visit)
    progress: dict[str, PodProgress] = field(default_factory=dict)
    _clocks: dict[str, ClockNow] = field(default_factory=dict)

    async def run(self, pods: Sequence[str]) -> Mapping[str, PodProgress]:
        """Take over pods by serial number or tag; what became of each.

        Raises
        ------
        RadioError
            if Bluetooth does not work.
        RunUnwritableError, RunBusyError
            if the disk does not take it, or another process takes over a pod.
        """
        self.progress = {pod: PodProgress(pod) for pod in pods}
        failure: IngestError | None = None
        try:
            await self._visit_all(Adapter(self.radio))
        except* IngestError as failures:
            failure = first_error(failures)
        if failure is not None:
            raise failure
        return self.progress

    async def _visit_all(self, adapter: Adapter) -> None:
        async with asyncio.TaskGroup() as group:
            scan = group.create_task(adapter.scan(), name="scan")
            visits = [group.create_task(self._take_over(adapter, pod), name=f"pod {pod}") for pod in self.progress]
            for each in visits:
                await each
            adapter.close()
            scan.cancel()

    async def _take_over(self, adapter: Adapter, pod: str) -> None:
        """Visit a pod until it is done; give it up if it is not heard for `find_timeout_s`, or brings nothing."""
        retries, others = Retries(random.Random(self.visit.seed)), set[str]()
        progress, loop = self.progress[pod], asyncio.get_running_loop()
        failures, fetched = 0, 0
        while not progress.done and failures < MAX_FAILURES:
            retries.on_looking()
            try:
                async with asyncio.timeout(self.visit.find_timeout_s):
                    advertisement = await adapter.wait_for_advertisement(advertised_prefix(pod), frozenset(others))
            except TimeoutError:
                progress.problem = progress.problem or "it is not in range, or switched off"
                return
            try:
                if not await self._visit(adapter, advertisement, progress, lambda: retries.on_streaming(loop.time())):
                    others.add(advertisement.device.address)
            except PodRefusedError as error:
                progress.problem = error.reason
                return
            except (*TRANSIENT_ERRORS, ProtocolError) as error:
                failures = failures + 1 if progress.fetched == fetched else 1
                fetched = progress.fetched
                progress.problem = _reason(error)
                log.info("Pod %s: %s; it is looked for again.", pod, progress.problem)
                await asyncio.sleep(retries.loss_wait_s(loop.time()))

    async def _visit(
        self, adapter: Adapter, advertisement: Advertisement, progress: PodProgress, on_connected: Callable[[], None]
    ) -> bool:
        """Connect to a pod and take over what it holds; False if it is another pod."""
        if (device := device_called(advertisement.name)) is not None:
            progress.serial = device.serial_of(advertisement.name) or progress.serial
            visit = LogbookVisit(adapter, self.shelf, self.visit, progress, self._clocks)
            await visit.run(device, advertisement, on_connected)
            return True
        client = PodClient(advertisement, adapter.radio)
        try:
            async with adapter.exclusive:
                await client.connect()
            info = await read_pod_info(client, progress.serial)
            if not serial_matches(info.serial, progress.serial):
                return False
            progress.serial, progress.found = info.serial, True
            on_connected()
            if not client.has_store:
                progress.has_store, progress.done, progress.problem = False, True, ""
                return True
            await secure(client, info.serial, advertisement.device.address, self.bonds)
            await client.subscribe_replies()
            store = StoreClient(client, info.serial)
            await store.note_info(info)
            await self._fetch(store, progress)
            return True
        finally:
            await client.close()

    async def _fetch(self, store: StoreClient, progress: PodProgress) -> None:
        found = await store.info()
        if found.state is StoreState.KEEPING and self.visit.stop:
            await store.keep(False)
        await self._tell(store, progress.serial, found)
        held = await store.info()
        with self.shelf.open(self._sound_shelf(progress.serial, held)) as file:
            first = max(file.next_record, held.oldest)
            progress.news = progress.news or found.next > first
            progress.held = max(progress.held, progress.fetched + held.next - first)
            progress.fetched = progress.held - (held.next - first)
            await self._fetch_to(file, store, first, held.next, progress)
        progress.done, progress.problem = True, ""

    async def _tell(self, store: StoreClient, serial: str, found: StoreInfo) -> None:
        """Tell a pod the time, its partner if it is known, and the rule for the end of a run."""
        if self.visit.auto_minutes is not None and found.auto_minutes not in (0, self.visit.auto_minutes):
            await store.keep_auto(self.visit.auto_minutes)
        partner = next((tag for pod, tag in self.visit.partners.items() if serial_matches(serial, pod)), None)
        if partner is not None:
            await store.set_partner(partner)
        if (utc_s := self.visit.utc_s()) is not None:
            await store.note_utc(lambda: utc_s)

    def _sound_shelf(self, serial: str, held: StoreInfo) -> str:
        """The pod's shelf; a new one if the pod counts its records anew."""
        with self.shelf.open(serial) as file:
            begins_anew = file.next_record > held.next
        if begins_anew:
            self.shelf.set_aside(serial)
        return serial

    async def _fetch_to(self, file: ShelfFile, store: StoreClient, first: int, end: int, progress: PodProgress) -> None:
        """Records to the shelf; now and then they are made safe, and the pod is told."""
        loop, safe_s, begun = asyncio.get_running_loop(), -math.inf, progress.fetched
        async for number, data in store.fetch(first, end):
            file.append(data)
            progress.fetched = begun + number + 1 - first
            safe_s = loop.time() if math.isinf(safe_s) else safe_s
            if loop.time() > safe_s + SAFE_PERIOD_S:
                await store.release(await asyncio.to_thread(file.sync))
                safe_s = loop.time()
        await asyncio.to_thread(file.sync)
        await store.release(end)
        progress.fetched = progress.held


def _reason(error: Exception) -> str:
    match error:
        case LinkLostError():
            return error.reason
        case ProtocolError():
            return f"it answers what cannot be ({error})"
        case _:
            return "the link was lost"
