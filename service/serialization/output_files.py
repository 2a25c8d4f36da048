"""Writes JSON to a file or to standard output."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from surefoot.service.errors.output import OutputError
from surefoot.service.pipeline.analysis import Analysis
from surefoot.service.serialization.json import to_json


def check_output(path: Path, recordings: Iterable[Path]) -> None:
    """Check before the work that its result can be written, and is not one of the recordings.

    Raises
    ------
    OutputError
        if it cannot.
    """
    folder = path.parent
    if path.is_dir():
        raise OutputError(path, "it is a folder")
    if not folder.is_dir():
        raise OutputError(path, f"there is no folder {folder}")
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise OutputError(path, "permission denied")
    if any(path.resolve() == recording.resolve() for recording in recordings):
        raise OutputError(path, "it is the recording itself")


def write_json(analysis: Analysis, path: Path | None) -> None:
    """Write an analysis to a file, or to standard output where there is no path.

    Raises
    ------
    OutputError
        if the file cannot be written.
    """
    text = to_json(analysis)
    if path is None:
        sys.stdout.write(text)
        return
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(path, error.strerror or type(error).__name__) from error
