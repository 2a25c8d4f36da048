"""Temporal parameters of strides: contacts, stride time, and whether it is run or walked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surefoot.analysis.gait.event_detection import FAST_STRIDES, SLOW_STRIDES, terminal_contact
from surefoot.analysis.gait.resampling import UniformSamples
from surefoot.analysis.model import Bools, Floats, Ints
from surefoot.analysis.parameters import DEFAULTS, Parameters

DUTY_FACTOR_SCALE, STRIDE_TIME_SCALE_S = 0.06, 0.12
"""Walking becomes running where both feet are in the air at times (duty factor 0.5) and near a stride time of 0.9 s.
Contact may be off by 20 ms, so both count, each on the scale over which the gaits blend; without contact the stride
time decides."""


@dataclass(frozen=True, slots=True)
class TemporalParameters:
    """Times of n strides.

    Parameters
    ----------
    initial_contact_s, next_initial_contact_s : (n,) always given.
    stride_time_s, terminal_contact_s, push_off_rate_radps : (n,) NaN where unknown.
    initial_valid : (n,) whether the readings around the initial contact are whole.
    running : (n,)
    """

    initial_contact_s: Floats
    next_initial_contact_s: Floats
    stride_time_s: Floats
    terminal_contact_s: Floats
    push_off_rate_radps: Floats
    initial_valid: Bools
    running: Bools

    @property
    def contact_time_s(self) -> Floats:
        """(n,) time on the ground."""
        return self.terminal_contact_s - self.initial_contact_s


def temporal_parameters(
    grid: UniformSamples,
    landing: Ints,
    length: Ints,
    axes: Floats,
    contacts_s: Floats,
    stride_time_s: Floats,
    initial_valid: Bools,
    has_terminal_contact: Bools,
    parameters: Parameters = DEFAULTS,
) -> TemporalParameters:
    """Temporal parameters of strides `length` cells long that begin with the landings (n,).

    Parameters
    ----------
    axes : (3, n) pitch axes.
    contacts_s : (2, n) initial contacts that begin and end each stride.
    stride_time_s : (n,) NaN where unknown.
    initial_valid : (n,) whether the readings around the first of the contacts are whole.
    has_terminal_contact : (n,) False where terminal contact cannot be measured.
    """
    terminal_contact_s, push_off, lift_valid = _terminal_contacts(grid, landing, length, axes)
    length_s = np.where(np.isfinite(stride_time_s), stride_time_s, contacts_s[1] - contacts_s[0])
    contact_time_s = terminal_contact_s - contacts_s[0]
    known = lift_valid & initial_valid & has_terminal_contact
    unknown_duty = np.full(len(length_s), parameters.transition_duty_factor)
    running = _running(np.where(known, contact_time_s / length_s, unknown_duty), length_s, parameters)
    known &= _plausible(contact_time_s, length_s, running, parameters)
    running = np.where(known, running, _running(unknown_duty, length_s, parameters))
    return TemporalParameters(
        contacts_s[0],
        contacts_s[1],
        stride_time_s,
        np.where(known, terminal_contact_s, np.nan),
        np.where(known, push_off, np.nan),
        initial_valid,
        running,
    )


def _terminal_contacts(grid: UniformSamples, landing: Ints, length: Ints, axes: Floats) -> tuple[Floats, Floats, Bools]:
    """(n,) terminal contacts, push-off rates (rad/s) and whether they are known; fast and slow strides apart."""
    time_s, peak = np.full((2, len(landing)), np.nan)
    whole = np.zeros(len(landing), bool)
    fast = length <= FAST_STRIDES.max_cells
    for stride_class, rows in ((FAST_STRIDES, np.flatnonzero(fast)), (SLOW_STRIDES, np.flatnonzero(~fast))):
        if len(rows):
            offset, peak[rows], whole[rows] = terminal_contact(
                grid, landing[rows], length[rows], axes[:, rows], stride_class
            )
            time_s[rows] = time_at(grid, landing[rows], offset)
    return time_s, peak, whole


def time_at(grid: UniformSamples, cell: Ints, offset: Floats) -> Floats:
    """Session times a fractional number of cells `offset` after the given cells."""
    whole = np.floor(offset)
    before = np.clip(cell + whole.astype(np.int64), 0, len(grid) - 2)
    start_s = grid.time_s[before]
    return start_s + (offset - whole) * (grid.time_s[before + 1] - start_s)


def _running(duty: Floats, stride_time_s: Floats, parameters: Parameters) -> Bools:
    """Whether duty factor and stride time together lie on running's side of the transition."""
    return (duty - parameters.transition_duty_factor) / DUTY_FACTOR_SCALE + (
        stride_time_s - parameters.transition_stride_time_s
    ) / STRIDE_TIME_SCALE_S < 0.0


def _plausible(contact_time_s: Floats, stride_time_s: Floats, running: Bools, parameters: Parameters) -> Bools:
    """Whether the contacts are as long as contacts are in gait."""
    in_run = (contact_time_s >= parameters.min_run_contact_s) & (contact_time_s <= parameters.max_run_contact_s)
    quick = stride_time_s < parameters.quick_stride_time_s
    max_duty_factor = np.where(quick, parameters.max_quick_duty_factor, parameters.max_duty_factor)
    return (contact_time_s <= max_duty_factor * stride_time_s) & (in_run | ~running)
