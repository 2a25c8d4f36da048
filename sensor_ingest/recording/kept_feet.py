"""Which foot each pod is on, as its runner showed it: kept in the folder of runs, by runner and serial number."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path

from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.recording.errors import RunUnwritableError
from surefoot.sensor_ingest.recording.private_files import make_private_folder, replace_private_file

log = logging.getLogger(__name__)

FILE_NAME = "feet.json"


def kept_feet(folder: Path, runner: str) -> dict[str, Foot]:
    """A runner's pods, by serial number or tag, with the feet they were shown to be on."""
    return _read(folder).get(runner, {})


def keep_feet(folder: Path, runner: str, feet: Mapping[str, Foot]) -> None:
    """Keep on which feet a runner's pods are, in the place of what was known of these pods.

    Raises
    ------
    RunUnwritableError
        if the folder cannot be written.
    """
    kept = _read(folder)
    others = {serial: foot for serial, foot in kept.get(runner, {}).items() if foot_of(feet, serial) is None}
    text = json.dumps({**kept, runner: {**others, **feet}}, indent=1, ensure_ascii=False)
    try:
        make_private_folder(folder)
        replace_private_file(folder / FILE_NAME, text + "\n")
    except OSError as error:
        raise RunUnwritableError(folder, error.strerror or type(error).__name__) from error


def foot_of(feet: Mapping[str, Foot], serial: str) -> Foot | None:
    """The foot of a pod, which may be named by its serial number or by the end of it, its tag."""
    return next((foot for name, foot in feet.items() if name.endswith(serial) or serial.endswith(name)), None)


def _read(folder: Path) -> dict[str, dict[str, Foot]]:
    """All that is kept; nothing where it is damaged, so that the runner is asked again."""
    try:
        found = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
        return {runner: {serial: Foot(foot) for serial, foot in feet.items()} for runner, feet in found.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError, RecursionError):
        log.warning("%s cannot be read; run surefoot confirm again.", folder / FILE_NAME)
        return {}
