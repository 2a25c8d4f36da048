"""Whether a pod keeps the pod profile, PROTOCOL.md, sentence by sentence."""

from __future__ import annotations

import asyncio

from surefoot.sensor_ingest.ble.adapter import Adapter, Advertisement, RadioBackend
from surefoot.sensor_ingest.ble.conform_link import SERIAL_UUID, ConformLink, conform_link
from surefoot.sensor_ingest.ble.conform_store import check_store
from surefoot.sensor_ingest.ble.conform_stream import check_packets, check_resent
from surefoot.sensor_ingest.ble.conform_verdicts import Verdict, Verdicts
from surefoot.sensor_ingest.ble.errors import TRANSIENT_ERRORS, PodRefusedError
from surefoot.sensor_ingest.ble.pod_orders import FIND_TIMEOUT_S, find_pod
from surefoot.sensor_ingest.protocol import (
    BOND_UUID,
    CONTROL_UUID,
    INFO_UUID,
    STREAM_UUID,
    Opcode,
    Packet,
    PodInfo,
    ProtocolError,
    Reply,
    Result,
)

STREAMED_S, QUIET_S, PING_S = 5.0, 1.0, 2.0
RESENT_PACKETS = 10
MAX_CLOCK_ERROR = 0.05
"""Of two pings: a reply may wait for a few connection events."""
NOT_SUBSCRIBED = 0xFD
UNKNOWN = b"\x63"
RATES_HZ, RANGES = (104.0, 208.0, 416.0), ((16, 32), (1000, 2000))


async def conformance(radio: RadioBackend, pod: str, *, find_timeout_s: float = FIND_TIMEOUT_S) -> tuple[Verdict, ...]:
    """Examine a pod, by serial number or tag; it stops keeping; what is in its ring is lost, what it has stored is not.

    Raises
    ------
    RadioError
        if Bluetooth does not work.
    PodRefusedError
        if the pod is not in range, demands a bond, or the link to it is lost.
    """
    verdicts = Verdicts()
    try:
        await _examine(verdicts, radio, pod, find_timeout_s)
    except TRANSIENT_ERRORS as error:
        raise PodRefusedError(pod, "the link to it was lost; bring it near and try again") from error
    return verdicts.all


async def _examine(verdicts: Verdicts, radio: RadioBackend, pod: str, find_timeout_s: float) -> None:
    advertisement = await find_pod(Adapter(radio), pod, find_timeout_s)
    async with conform_link(advertisement, radio) as link:
        if link.properties(BOND_UUID):
            raise PodRefusedError(
                pod, "it takes commands from bonded clients only; build it without Bond to examine it"
            )
        info = await _check_identity(verdicts, link, advertisement)
        if info is None:
            return
        await _check_control(verdicts, link)
        if link.has_store:  # what it keeps by itself would be among what is made here
            await link.order(Opcode.KEEP_STOP)
        live = await _check_stream(verdicts, link, info)
        left = await link.info()
    again = await find_pod(Adapter(radio), pod, find_timeout_s)
    async with conform_link(again, radio) as link:
        sentence = "It is kept when the connection is lost"
        verdicts.check("Ring buffer and resending", sentence, await link.info() == left, "the info is another one")
        await link.subscribe_replies()
        await _check_resending(verdicts, link, live)
        await _check_ranges(verdicts, link, info)
        if link.has_store:
            await check_store(verdicts, link, info)


