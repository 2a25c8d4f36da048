"""The kept test vectors are read and written to the same bytes."""

from __future__ import annotations

from itertools import groupby

import numpy as np

from surefoot.sensor_ingest.pod_store.block_codec import decode_block, encode_block
from surefoot.sensor_ingest.pod_store.records import SamplesRecord, read_record, record_bytes
from tests.sensor_ingest.pod_store.plain_decoder import decode
from tests.sensor_ingest.pod_store.vectors import kept


def test_the_kept_blocks_are_those_of_the_codec() -> None:
    words = [line.split(" ") for line in kept("blocks.txt")]
    pairs = list(zip(words[::2], words[1::2], strict=True))
    assert len(pairs) > 20
    for (_, counts_hex), (_, block_hex) in pairs:
        counts = np.frombuffer(bytes.fromhex(counts_hex), "<i2").reshape(-1, 6)
        block = bytes.fromhex(block_hex)
        assert encode_block(counts.astype(np.int16)) == block
        np.testing.assert_array_equal(decode_block(block, len(counts)), counts)
        assert decode(block, len(counts)) == counts.tolist()


def test_the_kept_records_hold_the_packets_that_stand_beside_them() -> None:
    found = 0
    record = b""
    for word, lines in groupby(kept("records.txt"), lambda line: line.split(" ")[0]):
        data = [bytes.fromhex(line.split(" ")[1]) for line in lines]
        if word == "packet":
            _, read = read_record(record)
            assert isinstance(read, SamplesRecord)
            assert [bytes(packet) for packet in read.packets] == data
            found += len(data)
        for record in data if word == "record" else ():
            assert record_bytes(*read_record(record)) == record
    assert found > 20
