"""Reads the settings: defaults, then the file, then the environment; all problems are reported at once."""

from __future__ import annotations

import difflib
import errno
import os
import stat
import tomllib
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platformdirs import user_config_path
from pydantic import ValidationError

from surefoot.service.errors.settings import SettingsError
from surefoot.service.settings import Settings, setting_types

PREFIX, FILE_SUFFIX = "SUREFOOT_", "_FILE"
SETTINGS_FILE = "SUREFOOT_SETTINGS"
OTHER_VARIABLES = frozenset({SETTINGS_FILE, "SUREFOOT_EVAL_DATA"})
MAX_BYTES = 1_000_000
"""Of a settings file, and of one that holds a value."""
MAX_DOTS = 200
"""In a line of a settings file; the time to read a dotted key grows with the square of them."""
NESTED = "is nested too deeply"
LIST_SETTINGS = frozenset({("command", "program")})

SettingPath = tuple[str, ...]
Environment = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Configuration:
    """The settings, the source of each that is not the default, and what is wrong with those left out."""

    settings: Settings
    sources: Mapping[SettingPath, str]
    problems: tuple[str, ...] = ()


def load_configuration(environment: Environment = os.environ) -> Configuration:
    """Read all sources; SettingsError has every problem with them."""
    found = usable_configuration(environment)
    if found.problems:
        raise SettingsError(found.problems)
    return found


def usable_configuration(environment: Environment = os.environ) -> Configuration:
    """Read all sources without what is wrong with them, for commands that work whatever the settings say."""
    values, sources, problems = _from_file(environment)
    for path, value, source in _from_environment(environment, problems):
        _put(values, path, value, problems, source)
        sources[path] = source
    told = list(problems)
    while True:
        try:
            return Configuration(Settings.model_validate(values), sources, tuple(told))
        except ValidationError as error:
            if told == problems:
                told += [_sentence(problem, sources) for problem in error.errors()]
            for problem in error.errors():
                _drop(values, [part for part in problem["loc"] if part != "[key]"])


def _drop(values: MutableMapping[str, Any], path: Sequence[int | str]) -> None:
    """Leave out what a problem is about, or the nearest above it; the runners where it names nothing."""
    for end in range(len(path), 0, -1):
        holder: Any = values
        for key in path[: end - 1]:
            holder = holder.get(key) if isinstance(holder, dict) else None
        if isinstance(holder, dict) and path[end - 1] in holder:
            del holder[path[end - 1]]
            return
    if values.pop("runners", None) is None:
        values.clear()


def settings_path(environment: Environment = os.environ) -> Path:
    """The settings file named in the environment, by default the user's own."""
    named = environment.get(SETTINGS_FILE)
    return Path(named) if named else user_config_path("surefoot", appauthor=False) / "surefoot.toml"


def variable(path: SettingPath) -> str:
    """The environment variable of a setting."""
    return PREFIX + "_".join(path).upper()


def _from_file(environment: Environment) -> tuple[dict[str, Any], dict[SettingPath, str], list[str]]:
    path = settings_path(environment)
    try:
        text = _read_text(path)
        if any(line.count(".") > MAX_DOTS for line in text.split("\n")):
            return {}, {}, [f"{path}: {NESTED}"]
        values = tomllib.loads(text)
        return values, dict.fromkeys(_paths(values), str(path)), []
    except OSError as error:
        if isinstance(error, FileNotFoundError | NotADirectoryError) and SETTINGS_FILE not in environment:
            return {}, {}, []
        return {}, {}, [f"{path}: cannot be read ({error.strerror or type(error).__name__})"]
    except UnicodeDecodeError:
        return {}, {}, [f"{path}: is not text in UTF-8"]
    except ValueError as error:
        return {}, {}, [f"{path}: is not TOML ({error})"]
    except RecursionError:
        return {}, {}, [f"{path}: {NESTED}"]


def _read_text(path: Path) -> str:
    """Text of a file; OSError where it cannot be read or is no file, UnicodeDecodeError where it is no text."""
    if not stat.S_ISREG(path.stat().st_mode):  # what is opened otherwise may never end
        raise OSError(errno.EINVAL, "it is not a file")
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise OSError(errno.EFBIG, f"it has more than {MAX_BYTES / 1e6:g} MB")
    return data.decode("utf-8")


def _paths(values: Mapping[str, Any], above: SettingPath = ()) -> list[SettingPath]:
    found: list[SettingPath] = []
    for key, value in values.items():
        found += _paths(value, (*above, key)) if isinstance(value, dict) else [(*above, key)]
    return found


def _from_environment(environment: Environment, problems: list[str]) -> list[tuple[SettingPath, object, str]]:
    """Path, value and name of each variable that is a setting; NAME_FILE names a file that holds the value."""
    known = {variable(path): path for path in setting_types()}
    found: list[tuple[SettingPath, object, str]] = []
    for name in sorted(environment):
        if not name.startswith(PREFIX) or name in OTHER_VARIABLES:
            continue
        stem = name.removesuffix(FILE_SUFFIX)
        path = known.get(name) or known.get(stem)
        if path is None:
            problems.append(f"{name} (environment): is not a setting{_instead(name, known)}")
        else:
            found.append((path, _value(name, environment[name], path, name not in known, problems), name))
    return found


def _value(name: str, text: str, path: SettingPath, in_file: bool, problems: list[str]) -> object:
    if in_file:
        try:
            text = _read_text(Path(text)).strip()
        except UnicodeDecodeError:
            problems.append(f"{name} (environment): {text} is not text in UTF-8")
        except (OSError, ValueError) as error:
            problems.append(
                f"{name} (environment): {text} cannot be read ({getattr(error, 'strerror', None) or error})"
            )
    return tuple(text.split()) if path in LIST_SETTINGS else text


def _put(values: MutableMapping[str, Any], path: SettingPath, value: object, problems: list[str], source: str) -> None:
    place = values
    for key in path[:-1]:
        place = place.setdefault(key, {})
        if not isinstance(place, dict):
            problems.append(f"{source} (environment): {key} in the settings file is not a table")
            return
    place[path[-1]] = value


def _sentence(problem: Any, sources: Mapping[SettingPath, str]) -> str:
    """One problem: key, source, and what is expected."""
    path = tuple(str(part) for part in problem["loc"] if part != "[key]")
    source = next((sources[path[:end]] for end in range(len(path), 0, -1) if path[:end] in sources), None)
    where = ".".join(path) + (f" ({source})" if source else "")
    told = str(problem["msg"]).removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        return f"{where}: is not a setting{_instead(path[-1], [name[-1] for name in setting_types()])}"
    return f"{where}: {told[:1].lower()}{told[1:]}" if where else told


def _instead(name: str, known: Any) -> str:
    """What to write in the place of something that is not a setting, or not any more."""
    if name.lower().endswith("no_running_s"):
        return "; write run_end.still_min, in minutes: a run now ends when nobody has run or walked for so long"
    close = difflib.get_close_matches(name, list(known), 1)
    return f"; did you mean {close[0]}?" if close else ""
