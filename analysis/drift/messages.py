"""Accounts in a runner's words, and the evidence behind them as data."""

from __future__ import annotations

from math import isnan

from surefoot.analysis.drift.camber import LEAST_TILT_DEG
from surefoot.analysis.drift.change import Account
from surefoot.analysis.drift.ewma import INTERVAL, Trend
from surefoot.analysis.drift.monitored_metrics import ASYMMETRY, KEYS, WATCHED
from surefoot.analysis.findings import Evidence, Kind
from surefoot.analysis.model import Foot


def message(account: Account) -> str:
    """One or two plain sentences: who, what, how much, since when, and what it is not."""
    if account.over:
        return f"The change that began {_when(account.since_s)} has gone: left and right compare as before."
    return f"{_what(account)} {_caveat(account)}"


def wrong_if(account: Account) -> tuple[str, ...]:
    """What else would look the same."""
    causes = ["all turns go the same way"]
    if isnan(_road_deg(account)):
        causes.insert(0, "the road has tilted to one side since then")
    elif abs(_road_deg(account)) >= LEAST_TILT_DEG:
        causes.insert(0, "the road's tilt does more than is allowed for")
    if any(WATCHED[k].placed for k in account.rows):
        causes.append("a pod has slipped on its shoe")
    if account.kind is Kind.ASYMMETRY_SPIKE:
        causes.append("you changed something on purpose, such as a lace or the side of the road")
    return tuple(causes)


def evidence_of(account: Account, trend: Trend) -> Evidence:
    """What the sentence rests on, for a plot and for someone who doubts it."""
    lead, against, moved = account.lead, account.against, account.moved
    time_s, away_pct = trend.course(lead)
    usual_pct = float(against.rows[lead, ASYMMETRY])
    band_pct = 2.0 * float(trend.slopes.scatter_pct[lead])
    half_pct = INTERVAL * float(moved.error_pct[lead])
    common_pct = float(moved.common_pct[lead])
    return {
        "metric": KEYS[lead],
        "metrics": [KEYS[k] for k in account.rows],
        "changes_pct": [float(moved.change_pct[k]) for k in account.rows],
        "change_low_pct": account.value_pct - half_pct,
        "change_high_pct": account.value_pct + half_pct,
        "left_change_pct": common_pct - 0.5 * account.value_pct,
        "right_change_pct": common_pct + 0.5 * account.value_pct,
        "compared_with": _usual(account),
        "baseline_start_s": against.start_s,
        "baseline_end_s": against.end_s,
        "baseline_strides": against.strides,
        "baseline_asymmetry_pct": usual_pct,
        "times_s": time_s.tolist(),
        "asymmetry_pct": (float(trend.baseline.rows[lead, ASYMMETRY]) + away_pct).tolist(),
        "band_low_pct": usual_pct - band_pct,
        "band_high_pct": usual_pct + band_pct,
        "road_tilt_deg": _road_deg(account),
        "after_roll_s": account.roll_s,
        "wrong_if": list(wrong_if(account)),
    }


def _what(account: Account) -> str:
    foot, other = account.foot, account.foot.other
    amounts = " and ".join(_amount(account, k) for k in account.rows)
    when = _when(account.since_s)
    if account.kind is Kind.OFFLOADING:
        return f"Since {when} you have been taking load off your {foot} foot: compared with the {other}, it {amounts}."
    if account.kind is Kind.ASYMMETRY_SPIKE:
        after = "" if account.roll_s is None else f", after the ankle roll {_when(account.roll_s, at='at')}"
        at = _when(account.since_s, at="at")
        return f"From one minute to the next, {at}{after}, your {foot} foot {amounts} than the {other}."
    return f"Since {when} your {foot} foot {amounts} compared with the {other}."


def _amount(account: Account, metric: int) -> str:
    change_pct = float(account.moved.change_pct[metric])
    more = (change_pct > 0.0) == (account.foot is Foot.RIGHT)
    watched = WATCHED[metric]
    half_pct = INTERVAL * float(account.moved.error_pct[metric])
    return f"{watched.more if more else watched.less} ({abs(change_pct):.1f} ± {half_pct:.1f} %)"


def _when(since_s: float, at: str = "") -> str:
    minutes = since_s / 60.0
    return f"{at} minute {minutes:.0f}".strip() if minutes >= 1.0 else f"{at} the start".strip()


def _usual(account: Account) -> str:
    if account.sudden:
        return "the minutes just before"
    return "your earlier runs" if isnan(account.against.start_s) else "your own first minutes"


def _caveat(account: Account) -> str:
    change = f"It is a change from {_usual(account)}"
    if account.kind is Kind.FRONTAL_INSTABILITY:
        return f"{change}, not a sign of injury by itself."
    return f"{change}, not an injury; {_road(_road_deg(account))}."


def _road(tilt_deg: float) -> str:
    if isnan(tilt_deg):
        return "a tilted road looks the same"
    if abs(tilt_deg) < LEAST_TILT_DEG:
        return "the road under you has not tilted"
    return f"the road has tilted by {abs(tilt_deg):.1f}°, and what that may do is allowed for"


def _road_deg(account: Account) -> float:
    """NaN where the feet do not show it."""
    return float(account.moved.road_deg[account.lead])
