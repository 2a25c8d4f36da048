"""Whether a pod's ring buffer resends as the pod profile says."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from surefoot.sensor_ingest.ble.conform_control import read_reply
from surefoot.sensor_ingest.ble.conform_link import ConformLink
from surefoot.sensor_ingest.ble.conform_stream import check_resent
from surefoot.sensor_ingest.ble.conform_verdicts import Verdicts
from surefoot.sensor_ingest.protocol import Command, Opcode, Packet, PodInfo, Result

SECTION = "Ring buffer and resending"
RANGES = (16, 32), (1000, 2000)
RESENT_PACKETS, QUIET_S = 10, 1.0
QUEUED, ASKED = 16, 32
"""Requests that a pod has to queue, and those made at once: so many that those served meanwhile do not matter."""


async def check_resending(verdicts: Verdicts, link: ConformLink, live: Sequence[Packet]) -> None:
    """Ask for the last packets again.

    Parameters
    ----------
    live : as they came over an earlier connection.
    """
    wanted = live[-RESENT_PACKETS:]
    if not wanted:
        return
    asked = wanted[0].sequence, len(wanted)
    refused = (await link.order(Opcode.RESEND, *asked))[1:2] == bytes([Result.NOT_NOW])
    sentence = "as does a request while no client is subscribed to the stream"
    verdicts.check(SECTION, sentence, refused, "RESEND without a subscription is not refused")
    await link.subscribe_stream()
    reply = read_reply(await link.order(Opcode.RESEND, *asked))
    granted = reply and (reply.first, reply.count)
    sentence = "The reply says which of them the ring still holds"
    verdicts.check(SECTION, sentence, granted == asked, f"asked for {asked}, granted {granted}")
    await asyncio.sleep(QUIET_S)
    check_resent(verdicts, wanted, link.packets)


async def check_queue(verdicts: Verdicts, link: ConformLink, live: Sequence[Packet]) -> None:
    """Ask for everything over and over, faster than it can be sent; the connection has to end afterwards."""
    if not live:
        return
    request = bytes(Command(Opcode.RESEND, (live[0].sequence, len(live))))
    replies = [read_reply(data) for data in await link.write_all([request] * ASKED)]
    taken = next((at for at, reply in enumerate(replies) if reply is None or reply.result is not Result.OK), ASKED)
    told = f"request {taken + 1} is refused"
    verdicts.check(SECTION, f"Up to {QUEUED} requests are queued", taken >= QUEUED, told)
    refused = any(reply is not None and reply.result is Result.NOT_NOW for reply in replies)
    verdicts.check(SECTION, "further ones get *not now*", refused, f"{ASKED} requests at once are all taken")


async def check_forgotten(verdicts: Verdicts, link: ConformLink) -> None:
    """Wait for what was asked for over the connection before."""
    await link.subscribe_stream()
    await asyncio.sleep(QUIET_S)
    told = f"{len(link.packets)} packets that were asked for over the last one come"
    verdicts.check(SECTION, "Requests end with the connection.", not link.packets, told)


async def check_ranges(verdicts: Verdicts, link: ConformLink, info: PodInfo) -> None:
    """Set the ranges that it has: the ring is cleared all the same."""
    ranges = info.acc_range_g, info.gyr_range_dps
    verdicts.check("Info", "g; the value of 32768 counts", ranges[0] in RANGES[0], f"{ranges[0]} g")
    verdicts.check("Info", "°/s; the value of 32768 counts", ranges[1] in RANGES[1], f"{ranges[1]} °/s")
    await link.order(Opcode.SET_RANGE, *ranges)
    after = PodInfo.from_bytes(await link.info())
    told = f"after SET_RANGE it holds {after.oldest} to {after.newest}"
    verdicts.check(SECTION, "cleared by a restart and by `SET_RATE` and `SET_RANGE`", after.oldest > after.newest, told)
