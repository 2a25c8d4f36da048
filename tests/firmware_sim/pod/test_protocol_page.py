"""PROTOCOL.md agrees with the codec: example bytes, offsets, numbers."""

from __future__ import annotations

import re
import struct
from dataclasses import replace
from pathlib import Path
from typing import SupportsBytes

import numpy as np
import pytest

import surefoot.firmware_sim
from surefoot.firmware_sim.pod.beacon_charge import charge_uah_per_h, listening_uc, search_uah_per_h, sending_uc
from surefoot.firmware_sim.pod.beacons import BEACON_PERIOD_S, BEACON_UUID, Beacon
from surefoot.firmware_sim.pod.firmware import RATES_HZ
from surefoot.firmware_sim.pod.flash import NorFlash
from surefoot.firmware_sim.pod.gatt import advertisement, scan_response
from surefoot.firmware_sim.pod.keeper import RESERVED_BYTES, USUAL_BYTES_PER_SAMPLE, Keeper
from surefoot.firmware_sim.pod.keeping_rule import REST_US
from surefoot.firmware_sim.pod.peripheral import MTU, PACKET_BYTES
from surefoot.firmware_sim.pod.pod_settings import AUTO_MINUTES, RING_PACKETS, PodSettings
from surefoot.firmware_sim.pod.rsc import RscMeasurement
from surefoot.sensor_ingest.pod_store.block_codec import MAX_QUOTIENT
from surefoot.sensor_ingest.pod_store.records import (
    HEADER,
    MAX_RECORD_BYTES,
    BeaconRecord,
    SamplesRecord,
    UtcRecord,
    read_record,
    record_bytes,
)
from surefoot.sensor_ingest.pod_store.store_protocol import (
    FRAGMENT_BYTES,
    STORE_INFO_UUID,
    STORE_SERVICE_UUID,
    TRANSFER_UUID,
    Fragment,
    StoreCapability,
    StoreInfo,
    StoreState,
    StoreStatus,
    end_of_transfer,
    fragments,
    tag_number,
)
from surefoot.sensor_ingest.protocol import (
    BOND_UUID,
    CONTROL_UUID,
    INFO_UUID,
    MAX_SAMPLES,
    SERVICE_UUID,
    STREAM_UUID,
    VERSION,
    Command,
    FootCode,
    Opcode,
    Packet,
    PacketFlag,
    PodInfo,
    Reply,
    Result,
)
from tests.sync.bytes_per_sample import operations_per_sample

POD_UUIDS = SERVICE_UUID, STREAM_UUID, CONTROL_UUID, INFO_UUID, BOND_UUID
PAGE = (Path(surefoot.firmware_sim.__file__).parent / "PROTOCOL.md").read_text("utf-8")
COUNTS = [[12, -7, 2048, 3, -2, 1], [15, -30, 2061, 40, -410, 12], [-2048, 5, 32767, -32767, 820, 0]]
PACKET = Packet(258, 0xBEEF, 1_234_567_890, 9_615, PacketFlag.LOW_BATTERY, 3, np.array(COUNTS, np.int16))
INFO = PodInfo(1, 0xBEEF, FootCode.LEFT, 208.0, 16, 2000, 1024, 3, 258, "SIM010001")
CADENCE = RscMeasurement(0.0, 172, running=True)
BEACON = Beacon("0001", 42, 7, 1_234_567_890)
REPLY = Reply(Opcode.RESEND, Result.OK, 1_240_000_000, 57, 143)
REFUSAL = Reply(0x63, Result.UNKNOWN_COMMAND, 1_240_000_000)
COMMANDS = [
    Command(Opcode.START),
    Command(Opcode.SET_RATE, (208,)),
    Command(Opcode.SET_RANGE, (32, 2000)),
    Command(Opcode.SET_FOOT, (2,)),
    Command(Opcode.KEEP_AUTO, (5,)),
    Command(Opcode.NOTE_UTC, (1_790_000_000_123_456,)),
    Command(Opcode.FETCH, (60_000, 1235)),
    Command(Opcode.RELEASE, (61_235,)),
    Command(Opcode.SET_PARTNER, (tag_number("0002"),)),
    Command(Opcode.RESEND, (57, 143)),
]
KEPT = record_bytes(61_233, SamplesRecord(42, (replace(PACKET, boot=0x0A85),)))
NOTED = record_bytes(61_234, UtcRecord(42, 1_240_000_000, 1_790_000_000_123_456))
CAPABILITIES = StoreCapability.AUTO | StoreCapability.BEACONS
STORE_INFO = StoreInfo(CAPABILITIES, StoreState.KEEPING, 5, 42, 60_000, 61_235, 812_345, 16_769_024, 7850)
STORE: tuple[bytes, ...] = (
    NOTED,
    KEPT,
    bytes(STORE_INFO),
    *(bytes(fragment) for fragment in fragments(61_234, NOTED)),
    bytes(end_of_transfer(61_235)),
    scan_response(StoreStatus(StoreState.IDLE, 87, 48, 95)),
)


def examples() -> list[bytes]:
    """All example byte blocks, in the order of the page."""
    return [bytes.fromhex(block) for block in re.findall(r"```hex\n(.*?)```", PAGE, re.DOTALL)]


def test_the_example_bytes_are_the_codecs() -> None:
    values: tuple[SupportsBytes, ...] = (
        INFO,
        PACKET,
        *COMMANDS,
        REPLY,
        REFUSAL,
        RscMeasurement(0.0, 172, running=True),
    )
    expected = [advertisement("SF0001-L"), *(bytes(value) for value in values)]
    expected[3:3] = [*STORE, bytes(BEACON)]
    assert examples() == expected


