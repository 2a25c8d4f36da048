"""What a gateway is to do, resolved from the settings; plain enough to be handed to a process without them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from surefoot.analysis.companions import Companion
from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.recording.manifest import CompanionAssignment, PodAssignment


@dataclass(frozen=True, slots=True)
class GatewayPlan:
    """What a gateway is to do.

    Parameters
    ----------
    data, runs : folder of the gateway, and of what it records.
    url, key : of the service; an empty key where none was set.
    ca_file : authority of the service's certificate; None for those of the system.
    pods, companions : of all runners.
    still_s, pods_gone_s : see `RunEnd`.
    keep_days : for how long a recording is kept here after the service has it.
    """

    data: Path
    runs: Path
    url: str
    key: str
    ca_file: Path | None
    pods: tuple[PodAssignment, ...]
    companions: tuple[CompanionAssignment, ...]
    software: str
    still_s: float
    pods_gone_s: float
    keep_days: float

    def to_json(self) -> str:
        """The plan as JSON text."""
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The plan from the text of `to_json`."""
        fields = json.loads(text)
        pods = tuple(PodAssignment(**{**pod, "foot": Foot(pod["foot"])}) for pod in fields["pods"])
        companions = tuple(
            CompanionAssignment(**{**each, "companion": Companion(each["companion"])}) for each in fields["companions"]
        )
        paths = {name: Path(fields[name]) for name in ("data", "runs")}
        ca_file = None if fields["ca_file"] is None else Path(fields["ca_file"])
        return cls(**{**fields, **paths, "pods": pods, "companions": companions, "ca_file": ca_file})
