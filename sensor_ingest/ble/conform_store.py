"""Whether a pod's store is that of the pod profile; what it holds already is left alone."""

from __future__ import annotations

import asyncio

from surefoot.sensor_ingest.ble.adapter import RadioBackend
from surefoot.sensor_ingest.ble.conform_beacons import check_beacons
from surefoot.sensor_ingest.ble.conform_link import ConformLink
from surefoot.sensor_ingest.ble.conform_verdicts import Verdicts
from surefoot.sensor_ingest.pod_store.reassembly import RecordAssembler
from surefoot.sensor_ingest.pod_store.records import BootRecord, SamplesRecord, StoreRecord, UtcRecord, read_record
from surefoot.sensor_ingest.pod_store.store_protocol import Fragment, StoreCapability, StoreInfo, StoreState
from surefoot.sensor_ingest.protocol import Opcode, PodInfo, ProtocolError, Reply, Result

KEPT_S, TRANSFER_S = 3.0, 5.0
SOME_UTC_US = 1_790_000_000_000_000


async def check_store(verdicts: Verdicts, link: ConformLink, radio: RadioBackend, info: PodInfo) -> None:
    """Keep for a few seconds, note a time, and fetch both; then listen to its beacons, and release what was made."""
    await link.order(Opcode.SET_RANGE, info.acc_range_g, info.gyr_range_dps)  # a boot record is due
    before = await _info(verdicts, link)
    if before is None:
        return
    counted = info.boot >> 6 == before.boot_count & 0x3FF
    told = f"boot {info.boot} in start {before.boot_count}"
    verdicts.check("Store", "the low ten bits of the boot count × 64 + six random bits", counted, told)
    refused = _result(await link.order(Opcode.FETCH, before.oldest, 1))
    sentence = "The client MUST have subscribed to *Transfer*"
    verdicts.check("Store", sentence, refused is Result.NOT_NOW, f"FETCH without a subscription is {refused}")
    await link.subscribe_transfer()
    await link.order(Opcode.KEEP_START)
    keeping = await _info(verdicts, link)
    state = keeping and keeping.state
    verdicts.check("Store", "0 idle, 1 keeping, 2 full", state is not StoreState.IDLE, "it is idle after KEEP_START")
    await asyncio.sleep(KEPT_S)
    await link.order(Opcode.KEEP_STOP)
    noted = await link.order(Opcode.NOTE_UTC, SOME_UTC_US)
    after = await _info(verdicts, link)
    if after is not None:
        records = await _fetched(verdicts, link, before.next, after.next)
        _check_records(verdicts, records, noted)
    if before.capabilities & StoreCapability.AUTO:
        await _check_auto(verdicts, link, before.auto_minutes)
    if before.capabilities & StoreCapability.BEACONS:
        await check_beacons(verdicts, link, radio, info, before.boot_count)
    await _check_release(verdicts, link, before)


async def _check_auto(verdicts: Verdicts, link: ConformLink, minutes: int) -> None:
    """Set other minutes for a moment."""
    await link.order(Opcode.KEEP_AUTO, minutes + 1)
    changed = await _info(verdicts, link)
    sentence = "minutes without steps after which keeping stops; 0: only by command"
    set_so = changed is not None and changed.auto_minutes == minutes + 1
    told = f"it is {changed and changed.auto_minutes} after KEEP_AUTO {minutes + 1}"
    verdicts.check("Store", sentence, set_so, told)
    await link.order(Opcode.KEEP_AUTO, minutes)


async def _check_release(verdicts: Verdicts, link: ConformLink, before: StoreInfo) -> None:
    """Release nothing; and what was made here if there was nothing else, which is its owner's."""
    held_nothing = before.oldest == before.next
    await link.order(Opcode.RELEASE, before.oldest)
    kept = await _info(verdicts, link)
    told = f"records from {before.oldest} on are held; after RELEASE {before.oldest} it is {kept and kept.oldest}"
    sentence = "A record is kept until a client has said by `RELEASE` that it has it safe on its own disk"
    same = kept is not None and kept.oldest == before.oldest
    if not verdicts.check("Store", sentence, same, told) or kept is None or not held_nothing:
        return
    await link.order(Opcode.RELEASE, kept.next)
    freed = await _info(verdicts, link)
    told = f"RELEASE {kept.next} leaves {freed and freed.oldest} as the first record held"
    sentence = "all records before it are safe elsewhere, their flash may be used again"
    verdicts.check("Control", sentence, freed is not None and freed.oldest == kept.next, told)


async def _info(verdicts: Verdicts, link: ConformLink) -> StoreInfo | None:
    try:
        info = StoreInfo.from_bytes(await link.store_info())
    except ProtocolError as error:
        verdicts.check("Store", "number of the next record", False, str(error))
        return None
    verdicts.check("Store", "number of the next record", True, "")
    return info


def _result(reply: bytes) -> Result | None:
    try:
        return Reply.from_bytes(reply).result
    except ProtocolError:
        return None


async def _fetched(verdicts: Verdicts, link: ConformLink, first: int, end: int) -> list[StoreRecord]:
    """The records of a range."""
    link.fragments.clear()
    await link.order(Opcode.FETCH, first, end - first)
    await asyncio.sleep(TRANSFER_S)
    fragments = [Fragment.from_bytes(data) for data in link.fragments if len(data) >= Fragment.HEADER.size]
    ended = bool(fragments) and fragments[-1].is_end and fragments[-1].number == end
    sentence = "After the last comes a fragment of length 0 without bytes, whose number is that after the range."
    verdicts.check("Store", sentence, ended, "the transfer does not end so")
    joined = RecordAssembler()
    whole = [found for fragment in fragments if not fragment.is_end and (found := joined.push(fragment)) is not None]
    asked = {fragment.number for fragment in fragments if not fragment.is_end}
    told = f"{len(asked)} records came, {len(whole)} of them whole and with the right CRC"
    verdicts.check("Store", "CRC-32 (IEEE 802.3) of all bytes before", len(whole) == len(asked), told)
    numbers = [number for number, _ in whole]
    verdicts.check("Store", "Records come in order, and each in order.", numbers == sorted(numbers), f"{numbers}")
    return [read_record(data)[1] for _, data in whole]


def _check_records(verdicts: Verdicts, records: list[StoreRecord], noted: bytes) -> None:
    packets = [packet for record in records if isinstance(record, SamplesRecord) for packet in record.packets]
    first = type(records[0]).__name__ if records else "none"
    sentence = "and again after `SET_RATE`, `SET_RANGE` or `SET_FOOT`"
    verdicts.check("Store", sentence, first == BootRecord.__name__, f"the first record afterwards is {first}")
    verdicts.check("Store", "While the pod keeps, packets are made as after `START`", bool(packets), "none were kept")
    utc = [record for record in records if isinstance(record, UtcRecord)]
    kept = bool(utc) and utc[-1].utc_us == SOME_UTC_US and Reply.from_bytes(noted).tick_us == utc[-1].tick_us
    verdicts.check("Store", "the pod notes it against its tick", kept, "no record has the time that was told")