async def _check_identity(verdicts: Verdicts, link: ConformLink, advertisement: Advertisement) -> PodInfo | None:
    wanted = {STREAM_UUID: {"notify"}, CONTROL_UUID: {"write", "indicate"}, INFO_UUID: {"read"}}
    lacking = [uuid[:8] for uuid, properties in wanted.items() if not properties <= link.properties(uuid)]
    verdicts.check(
        "Services", "The pod service MUST be present", not lacking, f"{', '.join(lacking)} is not as it says"
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


async def _check_control(verdicts: Verdicts, link: ConformLink) -> None:
    error = await link.write_unsubscribed(bytes([Opcode.PING]))
    told = "the write succeeds" if error is None else f"it fails with {error:#04x}"
    sentence = "the write fails with ATT error `0xFD`"
    verdicts.check("Control", sentence, error == NOT_SUBSCRIBED, told)
    await link.subscribe_replies()
    await _expect(verdicts, link, UNKNOWN, Result.UNKNOWN_COMMAND)
    for data in (b"\x01\x02", b"\x03\x64\x00", b"\x04\x08\x00\xd0\x07", b"\x08\x07", b"\x07"):
        await _expect(verdicts, link, data, Result.BAD_ARGUMENT)
    first = await _expect(verdicts, link, bytes([Opcode.PING]), Result.OK)
    await asyncio.sleep(PING_S)
    second = await _expect(verdicts, link, bytes([Opcode.PING]), Result.OK)
    if first is not None and second is not None:
        passed_s = 1e-6 * (second.tick_us - first.tick_us)
        near = abs(passed_s - PING_S) < MAX_CLOCK_ERROR * PING_S
        told = f"in {PING_S:g} s the tick went on by {passed_s:.3f} s"
        verdicts.check("Control", "pod clock when the command was handled", near, told)


async def _expect(verdicts: Verdicts, link: ConformLink, data: bytes, result: Result) -> Reply | None:
    """Write a command, and check the form and the result of its reply."""
    raw = await link.write(data)
    try:
        reply = Reply.from_bytes(raw)
    except ProtocolError as error:
        verdicts.check("Control", "Every other write gets a reply, in order.", False, f"{data.hex()}: {error}")
        return None
    verdicts.check("Control", "Every other write gets a reply, in order.", True, "")
    told = f"the reply to {data.hex()} has {reply.opcode:02x}"
    verdicts.check("Control", "the first byte written", reply.opcode == data[0], told)
    told = f"the reply to {data.hex()} is {reply.result.value}, not {result.value}"
    sentence = "0 done, 1 unknown command, 2 bad argument (or length), 3 not now"
    verdicts.check("Control", sentence, reply.result is result, told)
    return reply


async def _check_stream(verdicts: Verdicts, link: ConformLink, info: PodInfo) -> list[Packet]:
    """Stream for a few seconds; the packets that came."""
    await link.subscribe_stream()
    await _expect(verdicts, link, bytes([Opcode.START]), Result.OK)
    await asyncio.sleep(0.5 * STREAMED_S)
    await _expect(verdicts, link, bytes([Opcode.START]), Result.OK)
    for data in (b"\x03\xd0\x00", b"\x04\x10\x00\xd0\x07"):
        reply = await link.write(data)
        refused = reply[1:2] == bytes([Result.NOT_NOW])
        verdicts.check("Control", "*not now* between `START` and `STOP`", refused, f"{data.hex()} is not refused")
    await asyncio.sleep(0.5 * STREAMED_S)
    await _expect(verdicts, link, bytes([Opcode.STOP]), Result.OK)
    await asyncio.sleep(QUIET_S)
    come = len(link.packets)
    await asyncio.sleep(QUIET_S)
    verdicts.check("Control", "stop making packets", len(link.packets) == come, "packets come after STOP")
    packets = check_packets(verdicts, info, link.packets)
    verdicts.check("Stream", "Packets are made from `START` to `STOP`", bool(packets), "none came")
    newest = PodInfo.from_bytes(await link.info()).newest
    last = packets[-1].sequence if packets else None
    told = f"it says {newest}, the last that came is {last}"
    verdicts.check("Info", "sequence of the last packet made", last in (None, newest), told)
    return packets


async def _check_resending(verdicts: Verdicts, link: ConformLink, live: list[Packet]) -> None:
    wanted = live[-RESENT_PACKETS:]
    if not wanted:
        return
    asked = wanted[0].sequence, len(wanted)
    refused = (await link.order(Opcode.RESEND, *asked))[1:2] == bytes([Result.NOT_NOW])
    section, sentence = "Ring buffer and resending", "as does a request while no client is subscribed to the stream"
    verdicts.check(section, sentence, refused, "RESEND without a subscription is not refused")
    await link.subscribe_stream()
    reply = _reply(await link.order(Opcode.RESEND, *asked))
    granted = reply and (reply.first, reply.count)
    sentence = "The reply says which of them the ring still holds"
    verdicts.check(section, sentence, granted == asked, f"asked for {asked}, granted {granted}")
    await asyncio.sleep(QUIET_S)
    check_resent(verdicts, wanted, link.packets)


def _reply(data: bytes) -> Reply | None:
    try:
        return Reply.from_bytes(data)
    except ProtocolError:
        return None


async def _check_ranges(verdicts: Verdicts, link: ConformLink, info: PodInfo) -> None:
    """Set the ranges that it has: the ring is cleared all the same."""
    ranges = info.acc_range_g, info.gyr_range_dps
    verdicts.check("Info", "g; the value of 32768 counts", ranges[0] in RANGES[0], f"{ranges[0]} g")
    verdicts.check("Info", "°/s; the value of 32768 counts", ranges[1] in RANGES[1], f"{ranges[1]} °/s")
    await link.order(Opcode.SET_RANGE, *ranges)
    after = PodInfo.from_bytes(await link.info())
    told = f"after SET_RANGE it holds {after.oldest} to {after.newest}"
    section = "Ring buffer and resending"
    verdicts.check(section, "cleared by a restart and by `SET_RATE` and `SET_RANGE`", after.oldest > after.newest, told)
