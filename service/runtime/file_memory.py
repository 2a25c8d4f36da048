"""What was said of files, remembered for later ones: whose each device is, and what columns are."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.files.csv_header import column_names
from surefoot.sensor_ingest.files.devices import names_device
from surefoot.sensor_ingest.files.statements import CHANNELS, NOTHING_SAID, Statements, layout_key
from surefoot.sensor_ingest.files.units import factor_of
from surefoot.sensor_ingest.recording.private_files import make_private_folder, replace_private_file

log = logging.getLogger(__name__)

FILE_NAME = "files.json"


def with_memory(said: Statements, folder: Path) -> Statements:
    """What is said now, and behind it what is remembered in a folder."""
    known = _read(folder)
    return replace(said, known_devices=known.known_devices, known_layouts=known.known_layouts)


def remember(folder: Path, said: Statements, columns: Sequence[Sequence[str]]) -> None:
    """Keep what is said of files with these columns, and of devices; OSError where the folder cannot be written."""
    known = _read(folder)
    layouts = dict(known.known_layouts)
    if said.of_layout != NOTHING_SAID:
        layouts |= {layout_key(names): said.of_layout for names in columns}
    _write(folder, {**known.known_devices, **replace(said, known_devices={}).feet_of_devices}, layouts)


def remember_devices(folder: Path, feet: Mapping[str, Foot]) -> None:
    """Keep which foot devices are on; OSError where the folder cannot be written."""
    known = _read(folder)
    _write(folder, {**known.known_devices, **feet}, known.known_layouts)


def forget(folder: Path, lines: Sequence[str], name: str) -> None:
    """Drop what is remembered of a file that begins with these lines: of its columns, and of devices in it or its name.

    OSError where the folder cannot be written.
    """
    known = _read(folder)
    keys, text = {layout_key(names) for names in column_names(lines)}, "\n".join([name, *lines])
    _write(
        folder,
        {device: foot for device, foot in known.known_devices.items() if not names_device(text, device)},
        {key: said for key, said in known.known_layouts.items() if key not in keys},
    )


def _write(folder: Path, devices: Mapping[str, Foot], layouts: Mapping[str, Statements]) -> None:
    kept = {
        key: {"columns": dict(said.columns), "units": dict(said.units), "rate_hz": said.rate_hz}
        for key, said in layouts.items()
    }
    make_private_folder(folder)
    text = json.dumps({"devices": dict(devices), "columns": kept}, indent=1, ensure_ascii=False)
    replace_private_file(folder / FILE_NAME, text + "\n")


def _read(folder: Path) -> Statements:
    """All that is remembered; nothing where the file is damaged, so that it is asked again."""
    try:
        found = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
        devices = {str(name): Foot(foot) for name, foot in found["devices"].items()}
        layouts = {str(key): _statements(said) for key, said in found["columns"].items()}
    except FileNotFoundError:
        return NOTHING_SAID
    except (OSError, ValueError, AttributeError, KeyError, TypeError, RecursionError):
        log.warning("%s cannot be read; say it again with --remember.", folder / FILE_NAME)
        return NOTHING_SAID
    return Statements(known_devices=devices, known_layouts=layouts)


def _statements(kept: Mapping[str, Any]) -> Statements:
    """What was said of a file's columns; ValueError if it says nothing that can be true."""
    columns, units = ({str(key): str(value) for key, value in kept[name].items()} for name in ("columns", "units"))
    rate_hz = None if kept["rate_hz"] is None else float(kept["rate_hz"])
    if not set(columns) <= set(CHANNELS) or any(factor_of(*each) is None for each in units.items()):
        raise ValueError("no column or unit of a recording")
    if rate_hz is not None and not 0 < rate_hz < math.inf:
        raise ValueError("no rate")
    return Statements(columns, units, rate_hz)
