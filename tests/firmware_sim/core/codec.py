"""Codec of the firmware core, called as the one in Python is."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from surefoot.firmware_sim.pod.core_library import MAX_RECORD_BYTES
from surefoot.sensor_ingest.pod_store.records import BeaconRecord, BootRecord, SamplesRecord, StoreRecord, UtcRecord
from tests.firmware_sim.core.built import core_library


def encode_block(counts: NDArray[np.int16]) -> bytes:
    """The core's block of (n, 6) samples; empty if it does not fit."""
    values = np.ascontiguousarray(counts, np.int16)
    return _written("sf_block_encode", values.ctypes, len(values), behind=[ctypes.c_size_t(MAX_RECORD_BYTES)])


def decode_block(data: bytes, samples: int) -> NDArray[np.int16] | None:
    """What the core reads in a block; None if it is not one."""
    counts = np.zeros((max(samples, 1), 6), np.int16)
    function = core_library().functions.sf_block_decode
    function.restype = ctypes.c_bool
    return counts if function(data, ctypes.c_size_t(len(data)), samples, counts.ctypes) else None


def record_bytes(number: int, record: StoreRecord) -> bytes:
    """The core's record."""
    head = ctypes.c_uint32(number), ctypes.c_uint32(record.boot_count)
    match record:
        case BootRecord():
            return _written("sf_record_boot", *head, record.info, ctypes.c_size_t(len(record.info)), out_first=True)
        case UtcRecord():
            return _written("sf_record_utc", *head, *_u64(record.tick_us, record.utc_us), out_first=True)
        case BeaconRecord():
            tag, count = record.partner_tag.encode("ascii"), ctypes.c_uint32(record.partner_boot_count)
            ticks = _u64(record.tick_us, record.partner_tick_us)
            return _written("sf_record_beacon", *head, ticks[0], tag, count, ticks[1], out_first=True)
        case SamplesRecord():
            return samples_record(number, record.boot_count, [bytes(packet) for packet in record.packets])


def samples_record(number: int, boot_count: int, packets: Sequence[bytes]) -> bytes:
    """The core's record of packets, which it reads first."""
    data = b"".join(packets)
    head = ctypes.c_uint32(number), ctypes.c_uint32(boot_count)
    return _written("sf_record_of_packets", *head, data, ctypes.c_size_t(len(data)), out_first=True)


def _u64(*values: int) -> list[ctypes.c_uint64]:
    return [ctypes.c_uint64(value) for value in values]


def _written(name: str, *arguments: object, behind: Sequence[object] = (), out_first: bool = False) -> bytes:
    out = ctypes.create_string_buffer(MAX_RECORD_BYTES)
    function = getattr(core_library().functions, name)
    function.restype = ctypes.c_size_t
    size = function(out, *arguments) if out_first else function(*arguments, out, *behind)
    return out.raw[:size]
