"""Whether a pod begins anew after it was switched off, as the pod profile says."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from surefoot.sensor_ingest.ble.adapter import Adapter, RadioBackend
from surefoot.sensor_ingest.ble.conform_control import read_reply
from surefoot.sensor_ingest.ble.conform_link import ConformLink, conform_link
from surefoot.sensor_ingest.ble.conform_verdicts import Verdicts
from surefoot.sensor_ingest.ble.errors import PodRefusedError
from surefoot.sensor_ingest.ble.pod_orders import find_pod
from surefoot.sensor_ingest.protocol import Opcode, Packet, PodInfo, ProtocolError

Restart = Callable[[], Awaitable[None]]
"""Has the pod switched off and on again."""
FOUND_S, STREAMED_S = 30.0, 2.0
_SECTION = "After a reset"


async def check_reset(verdicts: Verdicts, link: ConformLink, radio: RadioBackend, pod: str, restart: Restart) -> None:
    """Restart the pod over whose link it is known, and look at it again; `pod` is what it is found by."""
    await link.subscribe_stream()
    await link.order(Opcode.START)
    await asyncio.sleep(STREAMED_S)
    before, ticked = PodInfo.from_bytes(await link.info()), read_reply(await link.order(Opcode.PING))
    await restart()
    try:
        again = await find_pod(Adapter(radio), pod, FOUND_S)
    except PodRefusedError:
        verdicts.check(_SECTION, "and advertise", False, f"it is not heard for {FOUND_S:g} s")
        return
    verdicts.check(_SECTION, "and advertise", True, "")
    async with conform_link(again, radio) as fresh:
        after = PodInfo.from_bytes(await fresh.info())
        await fresh.subscribe_replies()
        pinged = read_reply(await fresh.order(Opcode.PING))
        _compare(verdicts, before, after)
        sooner = ticked is not None and pinged is not None and pinged.tick_us < ticked.tick_us
        verdicts.check(_SECTION, "start its clock and sequence at 0", sooner, "its clock goes on from before")
        await _check_stream(verdicts, fresh)


def _compare(verdicts: Verdicts, before: PodInfo, after: PodInfo) -> None:
    told = f"it was {before.boot}, and is {after.boot}"
    verdicts.check(_SECTION, "draw a new boot number", after.boot != before.boot, told)
    told = f"it holds {after.oldest} to {after.newest}"
    verdicts.check(_SECTION, "with an empty ring", after.oldest > after.newest, told)
    kept = [
        name
        for name in ("serial", "foot", "rate_hz", "acc_range_g", "gyr_range_dps")
        if getattr(before, name) != getattr(after, name)
    ]
    verdicts.check(_SECTION, "Serial number, foot, rate and ranges are kept.", not kept, f"changed: {', '.join(kept)}")


async def _check_stream(verdicts: Verdicts, link: ConformLink) -> None:
    """Nothing is made before `START`, and then from 0 on."""
    await link.subscribe_stream()
    await asyncio.sleep(STREAMED_S)
    verdicts.check(_SECTION, "be stopped", not link.packets, "packets come without START")
    await link.order(Opcode.START)
    await asyncio.sleep(STREAMED_S)
    await link.order(Opcode.STOP)
    try:
        first = Packet.from_bytes(link.packets[0])
    except (IndexError, ProtocolError):
        return
    verdicts.check(_SECTION, "start its clock and sequence at 0", first.sequence == 0, f"it begins at {first.sequence}")
