"""A Movesense's logbook over one connection: what it has, and logs as they come."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable, Sequence

from surefoot.sensor_ingest.ble.adapter import Advertisement, RadioBackend
from surefoot.sensor_ingest.ble.errors import LinkLostError, PodRefusedError
from surefoot.sensor_ingest.ble.movesense_link import MovesenseLink
from surefoot.sensor_ingest.ble.pod_client import PodClient
from surefoot.sensor_ingest.devices.movesense_log import ClockNote
from surefoot.sensor_ingest.devices.movesense_protocol import (
    LOGGING,
    NOT_FOUND,
    OK,
    READY,
    REBOOT,
    Notification,
    Request,
    imu_path,
    path_bytes,
)
from surefoot.sensor_ingest.protocol import PodInfo, ProtocolError
from surefoot.sensor_ingest.recording.kept_logs import LogEntry, read_clocks, read_listing

STALL_TIMEOUT_S = 4.0
MAX_ATTEMPTS = 3
"""A log of which pieces were lost on the way is fetched again so often; what came stays."""
_OFFSET = struct.Struct("<I")
_PARTLY = 100
"""Status of a listing that is cut."""


class MovesenseLogbook(PodClient):
    """A link to a sensor for what it keeps. All methods raise what `PodClient` raises, and PodRefusedError."""

    def __init__(self, advertisement: Advertisement, radio: RadioBackend, serial: str) -> None:
        super().__init__(advertisement, radio)
        self._serial = serial
        self._link = MovesenseLink(self._client, serial)

    async def open(self) -> PodInfo:
        """Begin; serial number, rate and ranges of what is logged."""
        await self._link.open()
        return await self._link.told_info(208)

    async def clocks(self) -> ClockNote | None:
        """Its clocks; None if it does not tell them."""
        reply = await self._link.ask(Request.GET, path_bytes("/Time/Detailed"))
        return read_clocks(reply.value) if reply.status == OK else None

    async def put_utc(self, utc_s: float) -> None:
        """Set its clock."""
        await self._link.ask(Request.PUT_UTC, struct.pack("<Q", round(1e6 * utc_s)))

    async def keep(self, on: bool) -> None:
        """Begin to log acceleration, angular rate and clocks, or end it."""
        if on:
            await self._put(Request.PUT_LOGGER_CONFIG, path_bytes(imu_path(208), "/Time/Detailed"))
        await self._put(Request.PUT_LOGGER_STATE, bytes([LOGGING if on else READY]))

    async def logging(self) -> bool:
        """Whether it logs now."""
        reply = await self._link.ask(Request.GET, path_bytes("/Mem/DataLogger/State"))
        return reply.value[:1] == bytes([LOGGING])

    async def restart(self) -> None:
        """Restart the sensor, which ends the link; what it logged is in its logbook then."""
        await self._link.ask(Request.PUT_SYSTEM_MODE, bytes([REBOOT]))

    async def logs(self) -> tuple[Sequence[LogEntry], bool]:
        """What it has, and whether that is all: a listing ends where a notification does, and cannot be asked to go on.

        Other logs show when their numbers are fetched.
        """
        reply = await self._link.ask(Request.GET, path_bytes("/Mem/Logbook/Entries"))
        if reply.status not in (OK, _PARTLY):
            raise PodRefusedError(self._serial, f"it does not list its logs (status {reply.status})")
        return read_listing(reply.value), reply.status == OK

    async def fetch(self, number: int, on_bytes: Callable[[int], None]) -> bytes | None:
        """A log; None if there is none of this number. `on_bytes` is told how much has come.

        Raises
        ------
        LinkLostError
            if the log stalls, or comes with a hole each time.
        """
        came: dict[int, bytes] = {}
        for _ in range(MAX_ATTEMPTS):
            end = await self._fetch_into(came, number, on_bytes)
            if end is None:
                return None
            data = b"".join(came[offset] for offset in sorted(came))
            if len(data) == end:
                return data
        raise LinkLostError("pieces of a log are lost on the way")

    async def _fetch_into(self, came: dict[int, bytes], number: int, on_bytes: Callable[[int], None]) -> int | None:
        """Pieces by their offset; where the log ends, None if there is no such log."""
        reply = await self._link.ask(Request.FETCH_LOG, _OFFSET.pack(number))
        if reply.status == NOT_FOUND:
            return None
        if reply.status != OK:
            raise PodRefusedError(self._serial, f"it does not give log {number} (status {reply.status})")
        while True:
            piece = await self._piece(reply.reference)
            (offset,) = _OFFSET.unpack_from(piece)
            if len(piece) == _OFFSET.size:
                return int(offset)
            came[offset] = piece[_OFFSET.size :]
            on_bytes(offset + len(piece) - _OFFSET.size)

    async def _piece(self, reference: int) -> bytes:
        try:
            async with asyncio.timeout(STALL_TIMEOUT_S):
                notification = await self._link.data(reference)
        except TimeoutError as error:
            raise LinkLostError("connected, but its log does not come") from error
        if len(notification.content) < _OFFSET.size:
            raise ProtocolError("a piece of a log without its place")
        return notification.content

    async def _put(self, request: Request, content: bytes) -> Notification:
        reply = await self._link.ask(request, content)
        if reply.status != OK:
            raise PodRefusedError(self._serial, f"it answers {request.name} with status {reply.status}")
        return reply
