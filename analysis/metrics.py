"""The metric registry: key, unit, name, meaning and usual range of every metric, for tables, dashboards and the
report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from surefoot.analysis.model import Reason
from surefoot.analysis.parameters import DEFAULTS

STRIDE_TIME, CONTACT, PUSH_OFF, IMPACT, STANCE_TILT = (
    "stride_time_s", "ground_contact_time_s", "push_off_rate_dps", "impact_peak_30hz_g", "stance_tilt_deg",
)  # fmt: skip
"""Keys of the metrics that the analysis itself works on."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric of a stride.

    Parameters
    ----------
    key : name in every table and message; ends in the unit.
    unit : symbol for people; `scale` converts the stored value to it.
    description : one sentence in a runner's words.
    definition : one sentence on how it is computed.
    typical_run, typical_walk : range (in the stored unit) in which most healthy adults lie, with its source.
    compared : whether left and right are compared in percent, which makes no sense where a value may cross zero.
    scale_error : standard uncertainty, as a share of the value, of what all strides of a pod have in common, as the
        scale of its accelerometer. It is part of the interval of a foot's value, and cancels where the pod is compared
        with itself.
    level_error : the same for what a pod's frame adds to all strides of a window, in the stored unit.
    needs_equal : in what the two pods must read alike for left and right to be compared.
    of_both_feet : whether it runs from an event of this foot to one of the other, so that an offset between the two
        feet's clocks is part of it: added on one foot, taken away on the other.
    sd_over_strides : of so many strides it is the standard deviation; 0 where it is of a single one.
    """

    key: str
    label: str
    unit: str
    scale: float
    decimals: int
    description: str
    definition: str
    typical_run: tuple[float, float] | None
    typical_walk: tuple[float, float] | None
    source: str
    compared: bool = True
    scale_error: float = 0.0
    needs_equal: frozenset[Reason] = frozenset()
    level_error: float = 0.0
    of_both_feet: bool = False
    sd_over_strides: int = 0


_TIMING, _WAY, _SHAPE, _JOLT = (
    frozenset({Reason.SLOW_RATE, Reason.VERY_SELDOM}),
    frozenset({Reason.SLOW_RATE, Reason.SELDOM, Reason.PLACE}),
    frozenset({Reason.RATE, Reason.SELDOM, Reason.PLACE}),
    frozenset({Reason.RATE, Reason.SELDOM, Reason.RANGE, Reason.PLACE}),
)
_NOVACHECK = "Novacheck 1998, The biomechanics of running"
_PERRY = "Perry and Burnfield 2010, Gait Analysis"
_ALTMAN = "Altman and Davis 2012, Gait Posture 35:298"
_DISTANCE_SCALE_ERROR = 0.04
"""Of five set-ups, -0.3 (optical), -1, -3, +3 and -6 % at all speeds alike: RMS 3.2 %, times 2.6 for so few."""
_FRAME_ERROR_DEG = 0.22
"""How far the foot's axes roll from window to window on simulated runners, whose pods do not move."""
_FRAME_RATE_ERROR_DPS = 0.3
"""What of the pitch rate such axes take for roll: 0.22° of the 75 °/s at which the standing foot pitches."""
_SHOE = "treadmill recordings of one runner and simulated runners; depends on shoe and pod"

