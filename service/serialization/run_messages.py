"""Messages to a runner's phone; nothing that was found or said is in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

QUESTION = "How do feet and legs feel?"
NO_LINK = "Open the wall, and tap it on your page."
SIGNS_IN = "The link signs your phone in, for the next 72 hours. Do not pass it on."


@dataclass(frozen=True, slots=True)
class Link:
    """Where a message leads.

    Parameters
    ----------
    address : of the diary; empty where it is not known how phones reach the wall.
    signs_in : whether whoever opens it is signed in.
    """

    address: str = ""
    signs_in: bool = False


@dataclass(frozen=True, slots=True)
class PhoneMessage:
    """A message.

    Parameters
    ----------
    id : the same whenever it is sent.
    """

    id: str
    subject: str
    text: str
    link: Link


@dataclass(frozen=True, slots=True)
class ToldRun:
    """What a message says of a run.

    Parameters
    ----------
    name : whose run it is, where others read it too; empty else.
    moving_s : time in which the runner ran or walked.
    distance_m : None where it is not known.
    weeks : how much was run in the last seven days and the seven before; empty where it is not to be said.
    """

    run: str
    runner: str
    name: str
    began: datetime
    moving_s: float
    distance_m: float | None
    weeks: str = ""


def run_message_id(run: str, runner: str) -> str:
    """Of the message after a run."""
    return f"{run}-{runner}-felt"


def morning_message_id(runner: str, day: date) -> str:
    """Of the message of a morning."""
    return f"{runner}-{day}-morning"


def morning_messages(runner: str) -> re.Pattern[str]:
    """The ids of a runner's messages of all mornings."""
    return re.compile(rf"{re.escape(runner)}-\d{{4}}-\d\d-\d\d-morning")


def run_message(told: ToldRun, link: Link) -> PhoneMessage:
    """The message after a run: when, how long, how far, how much these two weeks, and a question."""
    began, minutes = told.began.astimezone(), f"{told.moving_s / 60.0:.0f} min"
    whose = f"The run of {told.name}, " if told.name else "Your run of "
    far = f", {told.distance_m / 1000.0:.1f} km" if told.distance_m is not None else ""
    first = f"{began:%A} {began.day} {began:%B}, {began:%H:%M}: {minutes}{far}."
    weeks = f"\nRunning: {told.weeks}" if told.weeks else ""
    subject = f"{whose}{began:%A}, {minutes}"
    return PhoneMessage(run_message_id(told.run, told.runner), subject, f"{first}{weeks}\n\n{_asked(link)}", link)


def morning_message(runner: str, name: str, day: date, link: Link) -> PhoneMessage:
    """The message of the morning after: the question alone, whatever was said before."""
    subject = f"{name}: {QUESTION}" if name else QUESTION
    return PhoneMessage(morning_message_id(runner, day), subject, _asked(link), link)


def _asked(link: Link) -> str:
    where = f"{QUESTION}\n{link.address or NO_LINK}\n"
    return f"{where}\n{SIGNS_IN}\n" if link.signs_in else where
