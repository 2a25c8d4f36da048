"""Have a pod in range start or stop keeping what it samples."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from surefoot.sensor_ingest.ble.adapter import Adapter, Advertisement, RadioBackend
from surefoot.sensor_ingest.ble.bonds import Bonds, secure
from surefoot.sensor_ingest.ble.discovery import advertised_prefix, serial_matches
from surefoot.sensor_ingest.ble.errors import TRANSIENT_ERRORS, PodRefusedError
from surefoot.sensor_ingest.ble.handshake import read_pod_info
from surefoot.sensor_ingest.ble.pod_client import PodClient
from surefoot.sensor_ingest.ble.store_client import StoreClient
from surefoot.sensor_ingest.pod_store.store_protocol import StoreInfo, StoreState

FIND_TIMEOUT_S = 20.0


@dataclass(frozen=True, slots=True)
class KeepingPod:
    """A pod after the order, and what its store says."""

    serial: str
    info: StoreInfo


async def order_keeping(
    radio: RadioBackend, bonds: Bonds, pod: str, *, on: bool, find_timeout_s: float = FIND_TIMEOUT_S
) -> KeepingPod:
    """Have a pod, by serial number or tag, start or stop keeping.

    Raises
    ------
    RadioError
        if Bluetooth does not work.
    PodRefusedError
        if the pod is not in range, has no store or no room in it, or the link to it is lost.
    """
    adapter = Adapter(radio)
    advertisement = await find_pod(adapter, pod, find_timeout_s)
    client = PodClient(advertisement, radio)
    try:
        await client.connect()
        return await _order(client, advertisement.device.address, bonds, pod, on=on)
    except TRANSIENT_ERRORS as error:
        raise PodRefusedError(pod, "the link to it was lost; bring it near and try again") from error
    finally:
        await client.close()


async def find_pod(adapter: Adapter, pod: str, timeout_s: float) -> Advertisement:
    """What a pod, by serial number or tag, advertises; PodRefusedError if it is not heard in time."""
    scan = asyncio.create_task(adapter.scan(), name="scan")
    looking = asyncio.create_task(adapter.wait_for_advertisement(advertised_prefix(pod)), name=f"look for {pod}")
    try:
        await asyncio.wait({scan, looking}, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        if looking.done():
            return looking.result()
        if scan.done():
            scan.result()
        raise PodRefusedError(pod, "it is not in range, or switched off")
    finally:
        adapter.close()
        for task in (scan, looking):
            task.cancel()
        await asyncio.wait({scan, looking})


async def _order(client: PodClient, address: str, bonds: Bonds, pod: str, *, on: bool) -> KeepingPod:
    serial = (await read_pod_info(client, pod)).serial
    if not serial_matches(serial, pod):
        raise PodRefusedError(pod, f"pod {serial} answers in its place")
    if not client.has_store:
        raise PodRefusedError(serial, "it has no memory for runs")
    await secure(client, serial, address, bonds)
    await client.subscribe_replies()
    store = StoreClient(client, serial)
    if on and (await store.info()).state is StoreState.FULL:
        raise PodRefusedError(serial, "its memory is full; take it over first, with: surefoot sync")
    await store.keep(on)
    return KeepingPod(serial, await store.info())
