"""A Polar Verity Sense over one connection: put into SDK mode, both streams started."""

from __future__ import annotations

import asyncio

from bleak import BleakClient

from surefoot.sensor_ingest.ble.errors import LinkLostError, PodRefusedError
from surefoot.sensor_ingest.ble.handshake import StreamSettings
from surefoot.sensor_ingest.ble.pod_client import REPLY_TIMEOUT_S, PacketCallback
from surefoot.sensor_ingest.devices.polar_control import (
    CONTROL_UUID,
    DATA_UUID,
    ControlReply,
    Measurement,
    Opcode,
    command,
    start_command,
)
from surefoot.sensor_ingest.devices.polar_decoder import device_text
from surefoot.sensor_ingest.protocol import VERSION, FootCode, PodInfo, ProtocolError

_STREAMS = Measurement.ACC, Measurement.GYRO


class PolarLink:
    """Commands over a connected client, one at a time.

    Parameters
    ----------
    serial : names the sensor in refusals.
    """

    def __init__(self, client: BleakClient, serial: str) -> None:
        self._client = client
        self._serial = serial
        self._replies: asyncio.Queue[bytes] = asyncio.Queue()

    async def set_up(self, settings: StreamSettings, on_data: PacketCallback, boot: int, foot: FootCode) -> PodInfo:
        """Start both streams; the info to be recorded before the first `on_data(arrival_s, notification)`.

        Streams that still run are stopped first, or SDK mode would be refused. The sensor's clock is not set: that
        takes effect at its next start only, and the clock fit does not need it.

        Raises
        ------
        PodRefusedError
            if the sensor cannot stream so, or answers what cannot be read.
        """
        await self._client.start_notify(CONTROL_UUID, lambda _, data: self._replies.put_nowait(bytes(data)))
        for measurement in _STREAMS:
            await self._send(command(Opcode.STOP, measurement))
        await self._checked(command(Opcode.START, Measurement.SDK_MODE), "to enter its SDK mode")
        now_s = asyncio.get_running_loop().time
        await self._client.start_notify(DATA_UUID, lambda _, data: on_data(now_s(), bytes(data)))
        ranges = settings.acc_range_g, settings.gyr_range_dps
        started = [
            await self._checked(
                start_command(measurement, settings.rate_hz, full_scale),
                f"to stream {measurement.name} at {settings.rate_hz} Hz and a range of {full_scale}",
            )
            for measurement, full_scale in zip(_STREAMS, ranges, strict=True)
        ]
        device = device_text(*started)
        return PodInfo(VERSION, boot, foot, settings.rate_hz, *ranges, 1, 1, 0, self._serial, device)

    async def stop(self) -> None:
        """Stop both streams."""
        for measurement in _STREAMS:
            await self._send(command(Opcode.STOP, measurement))

    async def _checked(self, request: bytes, what: str) -> bytes:
        """Send a command that has to succeed; its reply."""
        data = await self._send(request)
        reply = self._read(data)
        if not reply.accepted:
            raise PodRefusedError(self._serial, f"it was asked {what} and answers: {reply.reason}")
        return data

    async def _send(self, request: bytes) -> bytes:
        """Send a command and wait for its reply; LinkLostError if none comes."""
        await self._client.write_gatt_char(CONTROL_UUID, request, response=True)
        try:
            async with asyncio.timeout(REPLY_TIMEOUT_S):
                while True:
                    data = await self._replies.get()
                    reply = self._read(data)
                    if bytes([reply.opcode, reply.measurement]) == request[:2]:
                        return data
        except TimeoutError as error:
            raise LinkLostError("it does not answer commands") from error

    def _read(self, data: bytes) -> ControlReply:
        try:
            return ControlReply.from_bytes(data)
        except ProtocolError as error:
            raise PodRefusedError(self._serial, str(error)) from error
