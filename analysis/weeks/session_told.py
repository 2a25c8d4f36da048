"""What a runner has told of one session of a plan, as decisions take it; what was not told stays None."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from statistics import fmean

from surefoot.analysis.model import Foot, Gait, Window
from surefoot.analysis.weeks.decision import FLAT, Felt
from surefoot.analysis.weeks.feeling import CheckIn, OnBone, Pain, Place, When
from surefoot.analysis.weeks.labels import RunLabels, Surface
from surefoot.analysis.weeks.red_flags import site_name

Site = tuple[Foot, Place]
FASTER = 1.1
"""A minute that is faster by more than a tenth is faster than easy; half minutes of easy runs vary by less."""
TREND_DAYS = 14
"""A pain can have risen for two weeks once so many days are over."""
BONE = (OnBone.YES, OnBone.DONT_KNOW, OnBone.NO)
"""The worst first."""


def about_session(check_ins: Iterable[CheckIn], runs: Collection[str], last_day: date) -> Sequence[CheckIn]:
    """Check-ins about the runs of a session, and those about no run from its last day until the day after."""
    until = last_day + timedelta(days=1)
    return [
        each
        for each in check_ins
        if each.when is not When.BEFORE and (each.run in runs if each.run else last_day <= each.day <= until)
    ]


def felt(said: Sequence[CheckIn], history: Iterable[CheckIn], begun: date, day: date) -> Sequence[Felt] | None:
    """The pains of a session by place, none where "nothing" was told; None where it was not told how it felt.

    Parameters
    ----------
    said : about the session, see `about_session`.
    history : all check-ins, of which those since the plan was begun tell how a pain went from week to week.
    day : of the session.
    """
    scored = [each for each in said if each.when in (When.DURING, When.AFTER) and each.tells_scores]
    named = {pain.site: pain for each in said for pain in each.pains}
    worse = any(each.as_usual is False for each in said)
    if not scored or (worse and not named):
        return None
    since_begun = [each for each in history if each.day >= begun]
    return [_felt(pain, said, rises_by_week(since_begun, site, begun, day)) for site, pain in named.items()]


def _felt(pain: Pain, said: Sequence[CheckIn], rises: bool | None) -> Felt:
    site = pain.site
    during, after = (_score(said, site, when) for when in (When.DURING, When.AFTER))
    if during is None and not _names(said, site, When.AFTER):
        during = 0  # asked how it felt, the runner named other places
    if after is None and any(each.when is When.AFTER and each.tells_scores for each in said):
        after = 0
    told = {each.on_bone for check_in in said for each in check_in.pains if each.site == site}
    bone = next((each for each in BONE if each in told), None)
    return Felt(site_name(pain), during, after, _worse(said, site), rises, bone)


def _names(said: Iterable[CheckIn], site: Site, when: When) -> bool:
    return _score(said, site, when) is not None


def _score(said: Iterable[CheckIn], site: Site, when: When) -> int | None:
    """Greatest score that was told of a site; None where it was not named."""
    scores = (pain.score for each in said if each.when is when for pain in each.pains if pain.site == site)
    return max(scores, default=None)


def _worse(said: Iterable[CheckIn], site: Site) -> bool | None:
    """Whether a site was worse the next morning; "worse" without a place is about all of them."""
    mornings = [each for each in said if each.when is When.NEXT_MORNING]
    if not mornings:
        return None
    if any(pain for each in mornings for pain in each.pains):
        return bool(_score(mornings, site, When.NEXT_MORNING))
    return any(each.as_usual is False for each in mornings)


def rises_by_week(check_ins: Sequence[CheckIn], site: Site, begun: date, day: date) -> bool | None:
    """Whether a pain's mean has risen for two weeks; None where a week has no entry.

    Parameters
    ----------
    check_ins : since the plan was begun.
    day : last day of the last week.
    """
    if (day - begun).days < TREND_DAYS:
        return False
    means = [_mean(check_ins, site, day - timedelta(weeks=weeks)) for weeks in range(3)]
    if None in means:
        return None
    now, before, first = (mean or 0.0 for mean in means)
    return now > before > first


def _mean(check_ins: Iterable[CheckIn], site: Site, until: date) -> float | None:
    week = [each for each in check_ins if each.tells_scores and 0 <= (until - each.day).days < 7]
    scores = [max((pain.score for pain in each.pains if pain.site == site), default=0) for each in week]
    return fmean(scores) if scores else None


def swollen(said: Sequence[CheckIn]) -> bool | None:
    """Whether anything swelled; False where nothing hurt, None where a pain was told and not whether it is swollen."""
    pains = [pain for each in said for pain in each.pains if pain.score]
    told = {site: {pain.swollen for pain in pains if pain.site == site} for site in (pain.site for pain in pains)}
    if any(True in answers for answers in told.values()):
        return True
    return False if said and all(False in answers for answers in told.values()) else None


def signs_are_told(said: Iterable[CheckIn]) -> bool:
    """Whether the runner was asked what is asked after a roll, and has answered."""
    return any(each.signs_asked for each in said)


def faster(windows: Sequence[Window], easy_mps: float | None) -> bool | None:
    """Whether a minute of running, two half minutes, was faster than easy; None where a speed is not known."""
    running = [each for each in windows if each.gait is Gait.RUN]
    speeds = [_speed_mps(each) for each in running]
    known = [speed is not None for speed in speeds]
    if easy_mps is None or not running or not all(known):
        return None
    quick = [speed is not None and speed > FASTER * easy_mps for speed in speeds]
    return any(each and after for each, after in pairwise(quick))


def _speed_mps(window: Window) -> float | None:
    told = [values["speed_mps"].value for values in window.feet.values() if "speed_mps" in values]
    return fmean(told) if told and all(map(math.isfinite, told)) else None


def surface(labels: Sequence[RunLabels]) -> Surface | None:
    """What was under the shoes in all runs of a session: the roughest; None where one of them does not tell."""
    told = [each.surface for each in labels if each.surface is not None]
    if not labels or len(told) < len(labels):
        return None
    return min(told, key=lambda each: each in FLAT)


def any_told(answers: Collection[bool | None]) -> bool | None:
    """Whether it is so of any run; None where one of them does not tell, and none is known to be so."""
    if True in answers:
        return True
    return False if answers and None not in answers else None
