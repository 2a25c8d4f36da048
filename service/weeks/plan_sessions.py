"""The sessions of a plan, from the store and from what the runner typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo

from surefoot.analysis.findings import Finding, Kind, Severity, latest
from surefoot.analysis.model import Bout, BoutKind, Flag
from surefoot.analysis.weeks.bouts_matching import TOLERANCE_S, Gap, Match, merged_runs
from surefoot.analysis.weeks.decision import Evenness, Roll, Told
from surefoot.analysis.weeks.feeling import CheckIn
from surefoot.analysis.weeks.followed import FollowedPlan
from surefoot.analysis.weeks.history import MIN_RUNNING_S
from surefoot.analysis.weeks.labels import RunLabels, Surface
from surefoot.analysis.weeks.progress import PlanSession
from surefoot.analysis.weeks.session_told import about_session, any_told, faster, felt, signs_are_told, surface, swollen
from surefoot.service.people.past_runs import of_watch
from surefoot.service.people.people import People
from surefoot.service.settings import Settings
from surefoot.service.store.reading import StoredRun, StoreReader
from surefoot.service.store.watch_runs import WatchRuns
from surefoot.service.weeks.evenness import evenness_of

MAX_UNWATCHED = 0.1
"""Share of running and walking in which a roll of an ankle may go unseen before "none" cannot be said any more."""
ONE_SESSION = timedelta(minutes=15)
"""Nobody knows what was run between two recordings that are nearer than this."""


UNSEEN = Told(
    row=0,
    stage_day=1,
    last_day=date.min,
    bouts=Match.CANNOT_TELL,
    pains=(),
    evenness=None,
    roll=None,
    swollen=False,
    surface=Surface.ROAD,
    painkiller=False,
    hills=False,
)
"""Of a run that pods did not see nothing is asked: it counts as the worst that it may have been in any case."""


@dataclass(frozen=True, slots=True)
class RecordedSession:
    """One recording, on its own clock.

    Parameters
    ----------
    seen : whether pods saw it; of a run of a watch nothing is known but how long it was.
    """

    run: str
    started: datetime
    bouts: Sequence[Bout]
    gaps: Sequence[Gap]
    roll: Roll | None
    faster: bool | None
    seen: bool = True

    @property
    def ended(self) -> datetime:
        """When its last bout ended, where it began."""
        return self.started + timedelta(seconds=self.bouts[-1].end_s if self.bouts else 0.0)

    @property
    def run_s(self) -> float:
        """Running in all; of a run that pods did not see, all of it."""
        if not self.seen:
            return self.bouts[-1].end_s
        return sum(end_s - start_s for start_s, end_s in merged_runs(self.bouts, self.gaps))


def plan_sessions(
    settings: Settings, runner: str, followed: FollowedPlan, zone: tzinfo | None = None
) -> Sequence[PlanSession]:
    """What a runner has run since a plan was begun, oldest first; what was run on one date is one session.

    Parameters
    ----------
    zone : whose dates count; that of this computer by default.
    """
    if not settings.store_path.exists():
        return ()
    people = People(settings.data)
    said, labels = people.all_of(runner, CheckIn), {each.run: each for each in people.all_of(runner, RunLabels)}
    with StoreReader(settings.store_path) as reader:
        recorded = [
            _recorded(reader, run, followed, zone)
            for run in reader.runs(runner)
            if run.summary is not None and followed.holds_on(run.started_utc.astimezone(zone).date())
        ]
    recorded += [each for each in _of_watches(settings, runner, zone) if followed.holds_on(each.started.date())]
    recorded.sort(key=lambda each: each.started)
    least_s = min(MIN_RUNNING_S, *(0.5 * row.running_s for row in followed.plan.rows))
    days = [day for day in _by_date(recorded) if sum(each.run_s for each in day) >= least_s]
    even = evenness_of(settings, runner, [each.run for day in days for each in day])
    return [_session(day, followed, said, labels, even) for day in days]


def _of_watches(settings: Settings, runner: str, zone: tzinfo | None) -> Iterator[RecordedSession]:
    """Runs that pods did not see: one long gap."""
    for run in WatchRuns(settings.store_path).without_pods(runner):
        past = of_watch(run, zone)
        if past.run_s > 0.0:
            bout = Bout(BoutKind.OTHER, 0.0, past.duration_s)
            gap = 0.0, past.duration_s
            yield RecordedSession(past.run, past.started, (bout,), (gap,), None, None, seen=False)


def _by_date(recorded: Sequence[RecordedSession]) -> Iterator[Sequence[RecordedSession]]:
    """Recordings that share a date; one across midnight is of both."""
    day: list[RecordedSession] = []
    for each in recorded:
        if day and each.started.date() > max(before.ended.date() for before in day):
            yield day
            day = []
        day.append(each)
    if day:
        yield day


def _recorded(reader: StoreReader, run: StoredRun, followed: FollowedPlan, zone: tzinfo | None) -> RecordedSession:
    bouts = reader.bouts(run.run, run.runner)
    numbers: Mapping[str, float | None] = (run.summary or {})["numbers"]
    roll = _roll(latest(reader.findings(run.run, run.runner)), numbers)
    gaps = tuple(_blind_gaps(reader, run, bouts))
    quick = None if followed.easy_mps is None else faster(reader.windows(run.run, run.runner), followed.easy_mps)
    return RecordedSession(run.run, run.started_utc.astimezone(zone), bouts, gaps, roll, quick)


def _blind_gaps(reader: StoreReader, run: StoredRun, bouts: Sequence[Bout]) -> Iterator[Gap]:
    """Pauses in which nobody was seen to stand, and at whose end readings of every foot are missing."""
    for bout in bouts:
        if bout.kind is BoutKind.OTHER and bout.end_s - bout.start_s > TOLERANCE_S:
            flags = reader.first_flags(run.run, run.runner, bout.start_s)
            if flags and all(Flag.AFTER_GAP in each for each in flags.values()):
                yield bout.start_s, bout.end_s


def _roll(findings: Sequence[Finding], numbers: Mapping[str, float | None]) -> Roll | None:
    """Whether an ankle rolled; not yet whether what is asked after it was answered."""
    if any(each.kind is Kind.INVERSION_EVENT and each.severity.rank >= Severity.ROLL.rank for each in findings):
        return Roll.UNANSWERED
    blind_s = [numbers.get(f"rolls_not_watched_s_{foot}") for foot in ("left", "right")]
    gait_s = (numbers["run_time_s"] or 0.0) + (numbers["walk_time_s"] or 0.0)
    seen = all(each_s is not None and each_s <= MAX_UNWATCHED * gait_s for each_s in blind_s)
    return Roll.NONE if seen else None


def _session(
    day: Sequence[RecordedSession],
    followed: FollowedPlan,
    said: Sequence[CheckIn],
    labels: Mapping[str, RunLabels],
    even: Mapping[str, Evenness | None],
) -> PlanSession:
    runs = [each.run for each in day]
    last_day = max(each.ended.date() for each in day)
    about = about_session(said, runs, last_day)
    asked = [labels.get(each.run, RunLabels(each.run)) for each in day if each.seen]
    if not asked:
        return PlanSession(runs, day[0].started, last_day, *_joined(day), UNSEEN)
    told = Told(
        row=0,
        stage_day=1,
        last_day=last_day,
        bouts=Match.CANNOT_TELL,
        pains=felt(about, said, followed.begun, day[0].started.date()),
        evenness=_worst_evenness([even[each.run] for each in day]),
        roll=_worst_roll(day, answered=signs_are_told(about)),
        swollen=swollen(about),
        surface=surface(asked),
        painkiller=any_told([each.painkiller for each in asked]),
        hills=any_told([each.hills for each in asked]),
        faster=any_told([each.faster for each in day]),
    )
    return PlanSession(runs, day[0].started, last_day, *_joined(day), told)


def _worst_roll(day: Sequence[RecordedSession], *, answered: bool) -> Roll | None:
    rolls = [each.roll for each in day]
    if Roll.UNANSWERED in rolls:
        return Roll.ANSWERED if answered else Roll.UNANSWERED
    return None if None in rolls else Roll.NONE


def _worst_evenness(each: Sequence[Evenness | None]) -> Evenness | None:
    if Evenness.DIFFERENT in each:
        return Evenness.DIFFERENT
    return None if None in each else Evenness.AS_BEFORE


def _joined(day: Sequence[RecordedSession]) -> tuple[Sequence[Bout], Sequence[Gap]]:
    """Bouts and gaps of all recordings on the clock of the first; what is between two near ones is a gap."""
    bouts: list[Bout] = []
    gaps: list[Gap] = []
    for number, each in enumerate(day):
        later_s = (each.started - day[0].started).total_seconds()
        if number and each.started - day[number - 1].ended < ONE_SESSION:
            gaps.append((bouts[-1].end_s if bouts else 0.0, later_s))
        bouts += [replace(bout, start_s=bout.start_s + later_s, end_s=bout.end_s + later_s) for bout in each.bouts]
        gaps += [(start_s + later_s, end_s + later_s) for start_s, end_s in each.gaps]
    return bouts, gaps
