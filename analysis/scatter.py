"""How a run's strides scatter, which is learned over its windows, and the errors of medians that follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from surefoot.analysis.metrics import STRIDE_METRICS, STRIDE_TIME
from surefoot.analysis.model import Floats, Foot, Gait, Strides
from surefoot.analysis.uncertainty import (
    Medians,
    ScatterShape,
    SignCorrelation,
    design_effect,
    effective_sample_size,
    pair_strides,
    relative_error_of_sd,
)

MAX_STEP_S = {Gait.RUN: 0.7, Gait.WALK: 1.4}
"""A left stride is paired with the right one that begins within this time."""
METRIC_KEYS = tuple(STRIDE_METRICS)
SD_OVER_STRIDES = np.array([metric.sd_over_strides for metric in STRIDE_METRICS.values()])
SHARED_STEP = 1.0 / 3.0
"""Correlation of the signs of stride times of left and right, each of which shares one of its two steps with the stride
before and with the one after; differences of neighbouring pairs are then correlated by −1/4."""


@dataclass(frozen=True, slots=True)
class Errors:
    """Standard errors of the medians of all metrics, and degrees of freedom of these; (k,) each."""

    standard: Floats
    freedom: Floats


class Scatter:
    """How a run's strides scatter in one gait: correlation of neighbouring strides, of left and right, and of
    neighbouring differences, and each foot's shape.

    What left and right have in common may come half a stride earlier or later on the other foot, as the step that two
    strides share: the difference of a pair is then made up for by the next one.
    """

    def __init__(self) -> None:
        shared = np.equal(METRIC_KEYS, STRIDE_TIME) * SHARED_STEP
        self.strides, self.feet = SignCorrelation(np.zeros_like(shared)), SignCorrelation(shared)
        self.differences = SignCorrelation(-0.5 * shared / (1.0 - shared))
        self._shapes = {foot: ScatterShape(len(METRIC_KEYS)) for foot in Foot}

    def learn(self, medians: Mapping[Foot, Medians], strides: Mapping[Foot, Strides], gait: Gait) -> None:
        """Take a window."""
        for foot, each in medians.items():
            self._shapes[foot].update(each)
            self.strides.update_neighbours(each.sign)
        if len(medians) == 2:
            left_s, right_s = (strides[foot].initial_contact_s for foot in (Foot.LEFT, Foot.RIGHT))
            found, rows = pair_strides(left_s, right_s, MAX_STEP_S[gait])
            left, right = medians[Foot.LEFT].sign[:, found], medians[Foot.RIGHT].sign[:, rows]
            self.feet.update_feet(left, right, self._covariance)
            self.differences.update_differences(left, right, self.feet.correlation)

    @property
    def together(self) -> Floats:
        """(k,) correlation of the two feet's medians; 0 for standard deviations over many strides, of which a run has
        too few to tell."""
        return np.where(SD_OVER_STRIDES > 0, 0.0, self.feet.correlation)

    @property
    def _covariance(self) -> Floats:
        """(k,) of the two feet's medians: what the variance of their difference leaves of that of either."""
        apart = (1.0 - self.feet.correlation) * design_effect(self.differences.correlation)
        return design_effect(self.strides.correlation) - apart

    def errors(self, foot: Foot, medians: Medians, neighbours: SignCorrelation) -> Errors:
        """Of one foot's medians, where neighbouring strides are correlated so."""
        size = effective_sample_size(medians.count, design_effect(neighbours.correlation))
        standard, freedom = self._shapes[foot].ratio * medians.standard_error(size), size - 1.0
        for row in np.flatnonzero(SD_OVER_STRIDES):
            relative = relative_error_of_sd(medians.count[row : row + 1], int(SD_OVER_STRIDES[row]))
            standard[row], freedom[row] = medians.median[row] * relative[0], np.inf
        return Errors(standard, freedom)