def test_the_codec_reads_the_example_bytes() -> None:
    _, info, packet, *rest = examples()
    noted, kept, store_info, fragment, end, _ = rest[: len(STORE)]
    beacon, *rest = rest[len(STORE) :]
    parsed = Packet.from_bytes(packet)
    assert PodInfo.from_bytes(info) == INFO
    assert Beacon.from_bytes(beacon) == BEACON
    assert bytes(parsed) == packet
    np.testing.assert_array_equal(parsed.counts, COUNTS)
    assert read_record(noted) == (61_234, UtcRecord(42, 1_240_000_000, 1_790_000_000_123_456))
    assert record_bytes(*read_record(kept)) == kept
    assert StoreInfo.from_bytes(store_info) == STORE_INFO
    assert Fragment.from_bytes(fragment).data == noted
    assert Fragment.from_bytes(end).is_end
    assert [Command.from_bytes(data) for data in rest[: len(COMMANDS)]] == COMMANDS
    assert [Reply.from_bytes(data) for data in rest[len(COMMANDS) : -1]] == [REPLY, REFUSAL]


@pytest.mark.parametrize(
    ("heading", "layout"), [("Info", PodInfo.LAYOUT), ("Stream", Packet.HEADER), ("Control", Reply.LAYOUT)]
)
def test_the_offsets_are_those_of_the_layout(heading: str, layout: struct.Struct) -> None:
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    offsets = [int(offset) for offset in re.findall(r"^\| (\d+) \| ", section, re.MULTILINE)]
    fields = re.findall("[A-Za-z]", layout.format)
    ends = [struct.calcsize("<" + "".join(fields[:count])) for count in range(len(fields) + 1)]
    assert offsets == (ends if heading != "Control" else ends[:-1])


def test_the_offsets_of_the_store_are_those_of_its_layouts() -> None:
    for what, layout in (("*Store info*", StoreInfo.LAYOUT), ("a fragment", Fragment.HEADER), ("a record", HEADER)):
        table = PAGE.split(f"| Offset | Type | Field of {what} | |\n")[1].split("\n\n")[0]
        offsets = [int(offset) for offset in re.findall(r"^\| (\d+) \| u", table, re.MULTILINE)]
        fields = re.findall("[A-Za-z]", layout.format)
        assert offsets[: len(fields)] == [struct.calcsize("<" + "".join(fields[:end])) for end in range(len(fields))]


def test_what_the_page_says_of_the_store_is_so() -> None:
    for flash_mib in (2, 8, 16):
        keeper = Keeper(NorFlash(flash_mib << 20), 1, PodSettings("TEST0001"), lambda: b"")
        assert f"| {flash_mib} MiB | {keeper.info.seconds_left // 60} |" in PAGE
    assert f"less than {USUAL_BYTES_PER_SAMPLE} bytes of flash" in PAGE
    assert f"only {RESERVED_BYTES >> 10} KiB are left" in PAGE
    assert f"n > 0 ({AUTO_MINUTES} after a first start)" in PAGE
    assert f"at rest for {REST_US // 1_000_000} s" in PAGE
    assert f"no quotient is then above {MAX_QUOTIENT}" in PAGE
    assert f"some {operations_per_sample():.0f} integer operations" in PAGE
    assert f"up to {FRAGMENT_BYTES} |" in PAGE
    assert f"at most {MAX_RECORD_BYTES} |" in PAGE
    assert 3 + Fragment.HEADER.size + FRAGMENT_BYTES == MTU


def test_the_page_names_every_uuid_and_opcode() -> None:
    for uuid in (*POD_UUIDS, STORE_SERVICE_UUID, STORE_INFO_UUID, TRANSFER_UUID, BEACON_UUID):
        assert uuid in PAGE
    for opcode in Opcode:
        assert f"| `{opcode.name}` | `{opcode:02x}`" in PAGE


def test_the_numbers_on_the_page_are_those_of_the_firmware() -> None:
    assert f"version {VERSION}\n" in PAGE
    assert "104, 208 (after a first start) or 416" in PAGE
    assert RATES_HZ == (104, 208, 416)
    assert (MAX_SAMPLES, PACKET_BYTES, MTU) == (18, 238, 247)
    assert f"{RING_PACKETS} packets are {int(RING_PACKETS * MAX_SAMPLES / 208)} s" in PAGE


def test_an_advertisement_fits_its_31_bytes() -> None:
    assert len(advertisement("SF0001-L")) == 31
    assert len(bytes(BEACON)) == 31
    assert len(scan_response(StoreStatus(StoreState.FULL, 100, 70_000, 0))) <= 31


def test_what_beacons_take_is_computed() -> None:
    assert f"takes {sending_uc():.0f} µC to send and {listening_uc(0):.0f} µC to hear" in PAGE
    assert f"{charge_uah_per_h(0.5):.0f} µAh an hour, a third of a percent" in PAGE
    assert f"which takes {search_uah_per_h():.0f} µAh an hour" in PAGE
    record = record_bytes(1, BeaconRecord(1, 2, "0001", 3, 4))
    hourly_kb = 1e-3 * len(record) * 3600.0 / BEACON_PERIOD_S
    assert f"A beacon record is {len(record)} bytes, at most {hourly_kb:.0f} kB an hour" in PAGE
    assert f"one event on all three channels every\n{BEACON_PERIOD_S:.0f} s, at most 30 s" in PAGE
