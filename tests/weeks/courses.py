"""What happens in a session of a plan, what is told of it, and to what that leads by a table written by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from surefoot.analysis.model import Bout, BoutKind, Foot
from surefoot.analysis.weeks.bouts_matching import Gap, Match
from surefoot.analysis.weeks.decision import Evenness, Roll, Step, Told
from surefoot.analysis.weeks.feeling import CheckIn, OnBone, Pain, Place, Sign, When
from surefoot.analysis.weeks.labels import RunLabels, Surface
from surefoot.analysis.weeks.plan import Plan, Row
from surefoot.analysis.weeks.progress import PlanSession
from surefoot.analysis.weeks.session_told import about_session, any_told, felt, surface, swollen

STOP, CANNOT_TELL, BACK, REPEAT, GO_ON = Step
RUN, WALK = BoutKind.RUN, BoutKind.WALK
Pieces = Sequence[tuple[BoutKind, float]]


@dataclass(frozen=True, slots=True)
class Day:
    """One session as it happens and as it is told; None where it is not.

    Parameters
    ----------
    pieces : of running and walking.
    pains : in the session and in the hours after it.
    during : whether those while running are told.
    as_usual : of the morning after.
    late : whether it ends on the next date.
    """

    pieces: Pieces
    gaps: Sequence[Gap] = ()
    pains: tuple[Pain, ...] | None = ()
    during: bool = True
    as_usual: bool | None = True
    signs: frozenset[Sign] = field(default_factory=frozenset)
    evenness: Evenness | None = Evenness.AS_BEFORE
    roll: Roll | None = Roll.NONE
    surface: Surface | None = Surface.ROAD
    painkiller: bool | None = False
    hills: bool | None = False
    faster: bool | None = False
    late: bool = False


@dataclass(frozen=True, slots=True)
class Course:
    """Something that may happen in a session, or be left out of what is told.

    Parameters
    ----------
    about : two of the same do not happen together.
    step : what it leads to, at most.
    flat, easy, bouts : it matters to plans on flat ground, to easy ones, to rows of several runs alone.
    """

    about: str
    step: Step
    change: Callable[[Day, Row], Day]
    flat: bool = False
    easy: bool = False
    bouts: bool = False

    def fits(self, plan: Plan, row: Row) -> bool:
        """Whether it matters to a row of a plan."""
        return (plan.is_flat or not self.flat) and (plan.is_easy or not self.easy) and (row.runs > 1 or not self.bouts)


def as_planned(row: Row) -> Day:
    """A session as its row says, with a minute of walking before."""
    return Day([(WALK, 60.0), *[(RUN, row.run_s), (WALK, row.walk_s or 60.0)] * row.runs])


def _set(**values: Any) -> Callable[[Day, Row], Day]:
    return lambda day, _: replace(day, **values)


def _pieces(change: Callable[[Pieces, Row], Pieces]) -> Callable[[Day, Row], Day]:
    return lambda day, row: replace(day, pieces=change(day.pieces, row))


def _first_run(length_s: Callable[[float], float]) -> Callable[[Day, Row], Day]:
    return _pieces(lambda many, row: [many[0], (RUN, length_s(row.run_s)), *many[2:]])


def _hurts(score: int, *, as_usual: bool | None = True, during: bool = True, **more: Any) -> Callable[[Day, Row], Day]:
    pain = Pain(Foot.LEFT, Place.OUTER_ANKLE, score, **{"on_bone": OnBone.NO, "swollen": False, **more})
    return _set(pains=(pain,), as_usual=as_usual, during=during)


COURSES = {
    "one run long": Course("bouts", REPEAT, _first_run(lambda run_s: 1.16 * run_s + 16.0)),
    "one run short": Course("bouts", REPEAT, _first_run(lambda run_s: 0.84 * run_s - 16.0), bouts=True),
    "one missing": Course("bouts", REPEAT, _pieces(lambda many, _: many[:-2]), bouts=True),
    "merged by 4 s": Course("bouts", REPEAT, _pieces(lambda many, _: [*many[:2], (WALK, 4.0), *many[3:]]), bouts=True),
    "one more run": Course("bouts", REPEAT, _pieces(lambda many, row: [*many, (RUN, row.run_s)])),
    "stopped early": Course(
        "bouts", REPEAT, _pieces(lambda many, row: [*many[:-2], (RUN, 0.5 * row.run_s)]), bouts=True
    ),
    "one walked": Course(
        "bouts", REPEAT, _pieces(lambda many, _: [many[0], (WALK, many[1][1]), *many[2:]]), bouts=True
    ),
    "a long walk home": Course("bouts", GO_ON, _pieces(lambda many, _: [*many, (WALK, 900.0)])),
    "steps of running": Course("bouts", GO_ON, _pieces(lambda many, _: [*many, (RUN, 9.0), (WALK, 30.0)])),
    "a gap in the radio": Course("bouts", CANNOT_TELL, _set(gaps=((80.0, 100.0),))),
    "a short gap": Course("bouts", GO_ON, _set(gaps=((80.0, 95.0),))),
    "nothing told": Course("feel", CANNOT_TELL, _set(pains=None)),
    "2 of 10": Course("feel", GO_ON, _hurts(2)),
    "3 of 10": Course("feel", REPEAT, _hurts(3)),
    "5 of 10": Course("feel", REPEAT, _hurts(5)),
    "6 of 10": Course("feel", BACK, _hurts(6)),
    "10 of 10": Course("feel", BACK, _hurts(10)),
    "worse in the morning": Course("feel", REPEAT, _hurts(1, as_usual=False)),
    "no word of the morning": Course("feel", CANNOT_TELL, _hurts(1, as_usual=None)),
    "no word of the run": Course("feel", CANNOT_TELL, _hurts(1, during=False)),
    "on the bone": Course("feel", STOP, _hurts(1, on_bone=OnBone.YES)),
    "perhaps on the bone": Course("feel", STOP, _hurts(1, on_bone=OnBone.DONT_KNOW)),
    "bone not told": Course("feel", CANNOT_TELL, _hurts(1, on_bone=None)),
    "swollen": Course("feel", BACK, _hurts(1, swollen=True)),
    "swelling not told": Course("feel", CANNOT_TELL, _hurts(1, swollen=None)),
    "a swollen calf": Course("feel", STOP, _set(signs=frozenset({Sign.SWOLLEN_CALF}))),
    "uneven": Course("evenness", REPEAT, _set(evenness=Evenness.DIFFERENT)),
    "evenness not known": Course("evenness", CANNOT_TELL, _set(evenness=None)),
    "a roll, answered": Course("roll", BACK, _set(roll=Roll.ANSWERED)),
    "a roll, not answered": Course("roll", CANNOT_TELL, _set(roll=Roll.UNANSWERED)),
    "rolls not watched": Course("roll", CANNOT_TELL, _set(roll=None)),
    "sand": Course("ground", REPEAT, _set(surface=Surface.SAND), flat=True),
    "a trail": Course("ground", REPEAT, _set(surface=Surface.TRAIL), flat=True),
    "ground not told": Course("ground", CANNOT_TELL, _set(surface=None), flat=True),
    "a painkiller": Course("painkiller", CANNOT_TELL, _set(painkiller=True)),
    "painkiller not told": Course("painkiller", CANNOT_TELL, _set(painkiller=None)),
    "hills": Course("hills", REPEAT, _set(hills=True), easy=True),
    "hills not told": Course("hills", CANNOT_TELL, _set(hills=None), easy=True),
    "faster": Course("speed", REPEAT, _set(faster=True), easy=True),
    "speed not known": Course("speed", CANNOT_TELL, _set(faster=None), easy=True),
    "across midnight": Course("hour", GO_ON, _set(late=True)),
}
"""Written by hand, from the table of weeks and not from the code."""


def drawn_courses(plan: Plan, row: Row, rng: np.random.Generator) -> list[Course]:
    """What happens in a session: nothing, mostly, or one or two things."""
    fitting = [each for each in COURSES.values() if each.fits(plan, row)]
    hurdles = [each for each in fitting if each.step > CANNOT_TELL]
    chosen: dict[str, Course] = {}
    for _ in range(int(rng.choice(3, p=(0.55, 0.3, 0.15)))):
        among = fitting if rng.random() < 0.35 else hurdles
        each = among[int(rng.integers(len(among)))]
        chosen.setdefault(each.about, each)
    return list(chosen.values())


def check_ins(day: Day, run: str, on: date) -> list[CheckIn]:
    """What the runner tells of a session."""
    if day.pains is None:
        return []
    ended = on + timedelta(days=day.late)
    morning = ended + timedelta(days=1)
    after = CheckIn(f"{run} after", _at(ended, 20), ended, When.AFTER, day.pains, day.signs, run, signs_asked=True)
    during = CheckIn(f"{run} during", _at(ended, 19), ended, When.DURING, day.pains, run=run)
    next_day = CheckIn(f"{run} next", _at(morning, 7), morning, When.NEXT_MORNING, run=run, as_usual=day.as_usual)
    return [after, *[during] * day.during, *[next_day] * (day.as_usual is not None)]


def session(day: Day, run: str, on: date, said: Sequence[CheckIn], begun: date) -> PlanSession:
    """The session with what is told of it until then."""
    last_day = on + timedelta(days=day.late)
    about = about_session(said, [run], last_day)
    labels = [RunLabels(run, day.surface, hills=day.hills, painkiller=day.painkiller)]
    told = Told(
        row=0, stage_day=1, last_day=last_day, bouts=Match.CANNOT_TELL, pains=felt(about, said, begun, on),
        evenness=day.evenness, roll=day.roll, swollen=swollen(about), surface=surface(labels),
        painkiller=any_told([each.painkiller for each in labels]), hills=any_told([each.hills for each in labels]),
        faster=day.faster,
    )  # fmt: skip
    return PlanSession([run], _at(on, 18), last_day, bouts(day.pieces), day.gaps, told)


def bouts(pieces: Pieces) -> list[Bout]:
    """One after the other."""
    found, start_s = [], 0.0
    for kind, length_s in pieces:
        found.append(Bout(kind, start_s, start_s + length_s))
        start_s += length_s
    return found


def _at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
