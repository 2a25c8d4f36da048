"""Findings in a runner's words."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.drift.trend import INTERVAL
from analysis.drift.watched import WATCHED
from analysis.findings import Kind
from analysis.model import Floats, Foot


@dataclass(frozen=True, slots=True)
class Account:
    """What is to be told.

    Parameters
    ----------
    metrics, lead : rows of the watched metrics that have moved, and the clearest of them.
    change_pct, error_pct, common_pct : (metrics,) as in `trend.Shift`.
    since_s, roll_s : from the start of the recording.
    """

    kind: Kind
    foot: Foot
    metrics: tuple[int, ...]
    lead: int
    change_pct: Floats
    error_pct: Floats
    common_pct: Floats
    since_s: float
    roll_s: float | None = None
    over: bool = False

    def change(self, metric: int) -> float:
        """Of the asymmetry, positive where the right has gained."""
        return float(self.change_pct[metric])


def message(account: Account) -> str:
    """One or two plain sentences: who, what, how much, since when, and what it is not."""
    if account.over:
        return f"The change that began {_when(account.since_s)} has gone: left and right compare as before."
    return f"{_what(account)} {_caveat(account)}"


def wrong_if(account: Account) -> tuple[str, ...]:
    """What else would look the same."""
    causes = ["the road has tilted to one side since then", "all turns go the same way"]
    if any(WATCHED[k].placed for k in account.metrics):
        causes.append("a pod has slipped on its shoe")
    if account.kind is Kind.ASYMMETRY_SPIKE:
        causes.append("you changed something on purpose, such as a lace or the side of the road")
    return tuple(causes)


def _what(account: Account) -> str:
    foot, other = account.foot, account.foot.other
    amounts = " and ".join(_amount(account, k) for k in account.metrics)
    when = _when(account.since_s)
    if account.kind is Kind.OFFLOADING:
        return f"Since {when} you have been taking load off your {foot} foot: compared with the {other}, it {amounts}."
    if account.kind is Kind.ASYMMETRY_SPIKE:
        after = "" if account.roll_s is None else f", after the ankle roll {_when(account.roll_s, at='at')}"
        at = _when(account.since_s, at="at")
        return f"From one minute to the next, {at}{after}, your {foot} foot {amounts} than the {other}."
    return f"Since {when} your {foot} foot {amounts} compared with the {other}."


def _amount(account: Account, metric: int) -> str:
    change = account.change(metric)
    more = (change > 0.0) == (account.foot is Foot.RIGHT)
    watched = WATCHED[metric]
    half = INTERVAL * float(account.error_pct[metric])
    return f"{watched.more if more else watched.less} ({abs(change):.1f} ± {half:.1f} %)"


def _when(since_s: float, at: str = "") -> str:
    minutes = since_s / 60.0
    return f"{at} minute {minutes:.0f}".strip() if minutes >= 1.0 else f"{at} the start".strip()


def _caveat(account: Account) -> str:
    if account.kind is Kind.FRONTAL_INSTABILITY:
        return "It is a change from your own first minutes, not a sign of injury by itself."
    return "It is a change from your own first minutes, not an injury; a tilted road looks the same."
