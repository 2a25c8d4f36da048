"""New files for what leaves: private, and never in the place of one that is there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from surefoot.sensor_ingest.recording.private_files import private_opener
from surefoot.service.errors.output import OutputError


@contextmanager
def created(path: Path) -> Iterator[BinaryIO]:
    """A new file, its folder made if it is missing; removed again if what is written into it fails.

    Raises
    ------
    OutputError
        if it cannot be written, or is there already.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = open(path, "xb", opener=private_opener)  # noqa: SIM115 – closed below
    except OSError as error:
        raise OutputError(path, error.strerror or type(error).__name__) from error
    try:
        with file:
            yield file
    except OSError as error:
        path.unlink(missing_ok=True)
        raise OutputError(path, error.strerror or type(error).__name__) from error
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def write_new(path: Path, data: bytes) -> Path:
    """Write a new file as a whole; OutputError as above."""
    with created(path) as file:
        file.write(data)
    return path
