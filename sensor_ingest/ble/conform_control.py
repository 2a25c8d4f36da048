"""Whether a pod's control point answers as the pod profile says."""

from __future__ import annotations

import asyncio

from surefoot.sensor_ingest.ble.conform_link import ConformLink
from surefoot.sensor_ingest.ble.conform_verdicts import Verdicts
from surefoot.sensor_ingest.protocol import Opcode, ProtocolError, Reply, Result

PING_S = 2.0
MAX_CLOCK_ERROR = 0.05
"""Of two pings: a reply may wait for a few connection events."""
NOT_SUBSCRIBED = 0xFD
UNKNOWN = b"\x63"


async def check_control(verdicts: Verdicts, link: ConformLink) -> None:
    """Commands that are none, and the clock; replies are subscribed to from then on."""
    error = await link.write_error(bytes([Opcode.PING]))
    told = "the write succeeds" if error is None else f"it fails with {error:#04x}"
    sentence = "the write fails with ATT error `0xFD`"
    verdicts.check("Control", sentence, error == NOT_SUBSCRIBED, told)
    await link.subscribe_replies()
    await expect(verdicts, link, UNKNOWN, Result.UNKNOWN_COMMAND)
    for data in (b"\x01\x02", b"\x03\x64\x00", b"\x04\x08\x00\xd0\x07", b"\x08\x07", b"\x07"):
        await expect(verdicts, link, data, Result.BAD_ARGUMENT)
    first = await expect(verdicts, link, bytes([Opcode.PING]), Result.OK)
    await asyncio.sleep(PING_S)
    second = await expect(verdicts, link, bytes([Opcode.PING]), Result.OK)
    if first is not None and second is not None:
        passed_s = 1e-6 * (second.tick_us - first.tick_us)
        near = abs(passed_s - PING_S) < MAX_CLOCK_ERROR * PING_S
        told = f"in {PING_S:g} s the tick went on by {passed_s:.3f} s"
        verdicts.check("Control", "pod clock when the command was handled", near, told)


async def expect(verdicts: Verdicts, link: ConformLink, data: bytes, result: Result) -> Reply | None:
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


def read_reply(data: bytes) -> Reply | None:
    """The reply; None if it is none."""
    try:
        return Reply.from_bytes(data)
    except ProtocolError:
        return None
