"""A Movesense over one connection: its ranges read, its stream of acceleration and angular rate begun.

Few requests are made, one at a time: the sensor has a small pool for them, and one that is not answered may keep its
place in it until the sensor is restarted.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bleak import BleakClient

from surefoot.sensor_ingest.ble.errors import LinkLostError, PodRefusedError
from surefoot.sensor_ingest.ble.handshake import StreamSettings
from surefoot.sensor_ingest.ble.pod_client import REPLY_TIMEOUT_S, PacketCallback
from surefoot.sensor_ingest.devices.movesense_decoder import device_text
from surefoot.sensor_ingest.devices.movesense_protocol import (
    ACC_CONFIG,
    GYRO_CONFIG,
    NOTIFY_UUID,
    OK,
    POOL_EMPTY,
    WRITE_UUID,
    Answer,
    Notification,
    Request,
    acc_range_g,
    gyr_range_dps,
    imu_path,
    path_bytes,
    request_bytes,
)
from surefoot.sensor_ingest.protocol import VERSION, FootCode, PodInfo, ProtocolError

STREAM_REFERENCE = 1
ASSUMED_ACC_RANGE_G, ASSUMED_GYR_RANGE_DPS = 8, 2000
"""Where the sensor does not tell its ranges. Of the ranges that it may have from the factory the smaller one: beyond it
readings then count as clipped, where with the larger one clipped readings would be taken for good."""


class MovesenseLink:
    """Requests over a connected client, one at a time.

    Parameters
    ----------
    serial : names the sensor in refusals.
    """

    def __init__(self, client: BleakClient, serial: str) -> None:
        self._client = client
        self._serial = serial
        self._answers: asyncio.Queue[Notification] = asyncio.Queue()
        self._data: asyncio.Queue[Notification] = asyncio.Queue()
        self._reference = STREAM_REFERENCE
        self._on_data: PacketCallback | None = None

    async def open(self) -> None:
        """Have the sensor notify; PodRefusedError if it does not speak the protocol."""
        if self._client.services.get_characteristic(NOTIFY_UUID) is None:
            raise PodRefusedError(
                self._serial, "it does not speak the GATT SensorData Protocol; bring its firmware to 2.3 or later"
            )
        now_s = asyncio.get_running_loop().time
        await self._client.start_notify(NOTIFY_UUID, lambda _, data: self._on_notified(now_s(), bytes(data)))

    async def set_up(self, settings: StreamSettings, on_data: PacketCallback, boot: int, foot: FootCode) -> PodInfo:
        """Start streaming; the info to be recorded before the first `on_data(arrival_s, notification)`.

        The ranges are those that the sensor has: over this protocol they can be read only. Its clock is not set, as
        the clock fit does not need it.

        Raises
        ------
        PodRefusedError
            if the sensor cannot stream so, or answers what cannot be read.
        """
        await self.open()
        info = replace(await self.told_info(settings.rate_hz), boot=boot, foot=foot)
        self._on_data = on_data
        path = imu_path(settings.rate_hz)
        reply = await self.ask(Request.SUBSCRIBE, path_bytes(path), reference=STREAM_REFERENCE)
        if reply.status != OK:
            raise PodRefusedError(self._serial, f"it was asked for {path} and answers with status {reply.status}")
        return info

    async def told_info(self, rate_hz: int) -> PodInfo:
        """Serial number, and the ranges that the sensor has."""
        acc_config, gyr_config = await self._get(ACC_CONFIG), await self._get(GYRO_CONFIG)
        acc_g, gyr_dps = acc_range_g(acc_config), gyr_range_dps(gyr_config)
        ranges = acc_g or ASSUMED_ACC_RANGE_G, gyr_dps or ASSUMED_GYR_RANGE_DPS
        device = device_text(acc_config if acc_g else b"", gyr_config if gyr_dps else b"")
        return PodInfo(VERSION, 0, FootCode.UNKNOWN, rate_hz, *ranges, 1, 1, 0, self._serial, device)

    async def stop(self) -> None:
        """Stop streaming."""
        await self.ask(Request.UNSUBSCRIBE, reference=STREAM_REFERENCE)

    async def ask(self, request: Request, content: bytes = b"", *, reference: int | None = None) -> Notification:
        """Make a request; its reply.

        Raises
        ------
        LinkLostError
            if none comes.
        PodRefusedError
            if the sensor has no place left for requests, or answers what cannot be read.
        """
        if reference is None:
            self._reference = reference = max((self._reference + 1) % 256, STREAM_REFERENCE + 1)
        await self._client.write_gatt_char(WRITE_UUID, request_bytes(request, reference, content), response=True)
        try:
            async with asyncio.timeout(REPLY_TIMEOUT_S):
                while (reply := await self._answers.get()).reference != reference:
                    continue
        except TimeoutError as error:
            raise LinkLostError("it does not answer requests") from error
        try:
            pool_empty = reply.status == POOL_EMPTY
        except ProtocolError as error:
            raise PodRefusedError(self._serial, str(error)) from error
        if pool_empty:
            raise PodRefusedError(
                self._serial, "it has no place left for requests; restart it: take its battery out for a moment"
            )
        return reply

    async def data(self, reference: int) -> Notification:
        """The next data that come under a reference other than the stream's."""
        while (notification := await self._data.get()).reference != reference:
            continue
        return notification

    async def _get(self, path: str) -> bytes:
        """What a resource says; nothing if the sensor does not tell it."""
        reply = await self.ask(Request.GET, path_bytes(path))
        return reply.value if reply.status == OK else b""

    def _on_notified(self, arrival_s: float, data: bytes) -> None:
        try:
            notification = Notification.from_bytes(data)
        except ProtocolError:
            return
        if notification.answer is Answer.REPLY:
            self._answers.put_nowait(notification)
        elif notification.reference != STREAM_REFERENCE:
            self._data.put_nowait(notification)
        elif self._on_data is not None:
            self._on_data(arrival_s, data)
