"""The recordings of a folder, brought together to runs by what their names and devices say of the foot."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.files.csv_reader import look_into, sentences_about
from surefoot.sensor_ingest.files.devices import device_named, side_of
from surefoot.sensor_ingest.files.errors import RecordingError
from surefoot.sensor_ingest.files.layout_errors import FootTwiceError, FootUntoldError
from surefoot.sensor_ingest.files.statements import Statements

_ENDINGS = (".csv", ".txt", ".tsv", ".json", ".gz", ".zip", ".xlsx")
_SENSORS: Mapping[str, str] = {
    **dict.fromkeys(("acc", "accel", "accelerometer", "acceleration", "totalacceleration"), "acc"),
    **dict.fromkeys(("gyr", "gyro", "gyroscope"), "gyr"),
}
_Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunFiles:
    """The files of one run, by foot; `problem` is why they cannot be measured."""

    name: str
    files: Mapping[Foot, Path]
    problem: RecordingError | None = None


@dataclass(frozen=True, slots=True)
class _File:
    """A file whose feet are told.

    Parameters
    ----------
    place : folders, and name, without what says the foot or the sensor.
    by_device : whether a device within the file told the foot.
    """

    path: Path
    feet: frozenset[Foot]
    place: tuple[_Words, ...]
    sensor: str
    by_device: bool


def runs_of(folder: Path, said: Statements, feet: Mapping[Path, Foot] = MappingProxyType({})) -> list[RunFiles]:
    """The runs of a folder and those below it, in the order of their names.

    A foot is told by the device that was said, by the file's name, the nearest folder that names one, or the tag of the
    device within the file. Files belong together where nothing else in their names differs; in one folder also where
    only words with digits do, such as dates and serial numbers, if there is one file of each foot.

    Parameters
    ----------
    feet : of files that do not tell theirs.
    """
    found = [_told(path, folder, said, feet.get(path)) for path in recordings_in(folder)]
    runs = [_run(files, folder) for files in _together(each for each in found if isinstance(each, _File))]
    return sorted([*runs, *(each for each in found if isinstance(each, RunFiles))], key=lambda run: run.name)


def recordings_in(folder: Path) -> list[Path]:
    """The files of a folder, and of those below it, that end as recordings do, sorted; hidden ones are passed over."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in _ENDINGS
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and path.is_file()
    )


def _told(path: Path, folder: Path, said: Statements, foot_said: Foot | None) -> _File | RunFiles:
    """A file with its feet, or what to say of one that does not tell them."""
    parts = [*path.relative_to(folder).parent.parts, _stem(path)]
    sensor = next((_SENSORS[word] for word in _words(parts[-1]) if word in _SENSORS), "")
    for k in range(len(parts) - 1, -1, -1):
        if foot := side_of(parts[k], said.feet_of_devices):
            return _File(path, frozenset({foot}), _place(parts, k, said), sensor, by_device=False)
    try:
        with sentences_about(path):
            feet = frozenset({foot_said}) if foot_said else look_into(path, said)
    except FootUntoldError as untold:
        named = [device for part in reversed(parts) if (device := device_named(part))][:1]
        error = FootUntoldError(untold.devices or named)
        error.path = path
        return RunFiles(_name([path], folder), {}, error)
    except RecordingError as error:
        return RunFiles(_name([path], folder), {}, error)
    return _File(path, feet, _place(parts, -1, said), sensor, by_device=True)


def _stem(path: Path) -> str:
    return Path(path.name.removesuffix(".gz")).stem if path.name.endswith(".gz") else path.stem


def _words(text: str) -> _Words:
    return tuple(word for word in re.split(r"[\W_]+", text.lower()) if word)


def _place(parts: Sequence[str], tells: int, said: Statements) -> tuple[_Words, ...]:
    """Words of folders and name: without the sensor, and without the foot in the part that tells it."""
    shown = [_without_side(part, said) if k == tells else part for k, part in enumerate(parts)]
    found = [_words(part) for part in shown]
    return (*(words for words in found[:-1] if words), tuple(word for word in found[-1] if word not in _SENSORS))


def _without_side(part: str, said: Statements) -> str:
    for device in said.feet_of_devices:
        part = re.sub(re.escape(device), "", part, flags=re.IGNORECASE)
    bare = re.sub(r"(?i:left|right)", " ", part)
    return bare if bare != part else re.sub(r"(?i)(?<![^\W_])[lr](?![^\W_])", " ", part)


def _together(files: Iterable[_File]) -> list[list[_File]]:
    """Files of one run each."""
    exact: dict[tuple[_Words, ...], list[_File]] = defaultdict(list)
    for file in files:
        exact[file.place].append(file)
    alike: dict[tuple[_Words, ...], list[list[_File]]] = defaultdict(list)
    for group in exact.values():
        alike[_loose(group[0])].append(group)
    runs = []
    for groups in alike.values():
        feet = [foot for group in groups for foot in frozenset().union(*(file.feet for file in group))]
        joined = len(groups) == 2 and sorted(feet) == sorted(Foot)
        runs += [[*groups[0], *groups[1]]] if joined else groups
    return runs


def _loose(file: _File) -> tuple[_Words, ...]:
    """The place without words that have digits; without the name where a device told the foot."""
    name = () if file.by_device else tuple(w for w in file.place[-1] if not any(c.isdigit() for c in w))
    return (*file.place[:-1], name)


def _run(files: Sequence[_File], folder: Path) -> RunFiles:
    name = _name([file.path for file in files], folder)
    found: dict[Foot, Path] = {}
    for foot in (Foot.LEFT, Foot.RIGHT):
        of_foot = sorted((file for file in files if foot in file.feet), key=lambda file: file.sensor)
        if len(of_foot) == 2 and [file.sensor for file in of_foot] == ["acc", "gyr"]:
            found[foot] = Path(",".join(str(file.path) for file in of_foot))
        elif len(of_foot) > 1:
            return RunFiles(name, {}, FootTwiceError(foot, [file.path.name for file in of_foot]))
        elif of_foot:
            found[foot] = of_foot[0].path
    return RunFiles(name, found)


def _name(paths: Sequence[Path], folder: Path) -> str:
    return ", ".join(str(path.relative_to(folder).with_name(_stem(path))) for path in paths)
