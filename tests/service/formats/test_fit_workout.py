"""A row as a FIT workout: two independent readers find what the row says, and the bytes stay as they are."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fit_tool.fit_file import FitFile
from fit_tool.profile.messages.workout_message import WorkoutMessage
from fit_tool.profile.messages.workout_step_message import WorkoutStepMessage
from fit_tool.profile.profile_type import Sport, WorkoutStepDuration, WorkoutStepTarget

from surefoot.analysis.weeks.plan import SPRAIN_ROWS, Row
from surefoot.analysis.weeks.timeline import stretches
from surefoot.service.formats.fit.workout import fit_workout
from surefoot.service.people.people import People
from surefoot.service.weeks.beginning import Plans
from tests.service.command import surefoot
from tests.service.formats.fit_readers import by_fitdecode

CREATED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
GOLDEN = (
    "0e20e252ab0000002e46495497b140000000000500010001028402028403048c0404860005ff0000003771c950a5e9b94341"
    "00001a00030401000602840818070101030073757265666f6f74203678312f34000000000000000000004200001b0007fe02"
    "8400080701010002048603010004048607010002000052756e00000000000060ea000002000000000002010057616c6b0000"
    "00000080a903000200000000040202000000000000000000060000000002060000000066c6"
)
"""Read back by both readers above."""


def steps(path: Path) -> list[dict[str, Any]]:
    return by_fitdecode(path)["workout_step"]


def unrolled(path: Path) -> list[tuple[str, float]]:
    """What a watch counts down: names and seconds, with what is repeated."""
    found: list[tuple[str, float]] = []
    for step in steps(path):
        if step["duration_type"] == "time":
            found.append((step["wkt_step_name"], step["duration_time"]))
        else:
            found += (step["repeat_steps"] - 1) * found[step["duration_step"] :]
    return found


@pytest.mark.parametrize("row", [*SPRAIN_ROWS, Row(3, 90.0), Row(1, 600.0, 60.0), Row(2, 0.5, 0.25)])
@pytest.mark.parametrize("first_s", [0.0, 300.0])
def test_a_watch_counts_down_what_the_row_says(row: Row, first_s: float, tmp_path: Path) -> None:
    path = tmp_path / "row.fit"
    path.write_bytes(fit_workout(row, CREATED, first_s))
    session = stretches(row, first_s)
    assert unrolled(path) == [(each.doing.capitalize(), each.end_s - each.start_s) for each in session]
    [workout] = by_fitdecode(path)["workout"]
    assert (workout["sport"], workout["num_valid_steps"]) == ("running", len(steps(path)))


def test_a_second_reader_finds_the_same(tmp_path: Path) -> None:
    path = tmp_path / "row.fit"
    path.write_bytes(fit_workout(SPRAIN_ROWS[0], CREATED, 180.0))
    found = [each.message for each in FitFile.from_file(str(path)).records]
    [workout] = [each for each in found if isinstance(each, WorkoutMessage)]
    first, run, walk, again = (each for each in found if isinstance(each, WorkoutStepMessage))
    assert (workout.workout_name, workout.sport, workout.num_valid_steps) == ("surefoot 6x1/4", Sport.RUNNING.value, 4)
    assert [each.duration_time for each in (first, run, walk)] == [180.0, 60.0, 240.0]
    assert {each.target_type for each in (first, run, walk)} == {WorkoutStepTarget.OPEN.value}
    assert again.duration_type == WorkoutStepDuration.REPEAT_UNTIL_STEPS_CMPLT.value
    assert (again.duration_step, again.target_repeat_steps) == (1, 6)


def test_the_bytes_of_a_row_stay_as_they_are() -> None:
    assert fit_workout(SPRAIN_ROWS[0], CREATED).hex() == GOLDEN


def test_the_command_writes_a_row_that_is_typed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "row.fit"
    told = surefoot(capsys, "workout", "6x1/4", "--walk-first", "5", "--fit", path)
    assert (told.code, told.out) == (0, f"{path}  6 × (1 min running, 4 min walking)\n")
    assert unrolled(path)[:3] == [("Walk", 300.0), ("Run", 60.0), ("Walk", 240.0)]


@pytest.fixture
def following(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who follows a clinician's rows."""
    monkeypatch.setenv("SUREFOOT_DATA", str(tmp_path))
    today = datetime.now().astimezone().date()
    Plans(People(tmp_path), "anna").begin_clinician((Row(3, 90.0, 60.0),), "A physio", today, today, is_flat=False)


@pytest.mark.usefixtures("following")
def test_the_command_writes_the_next_row_of_a_plan(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert surefoot(capsys, "workout", "--runner", "anna").code == 0
    assert unrolled(tmp_path / "3x1.5-1.fit")[:2] == [("Run", 90.0), ("Walk", 60.0)]


@pytest.mark.usefixtures("following")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "error: say either a row, such as 6x1/4, or --runner NAME for the next row of a plan."),
        (("6x1/4", "--runner", "anna"), "error: say either a row"),
        (("six",), "error: 'six' is no row; 6x1/4 is six times"),
        (("--runner", "ben"), "error: ben follows no plan; surefoot plan ben --begin KIND begins one."),
    ],
)
def test_what_is_no_row_is_refused(arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = surefoot(capsys, "workout", *arguments)
    assert told.code == 2
    assert told.err.startswith(said)
