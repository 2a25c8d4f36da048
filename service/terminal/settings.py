"""Effective settings, as a table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import time
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr
from rich.table import Table

from surefoot.service.configuration import Configuration, SettingPath
from surefoot.service.errors import MASK


def settings_table(configuration: Configuration) -> Table:
    """A row for each setting with its value and source; secrets are masked."""
    shown = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for name in ("setting", "value", "from"):
        shown.add_column(name, overflow="fold")
    for path, value in _walk(configuration.settings):
        shown.add_row(".".join(path), _text(value), configuration.sources.get(path, "default"))
    return shown


def _walk(values: BaseModel | Mapping[str, Any], above: SettingPath = ()) -> Iterator[tuple[SettingPath, object]]:
    for key, value in values if isinstance(values, BaseModel) else values.items():
        if isinstance(value, BaseModel | Mapping):
            yield from _walk(value, (*above, key))
        else:
            yield (*above, key), value


def _text(value: object) -> str:
    match value:
        case None | ():
            return "–"
        case SecretStr():
            return MASK if value.get_secret_value() else "–"
        case bool() | Path():
            return str(value).lower() if isinstance(value, bool) else str(value)
        case (time(), time()):
            return "-".join(f"{each:%H:%M}" for each in value)
        case tuple():
            return json.dumps(value)
        case _:
            return str(value)
