"""`surefoot confirm`: which pod is on which foot, shown over the simulated radio, and kept for later runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from surefoot.analysis.lifted_foot import Told
from surefoot.analysis.model import Foot
from surefoot.firmware_sim.body.runner_profile import PlannedBout, RunnerProfile
from surefoot.firmware_sim.scenarios import Scenario
from surefoot.firmware_sim.simulation import Simulation
from surefoot.sensor_ingest.recording.kept_feet import FILE_NAME, keep_feet, kept_feet
from surefoot.sensor_ingest.recording.manifest import PodAssignment
from surefoot.sensor_ingest.recording.run_folder import create_run
from surefoot.service.errors.pods import OnePodError
from surefoot.service.errors.recordings import FeetUnknownError
from surefoot.service.runtime import feet_question
from surefoot.service.runtime.feet_question import AGAIN, LIFT, STAND
from surefoot.service.runtime.pod_sources import worn_as_kept
from tests.sensor_ingest.devices.verities import SERIALS, worn_verity
from tests.sensor_ingest.virtual import in_virtual_time, radio_of
from tests.service.command import surefoot

LEFT, RIGHT = Foot.LEFT, Foot.RIGHT
SEED, TAGS = 1, {LEFT: "0001", RIGHT: "0002"}
"""Of the first simulated runner's pods."""
VERITIES = {foot: f"polar-{serial}" for foot, serial in SERIALS.items()}
STANDS = PlannedBout("still", 8.0)
LIFTS_LEFT, TAPS_LEFT, JUMPS = (
    PlannedBout("lift", 12.0, foot=LEFT),
    PlannedBout("tap", 12.0, foot=LEFT),
    PlannedBout("jump", 5.0),
)
ask_feet = feet_question.ask_feet


def pods(left: str, right: str) -> list[PodAssignment]:
    """A runner's pods by tag, as they are thought to be worn."""
    return [PodAssignment(left, LEFT, "anna"), PodAssignment(right, RIGHT, "anna")]


async def asked(
    plan: Sequence[PlannedBout], worn: Sequence[PodAssignment], say: Callable[[str], None], kept: Path
) -> dict[str, Foot]:
    """The answer of a simulated runner who does this, and may have two Verity Sense on beside the pods."""
    async with Simulation(SEED, keep_truth=False) as simulation, AsyncExitStack() as stack:
        runner = await simulation.add_runner("runner-1", Scenario("confirm", RunnerProfile(), tuple(plan)))
        for foot in Foot if worn[0].serial in VERITIES.values() else ():
            await stack.enter_async_context(worn_verity(simulation, runner, foot))
        return await ask_feet(worn, say, kept, radio_of(simulation))


