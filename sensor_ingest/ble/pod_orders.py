"""Have one pod in range do something for its owner: blink, or take another foot, rate or range."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from surefoot.sensor_ingest.ble.adapter import Adapter, Advertisement, RadioBackend
from surefoot.sensor_ingest.ble.bonds import Bonds, secure
from surefoot.sensor_ingest.ble.discovery import advertised_prefix, serial_matches
from surefoot.sensor_ingest.ble.errors import TRANSIENT_ERRORS, PodRefusedError
from surefoot.sensor_ingest.ble.handshake import read_pod_info
from surefoot.sensor_ingest.ble.pod_client import PodClient
from surefoot.sensor_ingest.cancellation import end_tasks
from surefoot.sensor_ingest.devices.known import device_called
from surefoot.sensor_ingest.protocol import Opcode, PodInfo, Result

FIND_TIMEOUT_S = 20.0
REFUSALS = {
    Result.UNKNOWN_COMMAND: "it does not know this order",
    Result.BAD_ARGUMENT: "it cannot be set so",
    Result.NOT_NOW: "it is streaming; end the run first",
}
OF_OTHER_MAKERS = {
    Opcode.IDENTIFY: "a sensor of another maker does not blink by order",
    Opcode.SET_FOOT: "a sensor of another maker keeps no foot; say it with --left or --right, or show it with: "
    "surefoot confirm",
    Opcode.SET_RATE: "surefoot sets the rate of other makers' sensors when a run begins",
    Opcode.SET_RANGE: "the range of other makers' sensors is set by surefoot when a run begins, or by the maker's app",
}
"""What is said of such a sensor instead."""
LOST = "the link to it was lost; bring it near and try again"
_ADDRESS = re.compile(r"[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
"""As Bluetooth has them, and as macOS has them in their place."""


async def order_pod(
    radio: RadioBackend,
    bonds: Bonds,
    pod: str,
    opcode: Opcode,
    *arguments: int,
    find_timeout_s: float = FIND_TIMEOUT_S,
) -> PodInfo:
    """Give a pod, by serial number or tag, an order; its info afterwards.

    Raises
    ------
    RadioError
        if Bluetooth does not work.
    PodRefusedError
        if the pod is not in range, does not take the order, or the link to it is lost.
    """
    of_others = OF_OTHER_MAKERS[opcode]
    async with owned_pod(radio, bonds, pod, find_timeout_s=find_timeout_s, of_others=of_others) as (client, serial):
        reply = await client.send_command(opcode, *arguments)
        if reply.result is not Result.OK:
            raise PodRefusedError(serial, REFUSALS[reply.result])
        return await read_pod_info(client, serial)


@asynccontextmanager
async def owned_pod(
    radio: RadioBackend,
    bonds: Bonds,
    pod: str,
    *,
    find_timeout_s: float,
    of_others: str = "a sensor of another maker takes no such orders; name it by its serial number",
) -> AsyncIterator[tuple[PodClient, str]]:
    """A pod that takes commands of this computer, and its serial number; errors are those of `order_pod`.

    Parameters
    ----------
    of_others : why a sensor of another maker is refused.
    """
    advertisement = await find_pod(Adapter(radio), pod, find_timeout_s)
    if device_called(advertisement.name) is not None:
        raise PodRefusedError(pod, of_others)
    client = PodClient(advertisement, radio)
    try:
        await client.connect()
        serial = (await read_pod_info(client, pod)).serial
        if not serial_matches(serial, pod):
            raise PodRefusedError(pod, f"pod {serial} answers in its place")
        await secure(client, serial, advertisement.device.address, bonds)
        await client.subscribe_replies()
        yield client, serial
    except TRANSIENT_ERRORS as error:
        raise PodRefusedError(pod, LOST) from error
    finally:
        await client.close()


async def find_pod(adapter: Adapter, pod: str, timeout_s: float) -> Advertisement:
    """What a pod, by serial number or tag, or whatever has an address, advertises; PodRefusedError if it is not heard
    in time."""
    scan = asyncio.create_task(adapter.scan(), name="scan")
    search = (
        adapter.wait_for_advertisement("", only_address=pod.upper(), is_pod=False)
        if _ADDRESS.fullmatch(pod)
        else adapter.wait_for_advertisement(advertised_prefix(pod))
    )
    looking = asyncio.create_task(search, name=f"look for {pod}")
    try:
        await asyncio.wait({scan, looking}, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        if looking.done():
            return looking.result()
        if scan.done():
            scan.result()
        raise PodRefusedError(pod, "it is not in range, or switched off")
    finally:
        adapter.close()
        await end_tasks(scan, looking)
