"""The core in C writes the bytes of the kept vectors, and those of the codec in Python for whatever else."""

from __future__ import annotations

from itertools import groupby

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.sensor_ingest.pod_store import block_codec
from surefoot.sensor_ingest.pod_store import records as python
from surefoot.sensor_ingest.protocol import Packet, PacketFlag, ProtocolError
from tests.firmware_sim.core.codec import decode_block, encode_block, record_bytes, samples_record
from tests.sensor_ingest.pod_store.vectors import kept

SCALES = [1, 7, 200, 5000, 32767]


def test_the_kept_blocks_are_those_of_the_core() -> None:
    words = [line.split(" ") for line in kept("blocks.txt")]
    for (_, counts_hex), (_, block_hex) in zip(words[::2], words[1::2], strict=True):
        counts = np.frombuffer(bytes.fromhex(counts_hex), "<i2").reshape(-1, 6).astype(np.int16)
        block = bytes.fromhex(block_hex)
        assert encode_block(counts) == block
        np.testing.assert_array_equal(decode_block(block, len(counts)), counts)


def test_the_kept_records_are_those_of_the_core() -> None:
    record = b""
    for word, lines in groupby(kept("records.txt"), lambda line: line.split(" ")[0]):
        data = [bytes.fromhex(line.split(" ")[1]) for line in lines]
        if word == "packet":
            assert samples_record(*_number_and_count(record), data) == record
        for record in data if word == "record" else ():
            assert record_bytes(*python.read_record(record)) == record


def _number_and_count(record: bytes) -> tuple[int, int]:
    return int.from_bytes(record[3:7], "little"), int.from_bytes(record[7:11], "little")


@given(st.integers(0, 2**32), st.integers(1, 72), st.sampled_from(SCALES))
def test_any_block_is_that_of_the_codec_in_python(seed: int, samples: int, scale: int) -> None:
    rng = np.random.default_rng(seed)
    steps = rng.integers(-scale, scale + 1, (samples, 6))
    counts = (np.cumsum(steps, axis=0) if seed % 2 else steps).astype(np.int16)
    block = encode_block(counts)
    assert block == block_codec.encode_block(counts)
    np.testing.assert_array_equal(decode_block(block, samples), counts)


@given(st.integers(0, 2**32), st.integers(0, 72))
def test_a_damaged_block_is_refused_by_both_or_by_neither(seed: int, samples: int) -> None:
    rng = np.random.default_rng(seed)
    block = bytearray(block_codec.encode_block(rng.integers(-300, 300, (max(samples, 1), 6)).astype(np.int16)))
    for _ in range(rng.integers(1, 4)):
        block[rng.integers(len(block))] ^= 1 << rng.integers(8)
    data = bytes(block[: rng.integers(len(block) + 1)] if seed % 3 == 0 else block)
    found = decode_block(data, samples)
    if found is None:
        with pytest.raises(ProtocolError):
            block_codec.decode_block(data, samples)
    else:
        np.testing.assert_array_equal(found, block_codec.decode_block(data, samples))


packets = st.builds(
    lambda tick, span, flags, dropped, seed, count: (tick, span, flags, dropped, seed, count),
    st.integers(0, 2**63),
    st.integers(0, 2**32 - 1),
    st.integers(0, 3),
    st.integers(0, 0xFFFF),
    st.integers(0, 2**32),
    st.integers(1, 18),
)


@given(st.lists(packets, min_size=1, max_size=4), st.integers(0, 2**32 - 5))
def test_any_series_is_that_of_the_codec_in_python(drawn: list[tuple[int, ...]], first: int) -> None:
    series = tuple(
        Packet(first + place, 7, tick, span, PacketFlag(flags), dropped, _noise(seed, count))
        for place, (tick, span, flags, dropped, seed, count) in enumerate(drawn)
    )
    record = python.SamplesRecord(5, series)
    assert record_bytes(9, record) == python.record_bytes(9, record)


def _noise(seed: int, count: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int16]]:
    return np.random.default_rng(seed).integers(-32768, 32768, (count, 6)).astype(np.int16)


@pytest.mark.parametrize("data", [b"", bytes(22), bytes(240)])
def test_what_is_no_packet_is_not_taken(data: bytes) -> None:
    assert samples_record(1, 1, [data]) == b""
