"""The registry is complete, ordered and readable, and the session fills it."""

from __future__ import annotations

import re

import numpy as np
import pytest

from surefoot.analysis.metrics import CADENCE, STRIDE_METRICS, Metric
from surefoot.analysis.model import Flag, Foot
from surefoot.firmware_sim.body.motion import PlannedBout, RunnerProfile
from tests.analysis.simulated import Analysed, analyse, record

UNIT = re.compile(r"_(s|ms|hz|m|mps|mps2|rad|radps|deg|dps|g|gps|spm|pct|factor|probability)$")
ALL = [*STRIDE_METRICS.values(), CADENCE]
every_metric = pytest.mark.parametrize("metric", ALL, ids=[metric.key for metric in ALL])


@pytest.fixture(scope="module")
def analysed() -> Analysed:
    return analyse(
        record(RunnerProfile(), (PlannedBout("walk", 20.0, 1.4), PlannedBout("run", 40.0, 3.0)), seed=1).feet
    )


@every_metric
def test_a_key_ends_in_its_unit(metric: Metric) -> None:
    assert UNIT.search(metric.key)
    assert re.fullmatch(r"[a-z0-9_]+", metric.key)


def test_keys_lead_to_their_own_metric() -> None:
    assert all(key == metric.key for key, metric in STRIDE_METRICS.items())
    assert CADENCE.key not in STRIDE_METRICS


def test_labels_and_descriptions_are_unique() -> None:
    for texts in ([metric.label for metric in ALL], [metric.description for metric in ALL]):
        assert len(set(texts)) == len(texts)


@every_metric
def test_texts_are_sentences(metric: Metric) -> None:
    for text in (metric.description, metric.definition):
        assert text.endswith(".")
        assert text[0].isupper() or text[0].isdigit()
        assert "\n" not in text
    assert metric.label[0].isupper()
    assert not metric.label.endswith(".")
    assert metric.source
    assert metric.unit


@every_metric
def test_typical_ranges_are_ordered(metric: Metric) -> None:
    for typical in (metric.typical_run, metric.typical_walk):
        if typical is not None:
            assert typical[0] < typical[1]


@every_metric
def test_what_is_compared_in_percent_never_crosses_zero(metric: Metric) -> None:
    for typical in (metric.typical_run, metric.typical_walk):
        if metric.compared and typical is not None:
            assert typical[0] > 0.0


@every_metric
def test_unit_scale_and_decimals_fit_the_stored_unit(metric: Metric) -> None:
    suffix = metric.key.rsplit("_", 1)[1]
    scales = {("s", "s"): 1.0, ("s", "ms"): 1000.0, ("factor", "%"): 100.0, ("spm", "steps/min"): 1.0}
    assert scales.get((suffix, metric.unit), metric.scale) == metric.scale
    assert 0 <= metric.decimals <= 3


@pytest.mark.parametrize("foot", list(Foot))
def test_every_stride_metric_is_a_column_of_the_strides_and_no_other_is(analysed: Analysed, foot: Foot) -> None:
    strides = analysed.strides(foot)
    assert set(strides.metrics) == set(STRIDE_METRICS)
    assert all(values.shape == (len(strides),) for values in strides.metrics.values())


@pytest.mark.parametrize("key", list(STRIDE_METRICS))
def test_an_ordinary_run_and_walk_lie_in_the_typical_ranges(analysed: Analysed, key: str) -> None:
    metric = STRIDE_METRICS[key]
    for strides in analysed.results.strides.values():
        for running, typical in ((True, metric.typical_run), (False, metric.typical_walk)):
            if typical is not None:
                middle = float(np.nanmedian(strides.metrics[key][strides.running == running]))
                assert typical[0] <= middle <= typical[1]


def test_the_registry_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        STRIDE_METRICS["more_s"] = CADENCE  # type: ignore[index]


def test_strides_are_chosen_by_mask_and_slice_alike(analysed: Analysed) -> None:
    strides = analysed.strides()
    mask = np.arange(len(strides)) < 5
    for some in (strides[mask], strides[:5], strides[np.arange(5)]):
        assert len(some) == 5
        assert np.array_equal(some.metrics["stride_time_s"], strides.metrics["stride_time_s"][:5])
        assert np.array_equal(some.has(Flag.GAP), strides.has(Flag.GAP)[:5])