_METRICS = (
    Metric(
        STRIDE_TIME, "Stride time", "s", 1.0, 3,
        "How long one full cycle of the same foot takes.",
        "Landing to the next landing of the same foot, from the shift that brings the one's readings onto the other's.",
        (0.60, 0.80), (0.95, 1.25), _NOVACHECK,
    ),
    Metric(
        "step_time_s", "Step time", "ms", 1000.0, 0,
        "How long it takes from this foot landing to the other foot landing.",
        "Initial contact to the next initial contact of the other foot.",
        (0.30, 0.40), (0.47, 0.63), _NOVACHECK, of_both_feet=True,
    ),
    Metric(
        CONTACT, "Ground contact", "ms", 1000.0, 0,
        "How long the foot stays on the ground in one step; it shortens as you run faster.",
        "Initial contact to terminal contact, where the foot bears more than about 50 N.",
        (0.18, 0.32), (0.57, 0.80), _NOVACHECK, needs_equal=_TIMING,
    ),
    Metric(
        "swing_time_s", "Swing", "ms", 1000.0, 0,
        "How long the foot is off the ground in one stride.",
        "Terminal contact to the next initial contact of the same foot.",
        (0.38, 0.55), (0.36, 0.48), _NOVACHECK, needs_equal=_TIMING,
    ),
    Metric(
        "flight_time_s", "Flight", "ms", 1000.0, 0,
        "How long both feet are in the air after this foot leaves the ground; below zero both are on it.",
        "Terminal contact to the next initial contact of the other foot, negative in double support.",
        (0.03, 0.16), (-0.16, -0.08), _NOVACHECK, compared=False, needs_equal=_TIMING, of_both_feet=True,
    ),
    Metric(
        "duty_factor", "Duty factor", "%", 100.0, 1,
        "The share of the stride that the foot is on the ground; running is below a half.",
        "Ground contact time divided by stride time.",
        (0.25, 0.45), (0.58, 0.66), _PERRY, needs_equal=_TIMING,
    ),
    Metric(
        "stride_length_m", "Stride length", "m", 1.0, 2,
        "How far the foot travels in one stride.",
        "Level distance from mid-stance to the next mid-stance of the same foot.",
        (1.5, 3.2), (1.1, 1.6), _NOVACHECK, scale_error=_DISTANCE_SCALE_ERROR,
    ),
    Metric(
        "speed_mps", "Speed", "m/s", 1.0, 2,
        "How fast you go, by this foot alone.",
        "Stride length divided by stride time.",
        (2.2, 4.5), (1.1, 1.6), _NOVACHECK, compared=False, scale_error=_DISTANCE_SCALE_ERROR,
    ),
    Metric(
        "clearance_m", "Foot lift", "cm", 100.0, 0,
        "How high the pod is lifted in the swing.",
        "Greatest height of the pod above the line between its places at two mid-stances.",
        (0.15, 0.50), (0.06, 0.25), _SHOE, needs_equal=_WAY,
    ),
    Metric(
        "foot_strike_angle_deg", "Foot strike angle", "°", 1.0, 1,
        "How far the toes point up when the foot lands; below zero the forefoot lands first.",
        "Toes-up angle at initial contact against the flat foot of the same stance.",
        (-10.0, 25.0), (10.0, 30.0), _ALTMAN, compared=False,
    ),
    Metric(
        "strike_rearfoot_probability", "Heel strikes", "%", 100.0, 0,
        "How surely the heel came down first.",
        "Probability that the foot strike angle is above 8.0°, given an error of 3° in one stride.",
        None, None, _ALTMAN, compared=False,
    ),
    Metric(
        "inversion_at_contact_deg", "Inversion at landing", "°", 1.0, 1,
        "How far the sole faces inward when the foot lands.",
        "Frontal angle at initial contact against the runner's own flat foot; inversion is positive.",
        (0.0, 15.0), (0.0, 8.0), _NOVACHECK, compared=False, level_error=_FRAME_ERROR_DEG,
    ),
    Metric(
        STANCE_TILT, "Standing tilt", "°", 1.0, 1,
        "How far the standing foot leans outward against the first strides; on a tilted road the other leans inward.",
        "Frontal angle at mid-stance against the first ten strides with the pod in its place; inversion is positive.",
        (-5.0, 5.0), (-5.0, 5.0), _SHOE, compared=False,
    ),
    Metric(
        "peak_inversion_deg", "Most inversion", "°", 1.0, 1,
        "How far the sole faces inward at most while you stand on it.",
        "Greatest frontal angle on the ground within 0.2 s of initial contact, against the runner's own flat foot.",
        (0.0, 16.0), (0.0, 10.0), _NOVACHECK, compared=False, level_error=_FRAME_ERROR_DEG,
    ),
    Metric(
        "peak_inversion_velocity_dps", "Inversion speed", "°/s", 1.0, 0,
        "How fast the ankle rolls outward after landing.",
        "Greatest rate of the frontal angle towards inversion on the ground within 0.2 s of initial contact.",
        (20.0, 200.0), (-20.0, 100.0), _SHOE, compared=False, level_error=_FRAME_RATE_ERROR_DPS,
    ),
    Metric(
        "eversion_excursion_deg", "Rolling in", "°", 1.0, 1,
        "How far the foot rolls inward from landing to mid-stance; some of it is normal cushioning.",
        "Frontal angle at initial contact less its minimum in the first 60 % of the contact.",
        (4.0, 16.0), (2.0, 10.0), _NOVACHECK, compared=False,
    ),
    Metric(
        "peak_eversion_velocity_dps", "Rolling-in speed", "°/s", 1.0, 0,
        "How fast the foot rolls inward after landing.",
        "Greatest rate of the frontal angle towards eversion in the first 60 % of the contact.",
        (80.0, 350.0), (30.0, 150.0), _NOVACHECK, needs_equal=_SHAPE,
    ),
    Metric(
        "roll_variability_deg", "Landing wobble", "°", 1.0, 1,
        "How much the tilt of the landing foot differs from stride to stride; unstable ankles wobble more.",
        "Standard deviation of the inversion at landing over the last 12 strides.",
        (0.5, 4.0), (0.5, 4.0), _SHOE, needs_equal=_SHAPE, sd_over_strides=DEFAULTS.variability_strides,
    ),
    Metric(
        PUSH_OFF, "Push-off", "°/s", 1.0, 0,
        "How fast the heel comes up as you push off.",
        "Peak of the toes-down rate around terminal contact, low-passed at 15 Hz.",
        (350.0, 800.0), (200.0, 550.0), _SHOE,
    ),
    Metric(
        "impact_peak_g", "Impact peak", "g", 1.0, 1,
        "The hardest jolt at the shoe when the foot lands; a lower bound where the sensor was at its limit.",
        "Greatest length of the specific force within 50 ms of initial contact.",
        (5.0, 16.0), (2.0, 8.0), _SHOE, needs_equal=_JOLT,
    ),
    Metric(
        IMPACT, "Impact", "g", 1.0, 1,
        "The jolt of the landing without its ringing: the steady figure for comparing.",
        "The same after a low-pass at 30 Hz.",
        (4.0, 12.0), (2.0, 6.0), _SHOE, needs_equal=_JOLT,
    ),
    Metric(
        "impact_rate_gps", "Impact rate", "g/s", 1.0, 0,
        "How suddenly the jolt builds up.",
        "Steepest rise of the specific force's length below 30 Hz within 50 ms of initial contact.",
        (80.0, 600.0), (80.0, 300.0), _SHOE, needs_equal=_JOLT,
    ),
    Metric(
        "braking_peak_g", "Braking", "g", 1.0, 1,
        "How hard the landing foot is slowed down.",
        "Greatest backward part of the specific force below 30 Hz within 50 ms of initial contact.",
        (3.0, 12.0), (0.5, 5.0), _SHOE, needs_equal=_JOLT,
    ),
)  # fmt: skip

