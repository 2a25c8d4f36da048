"""Messages about changes, and the evidence behind them."""

from __future__ import annotations

from math import isnan

from surefoot.analysis.drift.camber import MIN_CAMBER_CHANGE_DEG
from surefoot.analysis.drift.change import Change
from surefoot.analysis.drift.ewma import CI95_Z, EwmaChart
from surefoot.analysis.drift.monitored_metrics import ASYMMETRY, MONITORED, MONITORED_KEYS
from surefoot.analysis.drift.reference_band import band_around
from surefoot.analysis.findings import Evidence, Kind
from surefoot.analysis.model import Foot

MIN_INCLINATION_PCT = 1.0
"""A treadmill that is so much steeper or flatter is named as a cause. It is not taken out of the change: what one step
of the slope does is known too badly, and false alarms from it were more than those that it spared."""


def message(change: Change) -> str:
    """Plain sentences. The first is the verdict, whose number leads everywhere: who, what, by how much, and whether it
    still grows; the others say since when, and what it is not."""
    if change.over:
        return f"The change since {_at(change.since_s)} has gone: left and right compare as before."
    began = "" if change.sudden else f" It began about {_at(change.since_s)}."
    return f"{_verdict(change)}.{began} {_caveat(change)}"


def wrong_if(change: Change) -> tuple[str, ...]:
    """Other causes that would look the same."""
    causes = ["the route only turns one way"]
    if isnan(_camber_deg(change)):
        causes.insert(0, "the road has sloped to one side since then")
    elif abs(_camber_deg(change)) >= MIN_CAMBER_CHANGE_DEG:
        causes.insert(0, "the slope of the road has more effect than was allowed for")
    if abs(_inclination_pct(change)) >= MIN_INCLINATION_PCT:
        causes.insert(0, f"{_inclination_clause(change)}, and that moves the balance")
    if any(MONITORED[k].position_dependent for k in change.indices):
        causes.append("a pod has slipped on its shoe")
    if change.kind is Kind.ASYMMETRY_SPIKE:
        causes.append("something was changed on purpose, such as a lace or the side of the road")
    return tuple(causes)


def change_evidence(change: Change, chart: EwmaChart) -> Evidence:
    """The numbers behind the message, for a plot and for checking."""
    lead, reference, estimate = change.lead, change.reference, change.estimate
    time_s, deviation_pct = chart.history(lead)
    reference_pct = float(reference.rows[lead, ASYMMETRY])
    band = band_around(reference_pct, lead, chart.parameters)
    half_pct = CI95_Z * float(estimate.error_pct[lead])
    common_pct = float(estimate.common_pct[lead])
    return {
        "metric": MONITORED_KEYS[lead],
        "metrics": [MONITORED_KEYS[k] for k in change.indices],
        "trend": str(change.trend),
        "changes_pct": [float(estimate.change_pct[k]) for k in change.indices],
        "change_low_pct": change.value_pct - half_pct,
        "change_high_pct": change.value_pct + half_pct,
        "left_change_pct": common_pct - 0.5 * change.value_pct,
        "right_change_pct": common_pct + 0.5 * change.value_pct,
        "compared_with": _reference_phrase(change),
        "baseline_start_s": reference.start_s,
        "baseline_end_s": reference.end_s,
        "baseline_strides": reference.strides,
        "baseline_asymmetry_pct": reference_pct,
        "times_s": time_s.tolist(),
        "asymmetry_pct": (float(chart.baseline.rows[lead, ASYMMETRY]) + deviation_pct).tolist(),
        "band_low_pct": band.low,
        "band_high_pct": band.high,
        "road_tilt_deg": _camber_deg(change),
        "after_roll_s": change.event_s,
        "wrong_if": list(wrong_if(change)),
        **({} if isnan(steeper_pct := _inclination_pct(change)) else {"inclination_change_pct": steeper_pct}),
    }


def _verdict(change: Change) -> str:
    foot, other = change.foot, change.foot.other
    amounts = " and ".join(_amount(change, k) for k in change.indices)
    now = "at the end" if change.at_end else "now"
    compared = f"than in {_reference_phrase(change)}"
    trend = f", {change.trend}" if change.trend else ""
    if change.sudden:
        after = "" if change.event_s is None else f", after the ankle roll at {_at(change.event_s)}"
        return (
            f"Left against right changed at once at {_at(change.since_s)}{after}: {now} the {foot} foot {amounts} "
            f"{compared}, against the {other}{trend}"
        )
    spared = ": load is taken off it" if change.kind is Kind.OFFLOADING else ""
    return f"{now.capitalize()} the {foot} foot {amounts} {compared}, against the {other}{trend}{spared}"


def _amount(change: Change, metric: int) -> str:
    change_pct = float(change.estimate.change_pct[metric])
    more = (change_pct > 0.0) == (change.foot is Foot.RIGHT)
    monitored = MONITORED[metric]
    half_pct = CI95_Z * float(change.estimate.error_pct[metric])
    return (monitored.more if more else monitored.less).format(f"{abs(change_pct):.1f} ± {half_pct:.1f} %")


def _at(since_s: float) -> str:
    """Minutes and seconds of the run."""
    minutes, seconds = divmod(round(max(since_s, 0.0)), 60)
    return f"{minutes}:{seconds:02d}"


def _reference_phrase(change: Change) -> str:
    if change.sudden:
        return "the minutes just before"
    return "the earlier runs" if isnan(change.reference.start_s) else "the first minutes"


def _caveat(change: Change) -> str:
    if change.kind is Kind.FRONTAL_INSTABILITY:
        return "A change is not a sign of injury by itself."
    if abs(_inclination_pct(change)) >= MIN_INCLINATION_PCT:
        return f"A change is not an injury; {_inclination_clause(change)}, which may be why."
    return f"A change is not an injury; {_camber_clause(_camber_deg(change))}."


def _inclination_clause(change: Change) -> str:
    word = "steeper" if _inclination_pct(change) > 0.0 else "flatter"
    return f"the treadmill is {abs(_inclination_pct(change)):.1f} % {word} than in {_reference_phrase(change)}"


def _inclination_pct(change: Change) -> float:
    """NaN where no treadmill told it."""
    return float(change.estimate.inclination_pct[change.lead])


def _camber_clause(camber_deg: float) -> str:
    if isnan(camber_deg):
        return "a road that slopes to one side would look the same"
    if abs(camber_deg) < MIN_CAMBER_CHANGE_DEG:
        return "the sideways slope of the road has not changed"
    return f"the sideways slope of the road has changed by {abs(camber_deg):.1f}°, which was allowed for"


def _camber_deg(change: Change) -> float:
    """NaN where the feet do not show it."""
    return float(change.estimate.camber_deg[change.lead])
