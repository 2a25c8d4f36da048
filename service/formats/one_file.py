"""Several files as one, for a browser, which downloads one at a time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from surefoot.service.errors.output import OutputError


def one_file(paths: Sequence[Path], folder: Path, name: str) -> Path:
    """The only file as it is, or all of a folder's files in a ZIP file beside them.

    Raises
    ------
    OutputError
        if it cannot be written.
    """
    if len(paths) == 1:
        return paths[0]
    together = folder / f"{name}.zip"
    try:
        with ZipFile(together, "x", ZIP_DEFLATED) as archive:
            for path in paths:
                archive.write(path, path.relative_to(folder))
    except OSError as error:
        raise OutputError(together, error.strerror or type(error).__name__) from error
    return together
