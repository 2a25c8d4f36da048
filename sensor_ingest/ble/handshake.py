"""Commands between connecting to a pod and its first packet."""

from __future__ import annotations

import re
from dataclasses import dataclass

from surefoot.sensor_ingest.ble.errors import LinkLostError, PodRefusedError
from surefoot.sensor_ingest.ble.pod_client import PodClient
from surefoot.sensor_ingest.pod_store.store_protocol import tag_number
from surefoot.sensor_ingest.protocol import Opcode, PodInfo, ProtocolError, Result
from surefoot.sensor_ingest.recording.packet_reordering import ReorderBuffer

_MAX_RING_PACKETS = 1 << 24
"""A larger ring buffer is an impossible claim."""
_SERIAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
"""A serial number names files and folders."""


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """Rate and ranges that a pod is set to once per boot."""

    rate_hz: int = 208
    acc_range_g: int = 16
    gyr_range_dps: int = 2000


async def read_pod_info(client: PodClient, serial: str) -> PodInfo:
    """Info of the pod; PodRefusedError, which names it by `serial`, if it is malformed or claims what cannot be."""
    try:
        info = await client.read_info()
    except ProtocolError as error:
        raise PodRefusedError(serial, str(error)) from error
    if not _SERIAL.fullmatch(info.serial):
        raise PodRefusedError(serial, f"it calls itself {info.serial!r}, which is no serial number")
    if not 1 <= info.ring_packets <= _MAX_RING_PACKETS:
        raise PodRefusedError(serial, f"it claims a ring buffer of {info.ring_packets} packets")
    return info


async def configure(client: PodClient, info: PodInfo, settings: StreamSettings) -> PodInfo:
    """Set rate and ranges if they differ, which clears the pod's ring buffer; its info afterwards.

    A sensor of another maker is set up when its info is read, as far as it can be.
    """
    right_rate = round(info.rate_hz) == settings.rate_hz
    right_range = (info.acc_range_g, info.gyr_range_dps) == (settings.acc_range_g, settings.gyr_range_dps)
    if info.device or (right_rate and right_range):
        return info
    await send_checked(client, info.serial, Opcode.STOP)
    if not right_rate:
        await send_checked(client, info.serial, Opcode.SET_RATE, settings.rate_hz)
    if not right_range:
        await send_checked(client, info.serial, Opcode.SET_RANGE, settings.acc_range_g, settings.gyr_range_dps)
    return await read_pod_info(client, info.serial)


async def send_checked(client: PodClient, serial: str, opcode: Opcode, *arguments: int) -> None:
    """Send a command; LinkLostError if the pod is not ready for it, PodRefusedError if it rejects it."""
    reply = await client.send_command(opcode, *arguments)
    if reply.result is Result.NOT_NOW:
        raise LinkLostError(f"the pod is not ready for {opcode.name}")
    if reply.result is not Result.OK:
        raise PodRefusedError(serial, f"it answers {opcode.name} with {reply.result.name}")


async def tell_store(client: PodClient, partner_tag: str, utc_s: float | None) -> None:
    """Tell a pod that keeps runs its partner and the time if it is known, for runs without a client; it may refuse, as
    when full."""
    if client.has_store:
        await client.send_command(Opcode.SET_PARTNER, tag_number(partner_tag))
        if utc_s is not None:
            await client.send_command(Opcode.NOTE_UTC, round(1e6 * utc_s))


def first_sequence_of_run(info: PodInfo, known: ReorderBuffer | None) -> int:
    """First packet of this boot that belongs to the run.

    A pod that is new to the run (`known` is None) may hold packets of another run, which are skipped. With `newest` 0
    there may be no packet yet.
    """
    if known is None:
        return info.newest + 1 if info.newest else 0
    return oldest_available(info)


def oldest_available(info: PodInfo) -> int:
    """First packet in the ring buffer, or the first to come."""
    return info.oldest if info.newest else 0
