"""The pods of a run: from the settings, named or nearest in range, or simulated."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from surefoot.analysis.companions import Companion
from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.ble.adapter import RadioBackend
from surefoot.sensor_ingest.ble.discovery import DiscoveredPod, wait_for_any
from surefoot.sensor_ingest.recording.kept_feet import foot_of, kept_feet
from surefoot.sensor_ingest.recording.manifest import CompanionAssignment, PodAssignment, foot_pods_alone
from surefoot.service.errors.pods import NoPodError, SamePodError
from surefoot.service.settings import RunnerSettings

SEED_STRIDE = 256
"""Simulated pods have the same serial numbers for all seeds that differ by multiples of this."""


class BluetoothPods:
    """The pods of all runners in the settings; a run begins when one of them is in range."""

    def __init__(self, runners: Mapping[str, RunnerSettings], radio: RadioBackend | None = None) -> None:
        self.radio = radio or RadioBackend()
        self.heard: Sequence[DiscoveredPod] = ()
        self.companions: Sequence[CompanionAssignment] = companions_of(runners)
        self.pods: Sequence[PodAssignment] = pods_of(runners)
        self._alone = [each.address for each in foot_pods_alone(self.pods, self.companions)]

    async def wait_for_pods(self) -> list[PodAssignment]:
        """Scan until one of the pods, or the foot pod of somebody without them, is in range."""
        self.heard = await wait_for_any(self.radio, [pod.serial for pod in self.pods], self._alone)
        return list(self.pods)


class SimulatedSquad:
    """Simulated runners, always in range."""

    def __init__(self, radio: RadioBackend, pods: list[PodAssignment]) -> None:
        self.radio = radio
        self.heard: Sequence[DiscoveredPod] = ()
        self.companions: Sequence[CompanionAssignment] = ()
        self.pods: Sequence[PodAssignment] = pods

    async def wait_for_pods(self) -> list[PodAssignment]:
        """Return the pods at once."""
        return list(self.pods)


def pods_of(runners: Mapping[str, RunnerSettings]) -> list[PodAssignment]:
    """The pods of all runners in the settings."""
    return [
        PodAssignment(serial, foot, runner, pods.name or "")
        for runner, pods in runners.items()
        for foot, serial in ((Foot.LEFT, pods.left), (Foot.RIGHT, pods.right))
        if serial is not None
    ]


def companions_of(runners: Mapping[str, RunnerSettings]) -> list[CompanionAssignment]:
    """The sensors beside the pods of all runners in the settings."""
    return [
        CompanionAssignment(companion, address, runner, named.name or "")
        for runner, named in runners.items()
        for companion, address in named.companions.items()
    ]


def chosen_companions(
    named: Mapping[str, str], runner: str, runners: Mapping[str, RunnerSettings]
) -> list[CompanionAssignment]:
    """A runner's sensors beside the pods: those named, by kind, and those of the settings where none is."""
    known = runners[runner].companions if runner in runners else {}
    found = {**known, **{Companion(kind): address for kind, address in named.items()}}
    return [CompanionAssignment(companion, address, runner) for companion, address in found.items()]


def named_pods(named: Mapping[Foot, str], runner: str) -> list[PodAssignment]:
    """A runner's pods by the serial number or tag that was given for each foot.

    Raises
    ------
    SamePodError
        if one pod is on both feet.
    """
    if len(set(named.values())) < len(named):
        raise SamePodError(named[Foot.LEFT])
    return [PodAssignment.worn_by(runner, serial, foot) for foot, serial in named.items()]


def nearest_pods(
    pods: Sequence[DiscoveredPod], runner: str, kept: Mapping[str, Foot], *, foot_pod: bool = False
) -> list[PodAssignment]:
    """The nearest pod that says left, and the nearest that says right.

    Parameters
    ----------
    kept : by serial number, the feet that the runner showed pods to be on, which counts for those that say none.

    Raises
    ------
    NoPodError
        if none of them says either.
    """
    feet = [pod.foot or foot_of(kept, pod.tag) for pod in pods]
    by_foot = {foot: next((pod for pod, on in zip(pods, feet, strict=True) if on is foot), None) for foot in Foot}
    worn = [PodAssignment.worn_by(runner, pod.tag, foot) for foot, pod in by_foot.items() if pod is not None]
    if not worn:
        raise NoPodError([pod.tag for pod in pods], foot_pod=foot_pod)
    return worn


def worn_as_kept(pods: Sequence[PodAssignment], folder: Path) -> list[PodAssignment]:
    """The pods on the feet that their runners showed them to be on, where a folder of runs keeps it for both."""
    worn = []
    for runner in dict.fromkeys(pod.runner for pod in pods):
        own, kept = [pod for pod in pods if pod.runner == runner], kept_feet(folder, runner)
        feet = [foot_of(kept, pod.serial) for pod in own]
        whole = None not in feet and len(set(feet)) == len(feet)
        worn += [replace(pod, foot=foot) if whole and foot else pod for pod, foot in zip(own, feet, strict=True)]
    return worn


@asynccontextmanager
async def simulated_squad(
    size: int, minutes: float, seed: int, *, bonded_only: bool = False
) -> AsyncIterator[SimulatedSquad]:
    """A squad on a virtual radio while the context is open; its pods have the same serial numbers for every seed.

    Parameters
    ----------
    bonded_only : pods take commands from bonded clients only.
    """
    from surefoot.firmware_sim.radio.bleak_backend import BumbleClient, BumbleScanner
    from surefoot.firmware_sim.scenarios import make_squad
    from surefoot.firmware_sim.simulation import Simulation

    async with Simulation(SEED_STRIDE * seed, keep_truth=False, bonded_only=bonded_only) as simulation:
        scenarios = enumerate(make_squad(size, minutes, seed), 1)
        runners = [await simulation.add_runner(f"runner-{place}", play) for place, play in scenarios]
        pods = [
            PodAssignment(pod.settings.serial, foot, runner.name)
            for runner in runners
            for foot, pod in runner.pods.items()
        ]
        yield SimulatedSquad(
            RadioBackend({"backend": BumbleScanner, "radio": simulation.central}, {"backend": BumbleClient}), pods
        )