STRIDE_METRICS: Mapping[str, Metric] = MappingProxyType({metric.key: metric for metric in _METRICS})
"""Registry key → metric, in the order in which people read them."""

ACCELEROMETER, GYROSCOPE = "accelerometer", "gyroscope"
SCALES_WITH: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **dict.fromkeys((PUSH_OFF, "roll_variability_deg"), (GYROSCOPE,)),
        **dict.fromkeys(("impact_peak_g", IMPACT, "impact_rate_gps"), (ACCELEROMETER,)),
        **dict.fromkeys(
            (
                "stride_length_m", "speed_mps", "clearance_m", "foot_strike_angle_deg", "strike_rearfoot_probability",
                "inversion_at_contact_deg", STANCE_TILT, "peak_inversion_deg", "peak_inversion_velocity_dps",
                "eversion_excursion_deg", "peak_eversion_velocity_dps", "braking_peak_g",
            ),
            (ACCELEROMETER, GYROSCOPE),
        ),
    }
)  # fmt: skip
"""Registry key → the sensors whose scale the value depends on; of all other metrics, which are times, it is neither."""

CADENCE = Metric(
    "cadence_spm", "Cadence", "steps/min", 1.0, 1,
    "How many steps you take in a minute, both feet together.",
    "120 divided by the mean stride time in seconds.",
    (155.0, 190.0), (95.0, 125.0), _NOVACHECK, compared=False,
)  # fmt: skip
"""The only metric of both feet together."""
