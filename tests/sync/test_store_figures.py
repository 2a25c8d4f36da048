"""`make sync`'s figures of the pods' store: bytes a sample, and a short transfer at the interval that pods ask for."""

from __future__ import annotations

import pytest

from surefoot.analysis.model import Foot
from tests.sync import bytes_per_sample
from tests.sync.transfer_speed import INTERVALS_MS, TARGET_BOTH, TARGET_ONE, speeds


def test_a_sample_takes_no_more_flash_than_is_promised() -> None:
    assert [(row.data, row.value) for row in bytes_per_sample.rows() if not row.passed] == []


@pytest.mark.parametrize(("feet", "target"), [([Foot.LEFT], TARGET_ONE), (list(Foot), TARGET_BOTH)])
def test_a_transfer_is_as_fast_as_is_promised(feet: list[Foot], target: float) -> None:
    assert min(speeds(INTERVALS_MS[0], feet, run_s=40.0)) >= target
