"""Five easy minutes against a runner's own usual: as before, different, or not to be told, and what would be found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median

from surefoot.analysis.metrics import CONTACT, STRIDE_METRICS
from surefoot.analysis.model import Gait, Window
from surefoot.analysis.weeks.baselines import MAX_SPEED_RATIO, Balance, Baseline, Looked, Scatter, baseline, look
from surefoot.analysis.weeks.decision import Evenness
from surefoot.analysis.weeks.run_balance import COMPARED, balances, window_speed_mps
from surefoot.analysis.weeks.usual import NO_ANCHOR, Usual, UsualKind, scatters
from surefoot.analysis.weeks.words import percent

EASY_S = 300.0
MAX_GAP_S = 1.0
"""Half minutes that are farther apart are not in one go."""
MAX_UNSTEADINESS = 1.2
"""Fastest of the half minutes against the slowest."""
CONTACT_RESPONSE = 6.0 / 7.0
"""The simulator shows so much of a difference in contact; of real pods it is not known."""
SHIFTS_PCT = (3.0, 5.0, 8.0)


@dataclass(frozen=True, slots=True)
class Check:
    """Five easy minutes.

    Parameters
    ----------
    contact : what plans go by.
    beside : other metrics, where the pods sit as in the usual runs.
    power : change in percent → how often it would be found; empty where nothing can be compared.
    runs : how many healthy runs it was compared with.
    """

    contact: Looked
    beside: Mapping[str, Looked] = field(default_factory=dict)
    power: Mapping[float, float] = field(default_factory=dict)
    runs: int = 0

    @property
    def sentences(self) -> Sequence[str]:
        """What the runner reads: the contact, what could have been found, and what else was compared."""
        told = [self.contact.sentence]
        if self.power:
            told.append(_power_sentence(self.power, self.runs))
        if self.contact.evenness is not None and not self.beside:
            told.append("Contact alone is compared: the pods sit elsewhere than in the usual runs, or few are known.")
        return told + [_beside_sentence(metric, looked) for metric, looked in self.beside.items()]


def easy_minutes(windows: Iterable[Window], usual: Usual) -> Check:
    """The steadiest five minutes of running against the anchor.

    Parameters
    ----------
    windows : half minutes of a run, also of one that still goes on.
    """
    if usual.day is None:
        return _cannot_tell(NO_ANCHOR)
    minutes = steadiest(windows)
    if not minutes:
        return _cannot_tell("less than five minutes of running in one go are known")
    if unsteadiness(minutes) > MAX_UNSTEADINESS:
        return _cannot_tell("the speed was not steady")
    own = balances(minutes, "", datetime.min, shoe=usual.shoe, mount=usual.mount)
    contact = own.get((Gait.RUN, CONTACT))
    if contact is None:
        return _cannot_tell("too little of both feet is known")
    if why := _off_easy_speed(contact, _anchor_runs(usual, CONTACT)):
        return _cannot_tell(why)
    looked = {
        metric: look(own[Gait.RUN, metric], _anchor_runs(usual, metric), _scatter(usual, metric))
        for metric in COMPARED
        if (Gait.RUN, metric) in own
    }
    beside = {key: each for key, each in looked.items() if key != CONTACT and each.evenness is not None}
    known = _known(contact, usual)
    power = {} if known is None else {shift: _found(known, shift, contact.se_pct) for shift in SHIFTS_PCT}
    return Check(looked[CONTACT], beside, power, 0 if known is None else known.runs)


def steadiest(windows: Iterable[Window]) -> Sequence[Window]:
    """Five minutes of half minutes in one go, those whose speeds differ least; empty where there are none."""
    found: list[Sequence[Window]] = []
    going: list[Window] = []
    for each in windows:
        if each.gait is not Gait.RUN or (going and each.start_s - going[-1].end_s > MAX_GAP_S):
            going = []
        if each.gait is Gait.RUN:
            going.append(each)
        while len(going) > 1 and going[-1].end_s - going[1].start_s >= EASY_S:
            going = going[1:]
        if going and going[-1].end_s - going[0].start_s >= EASY_S:
            found.append(tuple(going))
    return min(found, key=unsteadiness, default=())


def unsteadiness(windows: Sequence[Window]) -> float:
    """Fastest half minute over the slowest; infinite where a speed is not known."""
    speeds = [window_speed_mps(each) for each in windows]
    known = [each for each in speeds if each]
    return max(known) / min(known) if len(known) == len(speeds) and known else float("inf")


def _off_easy_speed(own: Balance, usual: Sequence[Balance]) -> str:
    """Whether the minutes are faster or slower than the runner's easy runs; empty where they are not."""
    speeds = [each.speed_mps for each in usual if each.speed_mps]
    if not speeds or not own.speed_mps:
        return ""
    ratio = own.speed_mps / median(speeds)
    if max(ratio, 1.0 / ratio) <= MAX_SPEED_RATIO:
        return ""
    return f"the speed was {percent(ratio)} {'above' if ratio > 1.0 else 'below'} that of the usual runs"


def _known(own: Balance, usual: Usual) -> Baseline | None:
    alike = [each for each in _anchor_runs(usual, CONTACT) if each.is_like(own)]
    return baseline(alike, _scatter(usual, CONTACT))


def _found(known: Baseline, shift_pct: float, se_pct: float) -> float:
    return known.found_share(shift_pct, se_pct, CONTACT_RESPONSE)


def _anchor_runs(usual: Usual, metric: str) -> Sequence[Balance]:
    return usual.runs.get(UsualKind.ANCHOR, {}).get((Gait.RUN, metric), ())


def _scatter(usual: Usual, metric: str) -> Scatter:
    return usual.scatters.get(metric) or scatters()[metric]


def _cannot_tell(why: str) -> Check:
    return Check(Looked(None, why=why))


def _power_sentence(power: Mapping[float, float], runs: int) -> str:
    *first, last = [f"{shift:g}" for shift in power]
    *found, most = [f"{100.0 * share:.0f}" for share in power.values()]
    return (
        f"With the {runs} healthy runs that are known, changes of {', '.join(first)} and {last} % in contact would be"
        f" found in {', '.join(found)} and {most} of a hundred."
    )


def _beside_sentence(metric: str, looked: Looked) -> str:
    label = STRIDE_METRICS[metric].label
    if looked.evenness is Evenness.AS_BEFORE:
        return f"{label}, left against right: as before, within what the runs differ by (± {looked.within_pct:.0f} %)."
    side = "right" if looked.change_pct > 0.0 else "left"
    return (
        f"{label}, left against right: different from usual, {abs(looked.change_pct):.0f} % more on the {side}"
        f" than it was; the runs differ by ± {looked.within_pct:.0f} %."
    )
