"""Whether a pod keeps the pod profile, PROTOCOL.md, sentence by sentence."""

from __future__ import annotations

import asyncio

from surefoot.sensor_ingest.ble.adapter import Adapter, Advertisement, RadioBackend
from surefoot.sensor_ingest.ble.bonds import Bonds
from surefoot.sensor_ingest.ble.conform_bond import check_bond
from surefoot.sensor_ingest.ble.conform_control import check_control, expect
from surefoot.sensor_ingest.ble.conform_link import SERIAL_UUID, ConformLink, conform_link
from surefoot.sensor_ingest.ble.conform_reset import Restart, check_reset
from surefoot.sensor_ingest.ble.conform_ring import (
    check_forgotten,
    check_queue,
    check_ranges,
    check_resending,
)
from surefoot.sensor_ingest.ble.conform_store import check_store
from surefoot.sensor_ingest.ble.conform_stream import check_interval, check_packets, lateness_s
from surefoot.sensor_ingest.ble.conform_verdicts import Verdict, Verdicts
from surefoot.sensor_ingest.ble.errors import TRANSIENT_ERRORS, PodRefusedError
from surefoot.sensor_ingest.ble.pod_orders import FIND_TIMEOUT_S, LOST, find_pod
from surefoot.sensor_ingest.protocol import (
    BOND_UUID,
    CONTROL_UUID,
    INFO_UUID,
    SERVICE_UUID,
    STREAM_UUID,
    Opcode,
    Packet,
    PodInfo,
    ProtocolError,
    Result,
)

STREAMED_S, QUIET_S = 5.0, 1.0
RATES_HZ = 104.0, 208.0, 416.0


async def conformance(
    radio: RadioBackend,
    pod: str,
    bonds: Bonds,
    *,
    restart: Restart | None = None,
    find_timeout_s: float = FIND_TIMEOUT_S,
) -> tuple[Verdict, ...]:
    """Examine a pod, by serial number, tag or address; it stops keeping, and what is in its ring is lost.

    What it has stored is not; only what is made here is released, from a store that held nothing.

    Parameters
    ----------
    bonds : where the bond with a pod that demands one is kept.
    restart : switches the pod off and on again; without it, what a pod does then is not examined.

    Raises
    ------
    RadioError
        if Bluetooth does not work.
    PodRefusedError
        if the pod is not in range, does not bond, or the link to it is lost.
    """
    verdicts = Verdicts()
    try:
        await _examine(verdicts, radio, pod, bonds, restart, find_timeout_s)
    except TRANSIENT_ERRORS as error:
        raise PodRefusedError(pod, LOST) from error
    return verdicts.all


async def _examine(
    verdicts: Verdicts, radio: RadioBackend, pod: str, bonds: Bonds, restart: Restart | None, find_timeout_s: float
) -> None:
    advertisement = await find_pod(Adapter(radio), pod, find_timeout_s)
    async with conform_link(advertisement, radio) as link:
        info = await _check_identity(verdicts, link, advertisement)
        if info is None:
            return
        if link.properties(BOND_UUID):
            await check_bond(verdicts, link, radio, bonds, info.serial, advertisement.device.address)
        await check_control(verdicts, link)
        if link.has_store:  # what it keeps by itself would be among what is made here
            await link.order(Opcode.KEEP_STOP)
        live = await _check_stream(verdicts, link, info)
        left = await link.info()
    again = await find_pod(Adapter(radio), pod, find_timeout_s)
    async with conform_link(again, radio) as link:
        sentence = "It is kept when the connection is lost"
        verdicts.check("Ring buffer and resending", sentence, await link.info() == left, "the info is another one")
        await link.subscribe_replies()
        await check_resending(verdicts, link, live)
        await check_queue(verdicts, link, live)
    again = await find_pod(Adapter(radio), pod, find_timeout_s)
    async with conform_link(again, radio) as link:
        await link.subscribe_replies()
        await check_forgotten(verdicts, link)
        await check_ranges(verdicts, link, info)
        if link.has_store:
            await check_store(verdicts, link, radio, info)
        if restart is not None:
            await check_reset(verdicts, link, radio, pod, restart)


async def _check_identity(verdicts: Verdicts, link: ConformLink, advertisement: Advertisement) -> PodInfo | None:
    verdicts.check(
        "Advertising",
        "the pod service, complete list of 128-bit UUIDs",
        SERVICE_UUID in advertisement.services,
        f"it advertises {', '.join(advertisement.services) or 'no service'}",
    )
    wanted = {STREAM_UUID: {"notify"}, CONTROL_UUID: {"write", "indicate"}, INFO_UUID: {"read"}}
    lacking = [uuid[:8] for uuid, properties in wanted.items() if not properties <= link.properties(uuid)]
    verdicts.check(
        "Services", "The pod service MUST be present", not lacking, f"not there, or not so: {', '.join(lacking)}"
    )
    try:
        info = PodInfo.from_bytes(await link.info())
    except ProtocolError as error:
        verdicts.check("Info", "nominal samples per second", False, str(error))
        return None
    verdicts.check("Info", "nominal samples per second", info.rate_hz in RATES_HZ, f"{info.rate_hz:g} Hz")
    serial = (await link.read(SERIAL_UUID)).decode("ascii", "replace")
    told = f"{info.serial!r} here, {serial!r} there"
    verdicts.check("Info", "the same as in Device Information", serial in ("", info.serial), told)
    name = f"SF{info.serial[-4:]}-{'ULR'[info.foot]}"
    told = f"it is {advertisement.name!r}, not {name!r}"
    verdicts.check("Advertising", "complete local name of 8 characters", advertisement.name == name, told)
    return info


async def _check_stream(verdicts: Verdicts, link: ConformLink, info: PodInfo) -> list[Packet]:
    """Stream for a few seconds; the packets that came."""
    await link.subscribe_stream()
    await expect(verdicts, link, bytes([Opcode.START]), Result.OK)
    late_s = await lateness_s(0.5 * STREAMED_S)
    await expect(verdicts, link, bytes([Opcode.START]), Result.OK)
    for data in (b"\x03\xd0\x00", b"\x04\x10\x00\xd0\x07"):
        reply = await link.write(data)
        refused = reply[1:2] == bytes([Result.NOT_NOW])
        verdicts.check("Control", "*not now* between `START` and `STOP`", refused, f"{data.hex()} is not refused")
    late_s = max(late_s, await lateness_s(0.5 * STREAMED_S))
    await expect(verdicts, link, bytes([Opcode.STOP]), Result.OK)
    await asyncio.sleep(QUIET_S)
    come = len(link.packets)
    await asyncio.sleep(QUIET_S)
    verdicts.check("Control", "stop making packets", len(link.packets) == come, "packets come after STOP")
    packets = check_packets(verdicts, info, link.packets)
    check_interval(verdicts, link.packets, link.arrivals_s, late_s)
    verdicts.check("Stream", "Packets are made from `START` to `STOP`", bool(packets), "none came")
    newest = PodInfo.from_bytes(await link.info()).newest
    last = packets[-1].sequence if packets else None
    told = f"it says {newest}, the last that came is {last}"
    verdicts.check("Info", "sequence of the last packet made", last in (None, newest), told)
    return packets
