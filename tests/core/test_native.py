"""The core under sanitizers: the kept vectors, and random lives of a pod."""

from __future__ import annotations

from tests.core.native import random_lives, vectors
from tests.firmware_sim.core.built import core_library


def test_sanitizers_have_nothing_to_say_of_the_vectors_and_of_random_lives() -> None:
    core_library()  # skips, or fails under CI, without a compiler
    for finding in (vectors(), random_lives(200, first_seed=10_000)):
        assert finding.passed, finding.value
