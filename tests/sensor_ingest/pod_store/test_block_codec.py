"""Blocks of samples come back bit for bit, whatever they hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from surefoot.sensor_ingest.pod_store.block_codec import BLOCK_SAMPLES, decode_block, encode_block
from surefoot.sensor_ingest.protocol import ProtocolError
from tests.sensor_ingest.pod_store.made import gait_counts
from tests.sensor_ingest.pod_store.plain_decoder import decode
from tests.sensor_ingest.pod_store.plain_encoder import encode

SIZES = st.integers(1, BLOCK_SAMPLES)
COUNTS = SIZES.flatmap(lambda size: arrays(np.int16, (size, 6)))
STEPS = st.sampled_from([-32768, -32767, -1, 0, 1, 32767])
EXTREMES = SIZES.flatmap(lambda size: arrays(np.int16, (size, 6), elements=STEPS))


def constant(size: int, value: int) -> NDArray[np.int16]:
    return np.full((size, 6), value, np.int16)


@given(COUNTS | EXTREMES)
def test_every_block_comes_back_bit_for_bit(counts: NDArray[np.int16]) -> None:
    np.testing.assert_array_equal(decode_block(encode_block(counts), len(counts)), counts)


@given(COUNTS | EXTREMES)
def test_a_decoder_written_from_the_specification_reads_the_same(counts: NDArray[np.int16]) -> None:
    assert decode(encode_block(counts), len(counts)) == counts.tolist()


@given(COUNTS | EXTREMES)
def test_an_encoder_written_from_the_specification_writes_the_same(counts: NDArray[np.int16]) -> None:
    assert encode(counts.tolist())[0] == encode_block(counts)


def test_every_order_is_used_and_read() -> None:
    channels = [np.random.default_rng(0).integers(-20, 20, BLOCK_SAMPLES)]
    for _ in range(3):
        channels.append(np.cumsum(channels[-1]))
    counts = np.column_stack([*channels, 0 * channels[0], channels[0]]).astype(np.int16)
    data = encode_block(counts)
    orders = [int(f"{int.from_bytes(data[:14], 'big'):0112b}"[18 * channel :][:2], 2) for channel in range(6)]
    assert orders == [0, 1, 2, 3, 0, 0]
    np.testing.assert_array_equal(decode_block(data, len(counts)), counts)


def test_a_small_block_is_what_a_person_writes_with_a_pencil() -> None:
    counts = np.array([[1, 0, 0, 0, 0, -2], [1, 0, 0, 0, 0, 3]], np.int16)
    # Channel 0 is flat from the first sample on: order 1. Channel 5 codes 3 as 6: k = 2, quotient 1, remainder 2.
    head = "010000" + 4 * ("000000") + "000010" + "0000"
    firsts = "0001" + 4 * "0000" + "fffe"
    unary, rest = "1111101" + "0", "10" + "000000"
    written = [int(head, 2).to_bytes(5, "big"), bytes.fromhex(firsts), bytes([int(unary, 2)]), bytes([int(rest, 2)])]
    assert encode_block(counts) == b"".join(written)


@pytest.mark.parametrize(("value", "most"), [(0, 81), (32767, 81), (-32768, 81)])
def test_a_constant_costs_hardly_anything(value: int, most: int) -> None:
    assert len(encode_block(constant(BLOCK_SAMPLES, value))) <= most


def test_noise_at_full_scale_costs_little_more_than_itself() -> None:
    counts = np.random.default_rng(1).integers(-32768, 32768, (BLOCK_SAMPLES, 6)).astype(np.int16)
    assert len(encode_block(counts)) < 1.1 * counts.nbytes


def test_a_block_of_the_wrong_size_is_a_callers_mistake() -> None:
    with pytest.raises(ValueError, match="1 to 72 samples, got 73"):
        encode_block(constant(73, 0))


@given(st.binary(max_size=300), st.integers(-1, 80))
def test_other_bytes_are_decoded_or_refused(data: bytes, size: int) -> None:
    try:
        assert decode_block(data, size).shape == (size, 6)
    except ProtocolError:
        return


@pytest.mark.parametrize("cut", [0, 5, 40, 300, -1])
def test_a_block_that_is_cut_is_refused(cut: int) -> None:
    data = encode_block(gait_counts("run", 2.8)[-BLOCK_SAMPLES:])
    with pytest.raises(ProtocolError):
        decode_block(data[:cut], BLOCK_SAMPLES)
