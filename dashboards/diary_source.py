"""What the diary page needs from the service: what a runner has said, and a way to say more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

Json = Mapping[str, Any]


class EntryRefusedError(Exception):
    """Something typed that cannot be kept; str() is one sentence for people."""


@dataclass(frozen=True, slots=True)
class DiaryState:
    """What the page shows; entries are JSON in the shape in which they are sent.

    Parameters
    ----------
    run, when : the run that is asked about, and its date and length for people; empty without one.
    check_ins : about this run, or of the last two days without one; oldest first.
    labels : as typed, or as proposed: those of the last run, on a treadmill where one was heard.
    labels_typed : whether the runner has said them.
    shoes : those that are not retired.
    flags : sentences on what is to be seen.
    rolled : whether an ankle may have rolled in the run.
    next_labels : as typed for the run that comes next; None where nothing was.
    plan : sentences on what comes next in the plan that the runner follows; None where they follow none.
    push_key : with which browsers ask for messages; empty where there are none.
    """

    name: str
    run: str
    when: str
    check_ins: Sequence[Json]
    labels: Json | None
    labels_typed: bool
    shoes: Sequence[Json]
    flags: Sequence[str]
    rolled: bool
    next_labels: Json | None = None
    plan: Sequence[str] | None = None
    push_key: str = ""


class Said(StrEnum):
    """What a runner has said of a run."""

    SOMETHING = "something"
    NOTHING = "nothing"
    NOT_YET = "not_yet"
    """Which is not nothing."""


@dataclass(frozen=True, slots=True)
class RanToday:
    """A run of today.

    Parameters
    ----------
    name : what the runner is called.
    """

    runner: str
    name: str
    run: str
    began_utc: datetime
    said: Said


class DiarySource(Protocol):
    """Keeps what runners say. Methods are called from any thread."""

    def state(self, runner: str, run: str) -> DiaryState:
        """What is known, of the newest run where `run` is empty.

        Raises
        ------
        KeyError
            if there is no such runner, or no such run of theirs.
        """

    def is_forgotten(self, runner: str) -> bool:
        """Whether a runner was forgotten."""

    def ran_today(self) -> Sequence[RanToday]:
        """Everybody's runs that began today, oldest first."""

    def keep(self, runner: str, kind: str, fields: Json) -> None:
        """Keep an entry; the same one again changes nothing, another with its id corrects it.

        Raises
        ------
        EntryRefusedError
            if it cannot be one.
        """

    def withdraw(self, runner: str, kind: str, entry: str) -> None:
        """Take an entry back.

        Raises
        ------
        EntryRefusedError
            if there is no such entry.
        """
