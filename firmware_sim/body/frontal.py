"""Inversion and veer of the foot over a stride: inverted landing, eversion, re-inversion, swing.

The curves are those of a rearfoot runner's shoe markers at 4.1 m/s, where left and right agree within 2–4°; a second
runner's gyroscope at 2–3.3 m/s shows the same pattern, its size in proportion to speed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surefoot.analysis.model import Floats
from surefoot.firmware_sim.body.contacts import FootContacts
from surefoot.firmware_sim.body.monotone_spline import monotone_nodes
from surefoot.firmware_sim.body.pose import quintic_hermite
from surefoot.firmware_sim.body.stride_variation import StrideVariation

REFERENCE_SPEED_MPS, MAX_SPEED_MPS = 4.1, 4.5
"""Speed of the recording below; amplitudes grow in proportion to speed up to `MAX_SPEED_MPS`."""
STANDING_STEP_S = 0.45
"""A stand begins and ends like a step with this contact time."""
EARLY_STANCE_AT = np.array([0.0, 0.08, 0.17, 0.25, 0.33, 0.42, 0.5])
EVERSION_REMAINING = np.array([1.0, 0.77, 0.44, 0.13, 0.03, 0.0, 0.0])
"""Fraction of the eversion excursion still to come, at these fractions of contact after initial contact."""
LATE_STANCE_AT = np.array([0.45, 0.33, 0.25, 0.08, 0.0])
LATE_STANCE_INVERSION_DEG = np.array([0.0, 1.9, 3.3, 6.0, 10.6])
"""Inversion relative to the most everted posture, at these fractions of contact before terminal contact."""
SWING_AT = np.array([0.04, 0.12, 0.22, 0.34, 0.41, 0.47, 0.53, 0.62, 0.69, 0.75, 0.84, 0.92])
SWING_INVERSION_DEG = np.array([13.7, 12.4, 14.0, 12.0, 7.8, 2.0, 0.0, 1.7, 2.6, 4.8, 0.0, 0.0])
PRE_LANDING_INVERSION = np.array([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.82, 1.1])
"""Inversion in swing at these fractions of it; towards landing also as a fraction of the next stance's excursion."""
VEER_AT = np.array([0.0, 0.06, 0.13, 0.19, 0.25, 0.31, 0.375, 0.44, 0.53, 0.61, 0.69, 0.75, 0.81, 0.92])
VEER_DEG = np.array([0.0, 0.8, -0.8, -0.6, 3.3, 9.4, 12.9, 10.6, 3.6, 1.5, 3.2, 4.9, 1.6, -4.2])
"""Outward veer in swing, at these fractions of it."""
VEER_SETTLED_AT = 0.14
"""Fraction of contact after which the veer is zero."""


@dataclass(frozen=True, slots=True)
class AngleCurve:
    """An angle over all strides but the last: monotone spline with continuous second derivative.

    Parameters
    ----------
    knot_s, value_rad : (m,)
    """

    knot_s: Floats
    value_rad: Floats

    def at(self, time_s: Floats) -> Floats:
        """Angle with two derivatives in the last axis, (..., 3)."""
        nodes = monotone_nodes(self.knot_s, self.value_rad[:, None])
        return quintic_hermite(self.knot_s, nodes, time_s.ravel()).reshape(*time_s.shape, 3)


def inversion_curve(contacts: FootContacts, variation: StrideVariation) -> AngleCurve:
    """Inversion angle over all strides but the last."""
    size = np.radians(_speed_scale(contacts))[:, None]
    everted, rolled_in = (variation.inversion_rad - variation.eversion_rad)[:, None], variation.eversion_rad[:, None]
    swing_s = (contacts.initial_s[1:] - contacts.terminal_s[:-1])[:, None]
    contact_s = _contact_s(contacts)
    knot_s = [
        contacts.initial_s[:-1, None] + contact_s * EARLY_STANCE_AT,
        contacts.terminal_s[:-1, None] - contact_s * LATE_STANCE_AT,
        contacts.terminal_s[:-1, None] + swing_s * SWING_AT,
    ]
    fraction = SWING_AT
    value = [
        everted[:-1] + rolled_in[:-1] * EVERSION_REMAINING,
        everted[:-1] + size * LATE_STANCE_INVERSION_DEG,
        everted[:-1] * (1 - fraction)
        + everted[1:] * fraction
        + size * SWING_INVERSION_DEG
        + rolled_in[1:] * PRE_LANDING_INVERSION,
    ]
    last_s, last = contacts.initial_s[-1:], variation.inversion_rad[-1:]
    return AngleCurve(_interleave_rows(knot_s, last_s), _interleave_rows(value, last))


def veer_curve(contacts: FootContacts) -> AngleCurve:
    """Veer (second yaw, after the pitch), outward positive; zero while the foot is flat."""
    lifted_s, next_s = contacts.terminal_s[:-1, None], contacts.initial_s[1:, None]
    settled_s = contacts.initial_s[:-1, None] + VEER_SETTLED_AT * _contact_s(contacts)
    turned = np.radians(_speed_scale(contacts))[:, None] * VEER_DEG
    return AngleCurve(
        _interleave_rows([settled_s, lifted_s + (next_s - lifted_s) * VEER_AT], contacts.initial_s[-1:] + 0.03),
        _interleave_rows([np.zeros_like(settled_s), turned], np.zeros(1)),
    )


def _contact_s(contacts: FootContacts) -> Floats:
    """Contact time, `STANDING_STEP_S` for a stand, (r - 1, 1)."""
    return np.where(contacts.moving, contacts.terminal_s - contacts.initial_s, STANDING_STEP_S)[:-1, None]


def _speed_scale(contacts: FootContacts) -> Floats:
    """Amplitude relative to the reference recording, (r - 1,)."""
    return np.minimum(contacts.speed_mps[:-1], MAX_SPEED_MPS) / REFERENCE_SPEED_MPS


def _interleave_rows(parts: list[Floats], last: Floats) -> Floats:
    return np.concatenate([np.concatenate(parts, axis=1).ravel(), last])
