"""Have a pod in range start or stop keeping what it samples."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from surefoot.sensor_ingest.ble.adapter import Adapter, RadioBackend
from surefoot.sensor_ingest.ble.bonds import Bonds
from surefoot.sensor_ingest.ble.errors import TRANSIENT_ERRORS, PodRefusedError
from surefoot.sensor_ingest.ble.movesense_logbook import MovesenseLogbook
from surefoot.sensor_ingest.ble.pod_orders import FIND_TIMEOUT_S, LOST, find_pod, owned_pod
from surefoot.sensor_ingest.ble.store_client import StoreClient
from surefoot.sensor_ingest.devices.device import Device
from surefoot.sensor_ingest.devices.known import device_of_serial
from surefoot.sensor_ingest.pod_store.store_protocol import StoreState


@dataclass(frozen=True, slots=True)
class KeepingPod:
    """A pod after the order.

    Parameters
    ----------
    seconds_left : how long it can keep; None if it does not tell.
    """

    serial: str
    is_keeping: bool
    seconds_left: int | None = None


async def order_keeping(
    radio: RadioBackend,
    bonds: Bonds,
    pod: str,
    *,
    on: bool,
    find_timeout_s: float = FIND_TIMEOUT_S,
    utc_s: Callable[[], float | None] = time.time,
) -> KeepingPod:
    """Have a pod, by serial number or tag, start or stop keeping.

    Parameters
    ----------
    utc_s : the computer's clock, seconds since 1970, as of a `Visit`; sensors of other makers are told it.

    Raises
    ------
    RadioError
        if Bluetooth does not work.
    PodRefusedError
        if the pod is not in range, has no store or no room in it, or the link to it is lost.
    """
    device = device_of_serial(pod)
    if device is not None:
        _refuse_what_it_cannot(device, pod, on)
        return await _keep_in_logbook(radio, pod, find_timeout_s, utc_s())
    async with owned_pod(radio, bonds, pod, find_timeout_s=find_timeout_s) as (client, serial):
        if not client.has_store:
            raise PodRefusedError(serial, "it has no memory for runs")
        store = StoreClient(client, serial)
        if on and (await store.info()).state is StoreState.FULL:
            raise PodRefusedError(serial, "its memory is full; take it over first, with: surefoot sync")
        await store.keep(on)
        info = await store.info()
        return KeepingPod(serial, is_keeping=info.state is StoreState.KEEPING, seconds_left=info.seconds_left)


def _refuse_what_it_cannot(device: Device, pod: str, on: bool) -> None:
    if not device.has_logbook:
        raise PodRefusedError(pod, f"a {device.title} keeps no run; it is heard live only")
    if not on:
        raise PodRefusedError(pod, "its log is ended and taken over with: surefoot sync")


async def _keep_in_logbook(radio: RadioBackend, serial: str, find_timeout_s: float, utc_s: float | None) -> KeepingPod:
    logbook = MovesenseLogbook(await find_pod(Adapter(radio), serial, find_timeout_s), radio, serial)
    try:
        await logbook.connect()
        await logbook.open()
        if not await logbook.logging():
            if utc_s is not None:
                await logbook.put_utc(utc_s)
            await logbook.keep(True)
            if not await logbook.logging():
                raise PodRefusedError(serial, "it does not begin to log; if its logbook is full, erase it with its app")
        return KeepingPod(serial, is_keeping=True)
    except TRANSIENT_ERRORS as error:
        raise PodRefusedError(serial, LOST) from error
    finally:
        await logbook.close()