@pytest.fixture
def wearing(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Replaces the computer's Bluetooth by a simulated runner's, in virtual time."""

    def wear(*plan: PlannedBout) -> None:
        async def answer(worn: Sequence[PodAssignment], say: Callable[[str], None], kept: Path) -> dict[str, Foot]:
            return await asyncio.to_thread(in_virtual_time, asked(plan, worn, say, kept))

        monkeypatch.setattr(feet_question, "ask_feet", answer)

    return wear


@pytest.mark.parametrize("answer", [LIFTS_LEFT, TAPS_LEFT], ids=["lift", "tap"])
@pytest.mark.parametrize("exchanged", [False, True])
@pytest.mark.parametrize("tags", [TAGS, VERITIES], ids=["pods", "Verity Sense"])
def test_a_lifted_or_tapped_left_pod_is_told_kept_and_used_by_the_next_run(
    capsys: pytest.CaptureFixture[str],
    wearing: Callable[..., None],
    tmp_path: Path,
    answer: PlannedBout,
    exchanged: bool,
    tags: dict[Foot, str],
) -> None:
    wearing(STANDS, answer, STANDS)
    said = {foot.other if exchanged else foot: tag for foot, tag in tags.items()}
    options = ("--left", said[LEFT], "--right", said[RIGHT], "--runner", "anna", "--folder", tmp_path)
    result = surefoot(capsys, "confirm", *options)
    told = ["The pods are the other way round than was thought."] if exchanged else []
    lines = [f"{tags[LEFT]} is on the left foot of anna.", f"{tags[RIGHT]} is on the right foot of anna."]
    assert (result.code, result.out.splitlines()) == (0, [STAND, LIFT, *told, *lines])
    worn = worn_as_kept(pods(said[LEFT], said[RIGHT]), tmp_path)
    run = create_run(tmp_path, worn, software="test")
    assert {pod.foot: pod.serial for pod in run.manifest.pods} == tags
    assert run.manifest.sides_confirmed == ("anna",)


def test_what_verities_show_is_known_at_most_three_seconds_after_what_pods_of_the_profile_do(tmp_path: Path) -> None:
    known_s = []
    for tags in (TAGS, VERITIES):
        said_s: list[float] = []

        async def answer(tags: dict[Foot, str] = tags, said_s: list[float] = said_s) -> float:
            loop = asyncio.get_running_loop()
            plan = [STANDS, LIFTS_LEFT, STANDS]
            feet = await asked(plan, pods(tags[LEFT], tags[RIGHT]), lambda _: said_s.append(loop.time()), tmp_path)
            assert feet == {tags[LEFT]: LEFT, tags[RIGHT]: RIGHT}
            return loop.time()

        known_s.append(in_virtual_time(answer()))
        assert len(said_s) == 2, "nobody is asked twice"
    assert known_s[1] - known_s[0] < 3.0


def test_who_jumps_is_asked_again_and_told_why(tmp_path: Path) -> None:
    said: list[str] = []
    feet = in_virtual_time(
        asked([STANDS, JUMPS, STANDS, LIFTS_LEFT, STANDS], pods("0001", "0002"), said.append, tmp_path)
    )
    assert feet == {"0001": LEFT, "0002": RIGHT}
    assert said[:4] == [STAND, LIFT, AGAIN[Told.BOTH], LIFT]


def test_without_an_answer_nothing_is_known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(feet_question, "PATIENCE_S", 16.0)
    said: list[str] = []
    with pytest.raises(FeetUnknownError, match=r"no clear answer came; nothing was kept\. Wear both pods"):
        in_virtual_time(asked([STANDS], pods("0001", "0002"), said.append, tmp_path))
    assert said[:4] == [STAND, LIFT, AGAIN[Told.NOBODY], LIFT]


def test_a_pod_that_is_never_heard_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(feet_question, "PATIENCE_S", 8.0)
    with pytest.raises(FeetUnknownError, match="nothing was heard from 0003"):
        in_virtual_time(asked([STANDS], pods("0001", "0003"), lambda _: None, tmp_path))


def test_one_pod_is_not_enough(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    result = surefoot(capsys, "confirm", "--left", "0001", "--folder", tmp_path)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error: both pods are needed, and only 0001 is there;")
    assert OnePodError(["0001"]).there == ("0001",)


def test_feet_are_kept_by_runner_and_pod_named_by_serial_number_or_tag(tmp_path: Path) -> None:
    keep_feet(tmp_path, "anna", {"SIM010001": LEFT, "SIM010002": RIGHT})
    keep_feet(tmp_path, "bea", {"0001": RIGHT, "0002": LEFT})
    keep_feet(tmp_path, "anna", {"0001": RIGHT, "0002": LEFT})
    assert kept_feet(tmp_path, "anna") == {"0001": RIGHT, "0002": LEFT}
    found = worn_as_kept(pods("SIM010001", "SIM010002"), tmp_path)
    assert [pod.foot for pod in found] == [RIGHT, LEFT]
    for others in (pods("0001", "0003"), [replace(pod, runner="cleo") for pod in pods("0001", "0002")]):
        assert worn_as_kept(others, tmp_path) == others


def test_pods_named_otherwise_than_shown_are_taken_as_named_and_not_as_confirmed(tmp_path: Path) -> None:
    create_run(tmp_path, pods("0001", "0002"), software="test").confirm_sides("anna")
    keep_feet(tmp_path, "anna", {"0001": RIGHT, "0002": LEFT})
    run = create_run(tmp_path, pods("0001", "0002"), software="test")
    assert [pod.foot for pod in run.manifest.pods] == [LEFT, RIGHT]
    assert run.manifest.sides_confirmed == ()


@pytest.mark.parametrize("text", ["", "[1]", '{"anna": 3}', '{"anna": {"0001": "middle"}}'])
def test_a_damaged_answer_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE_NAME).write_text(text)
    assert worn_as_kept(pods("0001", "0002"), tmp_path) == pods("0001", "0002")
    keep_feet(tmp_path, "anna", {"0001": LEFT})
    assert kept_feet(tmp_path, "anna") == {"0001": LEFT}
