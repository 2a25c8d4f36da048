"""Plans are begun and ended."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from surefoot.analysis.weeks.feeling import CheckIn
from surefoot.analysis.weeks.followed import FollowedPlan, bone_pain, bone_sentence, followed_on
from surefoot.analysis.weeks.history import PastRun, within
from surefoot.analysis.weeks.injuries import Injury, InjuryKind, open_injuries
from surefoot.analysis.weeks.plan import Beginning, Entry, PlanKind, Row, clinician_plan, sprain_plan, tendon_plan
from surefoot.analysis.weeks.session_length import REFERENCE_DAYS
from surefoot.analysis.weeks.words import day_name
from surefoot.service.errors.people import EntryError
from surefoot.service.people.people import People

FOLLOWED = "a plan is followed since {}; end it first"
NO_INJURY = "There is no open {} in the diary; note it under Injuries first, with its day."
NO_MINUTES = "How long you run now is not known: no run since the injury is kept. Say how many minutes."


class Plans:
    """The plans of a runner.

    Parameters
    ----------
    by : account that begins or ends one; empty where nobody signs in.
    easy_mps : speed of the runner's runs until now; None where it is not known.
    """

    def __init__(self, people: People, runner: str, by: str = "", easy_mps: float | None = None) -> None:
        self._people = people
        self._runner = runner
        self._by = by
        self._easy_mps = easy_mps

    def begin_sprain(self, entry: Entry, today: date) -> Beginning:
        """The walk–run table, for the newest sprain that is open."""
        injury = self.injury(InjuryKind.SPRAIN, today)
        if injury is None:
            return Beginning(NO_INJURY.format(InjuryKind.SPRAIN))
        return self._begun(self._bone(PlanKind.SPRAIN, injury) or sprain_plan(injury, entry, today), today, injury)

    def begin_tendon(self, minutes_s: float | None, history: Sequence[PastRun], today: date) -> Beginning:
        """Running on under caps, for the newest tendon that is open.

        Parameters
        ----------
        minutes_s : running of the first session at most; by default the longest run since the injury.
        """
        injury = self.injury(InjuryKind.TENDON, today)
        if injury is None:
            return Beginning(NO_INJURY.format("injury of a tendon"))
        since = [each for each in within(history, today, REFERENCE_DAYS) if each.day >= injury.day]
        first_s = minutes_s or max((each.run_s for each in since), default=0.0)
        if not first_s:
            return Beginning(NO_MINUTES)
        found = self._bone(PlanKind.TENDON, injury) or tendon_plan(injury, first_s, today)
        return self._begun(found, today, injury)

    def begin_clinician(
        self, rows: Sequence[Row], by: str, made: date, today: date, *, is_flat: bool = False
    ) -> Beginning:
        """Rows that somebody who treats the runner has made; EntryError where they are none.

        Raises
        ------
        EntryError
            if a plan is followed already, or something of the rows is missing.
        """
        if not rows or not by:
            raise EntryError("a clinician's rows are at least one, and say who made them.")
        if made > today:
            raise EntryError("a clinician's rows were made today or before.")
        injuries = open_injuries(self._people.all_of(self._runner, Injury), today)
        found = replace(clinician_plan(rows, by, made, is_flat=is_flat), from_day=today)
        return self._begun(found, today, injuries[0] if injuries else None)

    def end(self, today: date) -> FollowedPlan:
        """End the plan that is followed.

        Raises
        ------
        EntryError
            if there is none.
        """
        followed = self._followed(today)
        if followed is None:
            raise EntryError("no plan is followed.")
        ended = replace(followed, ended=max(today, followed.begun))
        self._people.keep(self._runner, ended, self._by)
        return ended

    def injury(self, kind: InjuryKind, today: date) -> Injury | None:
        """The newest injury of a kind that is open."""
        known = open_injuries(self._people.all_of(self._runner, Injury), today)
        return next((each for each in known if each.kind is kind), None)

    def _begun(self, found: Beginning, today: date, injury: Injury | None) -> Beginning:
        """Keep what begins."""
        followed = self._followed(today)
        if followed is not None:
            raise EntryError(f"{FOLLOWED.format(day_name(followed.begun))}.")
        if found.plan is not None and found.from_day is not None:
            injury_id = None if injury is None else injury.id
            kept = FollowedPlan(secrets.token_hex(12), found.plan, found.from_day, injury_id, self._easy_mps)
            self._people.keep(self._runner, kept, self._by)
        return found

    def _followed(self, today: date) -> FollowedPlan | None:
        return followed_on(self._people.all_of(self._runner, FollowedPlan), today)

    def _bone(self, kind: PlanKind, injury: Injury) -> Beginning | None:
        told = bone_pain(self._people.all_of(self._runner, CheckIn), injury.day)
        return None if told is None else Beginning(bone_sentence(kind, told))
