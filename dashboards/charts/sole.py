"""Drawing of a sole: landing place, path of the roll-over and push-off, from the pod's angles."""

from __future__ import annotations

import math

from surefoot.analysis.metrics import IMPACT, PUSH_OFF
from surefoot.analysis.model import Foot
from surefoot.dashboards.html import Markup, element
from surefoot.dashboards.live_snapshot import LiveSnapshot

WIDTH, HEIGHT = 130.0, 270.0
SOLE = (
    "M58 12C78 6 96 22 98 52C100 76 92 96 90 122C88 146 94 172 92 204C90 236 78 258 60 258C42 258 32 238 34 208"
    "C36 180 42 160 38 132C34 106 22 92 24 62C26 34 40 17 58 12Z"
)
"""Outline of a right foot from above, toes up; its inner edge is on the left."""
CENTRE_X = 62.0
HEEL_Y, BALL_Y, TOE_Y = 226.0, 78.0, 36.0
HEEL_DEG, TOE_DEG = 20.0, -10.0
"""Foot strike angles drawn as landing at `HEEL_Y` and at `BALL_Y`."""
PX_PER_DEG = 1.3
MAX_LATERAL_PX = 16.0
IMPACT_G = (4.0, 12.0)
"""Impacts drawn as the smallest and the largest spot."""
PUSH_OFF_DPS = (350.0, 800.0)


def sole_drawing(snapshot: LiveSnapshot, foot: Foot) -> Markup:
    """Median of a foot's recent strides; the left foot is mirrored."""
    strike = snapshot.median_value(foot, "foot_strike_angle_deg")
    if strike is None:
        return _drawing(foot, "no data", element("path", d=SOLE, class_="sole"))
    landing = CENTRE_X + _lateral_px(snapshot.median_value(foot, "inversion_at_contact_deg")), _landing_y(strike)
    middle = (
        landing[0] - 1.4 * _lateral_px(snapshot.median_value(foot, "eversion_excursion_deg")),
        0.5 * (landing[1] + BALL_Y) + 12.0,
    )
    impact = _fraction(snapshot.median_value(foot, IMPACT), IMPACT_G)
    push = _fraction(snapshot.median_value(foot, PUSH_OFF), PUSH_OFF_DPS)
    ball, toe = f"{CENTRE_X - 8.0:.1f} {BALL_Y:.1f}", f"{CENTRE_X - 6.0:.1f} {TOE_Y:.1f}"
    path = f"M{landing[0]:.1f} {landing[1]:.1f}Q{middle[0]:.1f} {middle[1]:.1f} {ball}T{toe}"
    return _drawing(
        foot,
        f"lands with {snapshot.median_text(foot, 'foot_strike_angle_deg')} toes up, rolls in by "
        f"{snapshot.median_text(foot, 'eversion_excursion_deg')}",
        element("path", d=SOLE, class_="sole"),
        element("circle", cx=landing[0], cy=landing[1], r=10.0 + 16.0 * impact, class_=f"load {foot}"),
        element("ellipse", cx=CENTRE_X - 8.0, cy=BALL_Y - 8.0, rx=12.0 + 16.0 * push, ry=9.0 + 9.0 * push,
                class_=f"load {foot}"),
        element("path", d=path, class_=f"way {foot}"),
        element("circle", cx=landing[0], cy=landing[1], r=4.5, class_=f"dot {foot}"),
    )  # fmt: skip


def _drawing(foot: Foot, label: str, *parts: Markup) -> Markup:
    inner = element("g", *parts, transform=None if foot is Foot.RIGHT else f"translate({WIDTH:g} 0) scale(-1 1)")
    return element(
        "svg", inner, viewBox=f"0 0 {WIDTH:g} {HEIGHT:g}", role="img", aria_label=f"{foot} foot: {label}", class_="foot"
    )


def _landing_y(strike_deg: float) -> float:
    share = min(max((HEEL_DEG - strike_deg) / (HEEL_DEG - TOE_DEG), 0.0), 1.0)
    return HEEL_Y + share * (BALL_Y - HEEL_Y)


def _lateral_px(angle_deg: float | None) -> float:
    """Sideways shift in px, positive outward on a right foot, limited to `MAX_LATERAL_PX`."""
    shift = PX_PER_DEG * (angle_deg or 0.0)
    return math.copysign(min(abs(shift), MAX_LATERAL_PX), shift)


def _fraction(value: float | None, limits: tuple[float, float]) -> float:
    if value is None:
        return 0.0
    return min(max((value - limits[0]) / (limits[1] - limits[0]), 0.0), 1.0)
