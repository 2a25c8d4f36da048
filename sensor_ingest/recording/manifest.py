"""What a run is: whose pods on which feet, since when, and what has been said of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from surefoot.analysis.companions import Companion
from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.recording.checksum import checksum_of
from surefoot.sensor_ingest.recording.pair_clock import PairClock
from surefoot.sensor_ingest.recording.runner_ids import is_runner_id, runner_id, shown_name

FORMAT = 1
_YEARS = range(1970, 2200)
"""Of `created_utc`: a computer without a battery begins in 1970, and times in nanoseconds must fit 64 bits."""
_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class PodAssignment:
    """Which runner's foot a pod is on.

    Parameters
    ----------
    serial : its serial number or tag.
    runner : the runner's id.
    name : what the runner is called; empty where that is the id.
    """

    serial: str
    foot: Foot
    runner: str
    name: str = ""

    @classmethod
    def worn_by(cls, name: str, serial: str, foot: Foot) -> PodAssignment:
        """A pod of a runner of whom only a name or an id is known."""
        return cls(serial, foot, runner_id(name), "" if is_runner_id(name) else shown_name(name))


@dataclass(frozen=True, slots=True)
class CompanionAssignment:
    """A sensor beside the pods, of one runner.

    Parameters
    ----------
    address : its Bluetooth address, or the name that it advertises.
    runner : the runner's id.
    name : what a runner without pods is called; empty where that is the id.
    """

    companion: Companion
    address: str
    runner: str
    name: str = ""

    @property
    def makes_a_run(self) -> bool:
        """Whether it can record a run alone."""
        return self.companion is Companion.FOOT_POD


@dataclass(frozen=True, slots=True)
class Manifest:
    """Description of a run. The session clock is 0 at `created_utc`; a pod's number is its index in `pods`.

    `parameters` are those of the analysis that were not the default when the run began; `sides_confirmed` names the
    runners who say that their pods were on these feet; `pair_clocks` tells how well the clocks of a runner's pods are
    known against each other, where they were not timed live; a companion's number is its index in `companions`;
    `of_parts` says that the run was made of recordings that came from elsewhere, to which more may belong; `usual` is
    what the analysis compares each runner with, by id, as it was known when the run began.
    """

    run_id: str
    created_utc: datetime
    software: str
    pods: tuple[PodAssignment, ...]
    ended: bool = False
    parameters: Mapping[str, float] = field(default_factory=dict)
    sides_confirmed: tuple[str, ...] = ()
    pair_clocks: Mapping[str, PairClock] = field(default_factory=dict)
    companions: tuple[CompanionAssignment, ...] = ()
    of_parts: bool = False
    usual: Mapping[str, Any] = field(default_factory=dict)

    @property
    def runners(self) -> tuple[str, ...]:
        """The runners' ids, in order of their first pod; then those with a foot pod of another maker alone."""
        return tuple(self.names)

    def partner_tag(self, number: int) -> str:
        """How the pod on the other foot is called: the end of its serial number; empty without one."""
        own = self.pods[number]
        others = [pod.serial[-4:] for pod in self.pods if pod.runner == own.runner and pod.foot is own.foot.other]
        return next((tag for tag in others if len(tag) == 4 and tag.isascii()), "")

    @property
    def names(self) -> dict[str, str]:
        """What each runner is called, by id, in the same order."""
        return names_of(self.pods, self.companions)

    def to_json(self) -> str:
        """The manifest as JSON text."""
        fields = {
            "format": FORMAT,
            "run": self.run_id,
            "created_utc": self.created_utc.isoformat(),
            "software": self.software,
            "pods": [
                {"serial": pod.serial, "foot": pod.foot, "runner": pod.runner, "name": pod.name} for pod in self.pods
            ],
            "ended": self.ended,
            "parameters": dict(self.parameters),
            "sides_confirmed": list(self.sides_confirmed),
            "pair_clocks": {runner: clock.to_json() for runner, clock in self.pair_clocks.items()},
            "companions": [
                {"companion": each.companion, "address": each.address, "runner": each.runner, "name": each.name}
                for each in self.companions
            ],
            "of_parts": self.of_parts,
            **({"usual": dict(self.usual)} if self.usual else {}),
        }
        return json.dumps({**fields, "checksum": checksum_of(fields)}, indent=1, ensure_ascii=False)

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Manifest:
        """The manifest from parsed JSON; KeyError, TypeError or ValueError if it is malformed.

        One without a checksum is of an earlier version.
        """
        if "checksum" in fields and fields["checksum"] != checksum_of(fields):
            raise ValueError("wrong checksum")
        pods = tuple(_pod(pod) for pod in fields["pods"])
        created = datetime.fromisoformat(fields["created_utc"])
        if created.tzinfo is None or created.year not in _YEARS:
            raise ValueError("created_utc without a time zone, or in an impossible year")
        if not is_run_id(str(fields["run"])):
            raise ValueError("a run id that is no name of a folder")
        parameters = {str(name): value for name, value in fields.get("parameters", {}).items()}
        confirmed = tuple(str(name) for name in fields.get("sides_confirmed", ()))
        clocks = {str(runner): PairClock.from_json(clock) for runner, clock in fields.get("pair_clocks", {}).items()}
        companions = tuple(_companion(each) for each in fields.get("companions", ()))
        return cls(
            str(fields["run"]),
            created,
            str(fields["software"]),
            pods,
            bool(fields["ended"]),
            parameters,
            confirmed,
            clocks,
            companions,
            bool(fields.get("of_parts", False)),
            {str(runner): kept for runner, kept in fields.get("usual", {}).items()},
        )


def names_of(pods: Sequence[PodAssignment], companions: Sequence[CompanionAssignment]) -> dict[str, str]:
    """What each runner is called, by id: those of the pods, then those with a foot pod of another maker alone."""
    names = {pod.runner: pod.name or pod.runner for pod in pods}
    return names | {each.runner: each.name or each.runner for each in foot_pods_alone(pods, companions)}


def foot_pods_alone(
    pods: Sequence[PodAssignment], companions: Sequence[CompanionAssignment]
) -> list[CompanionAssignment]:
    """The foot pods of other makers whose runners have no other pod, so that each makes a run alone."""
    with_pods = {pod.runner for pod in pods}
    return [each for each in companions if each.makes_a_run and each.runner not in with_pods]


def is_run_id(text: str) -> bool:
    """Whether a text can be the id of a run, which is the name of its folder."""
    return _RUN_ID.fullmatch(text) is not None


def _pod(fields: Mapping[str, Any]) -> PodAssignment:
    """A pod of a manifest; an earlier one may have a name in the place of the id."""
    pod = PodAssignment.worn_by(str(fields["runner"]), str(fields["serial"]), Foot(fields["foot"]))
    return replace(pod, name=shown_name(str(fields["name"]))) if fields.get("name") else pod


def _companion(fields: Mapping[str, Any]) -> CompanionAssignment:
    name = shown_name(str(fields["name"])) if fields.get("name") else ""
    return CompanionAssignment(Companion(fields["companion"]), str(fields["address"]), str(fields["runner"]), name)
