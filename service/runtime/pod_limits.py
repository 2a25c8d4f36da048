"""What the sensors of a run cannot do, told before it begins."""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import suppress

from surefoot.sensor_ingest.ble.adapter import Adapter, RadioBackend
from surefoot.sensor_ingest.ble.device_client import client_of
from surefoot.sensor_ingest.ble.errors import TRANSIENT_ERRORS, PodRefusedError
from surefoot.sensor_ingest.ble.handshake import StreamSettings, read_pod_info, send_checked
from surefoot.sensor_ingest.ble.pod_orders import find_pod
from surefoot.sensor_ingest.devices.known import device_of_serial
from surefoot.sensor_ingest.devices.limits import limits_before, limits_of
from surefoot.sensor_ingest.protocol import Opcode, PodInfo

FIND_S = 5.0


async def told_limits(serials: Sequence[str], radio: RadioBackend | None = None) -> list[str]:
    """Sentences on what sensors of other makers cannot do; each kind that has ranges of its own is asked for them.

    Raises
    ------
    RadioError
        if Bluetooth does not work.
    """
    asked = [serial for serial in serials if _has_own_range(serial)]
    found = {serial: await _limits(serial, radio or RadioBackend()) for serial in asked}
    unknown = [serial for serial in serials if not found.get(serial)]
    return [
        *(str(each) for each in limits_before(unknown)),
        *(f"Pod {serial}: {told}" for serial, told in found.items() if told),
    ]


def _has_own_range(serial: str) -> bool:
    device = device_of_serial(serial)
    return device is not None and device.abilities.acc_range_g is None


async def _limits(serial: str, radio: RadioBackend) -> str:
    """What a sensor in range tells of itself, or why it cannot be used; nothing if it is not in range."""
    try:
        info = await _info(serial, radio)
    except PodRefusedError as error:
        return f"{error.reason}."
    told = limits_of(info) if info is not None else None
    return str(told) if told is not None else ""


async def _info(serial: str, radio: RadioBackend) -> PodInfo | None:
    """How a sensor is set up for a run; None if it is not in range."""
    try:
        heard = await find_pod(Adapter(radio), serial, FIND_S)
    except PodRefusedError:
        return None
    client = client_of(heard, radio, StreamSettings(), random.Random())
    with suppress(*TRANSIENT_ERRORS):
        try:
            await client.connect()
            info = await read_pod_info(client, serial)
            await send_checked(client, serial, Opcode.STOP)
            return info
        finally:
            await client.close()
    return None
