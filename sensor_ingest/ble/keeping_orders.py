"""Have a pod in range start or stop keeping what it samples."""

from __future__ import annotations

from dataclasses import dataclass

from surefoot.sensor_ingest.ble.adapter import RadioBackend
from surefoot.sensor_ingest.ble.bonds import Bonds
from surefoot.sensor_ingest.ble.errors import PodRefusedError
from surefoot.sensor_ingest.ble.pod_orders import FIND_TIMEOUT_S, owned_pod
from surefoot.sensor_ingest.ble.store_client import StoreClient
from surefoot.sensor_ingest.pod_store.store_protocol import StoreInfo, StoreState


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
    async with owned_pod(radio, bonds, pod, find_timeout_s=find_timeout_s) as (client, serial):
        if not client.has_store:
            raise PodRefusedError(serial, "it has no memory for runs")
        store = StoreClient(client, serial)
        if on and (await store.info()).state is StoreState.FULL:
            raise PodRefusedError(serial, "its memory is full; take it over first, with: surefoot sync")
        await store.keep(on)
        return KeepingPod(serial, await store.info())
