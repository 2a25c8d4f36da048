"""Client of a pod's store over one connection: what it holds, transfer with resume, release."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable

from surefoot.sensor_ingest.ble.errors import LinkLostError
from surefoot.sensor_ingest.ble.handshake import send_checked
from surefoot.sensor_ingest.ble.pod_client import PodClient
from surefoot.sensor_ingest.cancellation import wait_for_event
from surefoot.sensor_ingest.pod_store.reassembly import RecordAssembler
from surefoot.sensor_ingest.pod_store.store_protocol import Fragment, StoreInfo, tag_number
from surefoot.sensor_ingest.protocol import Opcode, PodInfo, ProtocolError

STALL_TIMEOUT_S = 4.0
"""A transfer without a fragment for this long is asked for again."""
MAX_ATTEMPTS = 3
"""Requests without a new record after which the link is given up."""
_POLL_S = 0.25


class StoreClient:
    """The store of a connected pod whose replies are subscribed to; the pod must have one (`PodClient.has_store`).

    All methods raise what `PodClient` raises, and PodRefusedError if the pod rejects a command.
    """

    def __init__(self, client: PodClient, serial: str) -> None:
        self._client = client
        self._serial = serial
        self._fragments: deque[Fragment] = deque()
        self._arrived = asyncio.Event()
        self._subscribed = False

    async def info(self) -> StoreInfo:
        """What the pod holds; ProtocolError if it says what cannot be."""
        return await self._client.read_store_info()

    async def keep(self, on: bool) -> None:
        """Start or stop keeping."""
        await self._order(Opcode.KEEP_START if on else Opcode.KEEP_STOP)

    async def keep_auto(self, minutes: int) -> None:
        """Keep from the first steps until none was made for so many minutes; 0: only by command."""
        await self._order(Opcode.KEEP_AUTO, minutes)

    async def set_partner(self, tag: str) -> None:
        """Name the pod on the other foot by the last four characters of its serial number; empty for none."""
        await self._order(Opcode.SET_PARTNER, tag_number(tag))

    async def note_utc(self, utc_s: Callable[[], float] = time.time) -> None:
        """Have the time of day noted beside the pod's tick."""
        await self._order(Opcode.NOTE_UTC, round(1e6 * utc_s()))

    async def note_info(self, info: PodInfo) -> None:
        """Have the pod's info noted again, as another client may have taken over the record of this boot: setting its
        foot to what it is does so."""
        await self._order(Opcode.SET_FOOT, info.foot)

    async def release(self, before: int) -> None:
        """Free all records before a number; they must be safe on disk."""
        await self._order(Opcode.RELEASE, before)

    async def fetch(self, first: int, end: int | None = None) -> AsyncIterator[tuple[int, bytes]]:
        """Number and bytes of the records from `first` on, before `end` or up to the last that is held now.

        Numbers whose records the pod has lost are left out, after it was asked for them twice. LinkLostError if the
        link is lost or stalls: then go on with the number after the last one given.
        """
        if end is None:
            end = (await self.info()).next
        await self._subscribe()
        absent, attempts = (first, first), 0
        while first < end and attempts < MAX_ATTEMPTS:
            attempts += 1
            async for number, data in self._transfer(first, end):
                if number > first and absent != (first, number):
                    absent = first, number
                    break
                first, attempts = number + 1, 0
                if data:
                    yield number, data
        if first < end:
            raise LinkLostError("connected, but kept samples do not come")

    async def _transfer(self, first: int, end: int) -> AsyncIterator[tuple[int, bytes]]:
        """Records of the range as they come, in order, then the end with no bytes, which is absent if they stall."""
        await self._order(Opcode.FETCH, first, end - first)
        self._fragments.clear()
        assembler = RecordAssembler()
        while await self._wait_for_fragments():
            while self._fragments:
                fragment = self._fragments.popleft()
                if fragment.is_end:
                    yield end, b""
                    return
                record = assembler.push(fragment)
                if record is not None and first <= record[0] < end:
                    first = record[0] + 1
                    yield record

    async def _wait_for_fragments(self) -> bool:
        """Wait for a fragment; False after `STALL_TIMEOUT_S` without one, LinkLostError without a link."""
        loop = asyncio.get_running_loop()
        deadline_s = loop.time() + STALL_TIMEOUT_S
        while not self._fragments:
            if self._client.disconnected.is_set():
                raise LinkLostError("the pod went out of reach")
            if loop.time() >= deadline_s:
                return False
            self._arrived.clear()
            await wait_for_event(self._arrived, _POLL_S)
        return True

    async def _subscribe(self) -> None:
        if not self._subscribed:
            await self._client.subscribe_transfer(self._on_fragment)
            self._subscribed = True

    def _on_fragment(self, data: bytes) -> None:
        try:
            self._fragments.append(Fragment.from_bytes(data))
        except ProtocolError:
            return
        self._arrived.set()

    async def _order(self, opcode: Opcode, *arguments: int) -> None:
        await send_checked(self._client, self._serial, opcode, *arguments)
