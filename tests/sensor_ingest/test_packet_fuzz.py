"""No bytes from the air crash anything or make it grow."""

from __future__ import annotations

import random

import pytest

from surefoot.sensor_ingest.protocol import Command, Packet, PodInfo, ProtocolError, Reply
from tests.sensor_ingest.mangling import fuzz


def test_20_000_fuzzed_packets_crash_nothing() -> None:
    fuzz(20_000, 1)


@pytest.mark.slow
def test_100_000_fuzzed_packets_crash_nothing() -> None:
    fuzz(100_000, 2)


@pytest.mark.parametrize("kind", [Packet, PodInfo, Reply, Command])
def test_random_bytes_are_parsed_or_refused(kind: type[Packet | PodInfo | Reply | Command]) -> None:
    rng = random.Random(3)
    for _ in range(3000):
        data = rng.randbytes(rng.randrange(60))
        try:
            kind.from_bytes(data)
        except ProtocolError:
            continue
