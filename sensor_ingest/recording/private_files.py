"""Files and folders that nobody but their owner may read: they say how a person's body moves."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

FOLDER_MODE, FILE_MODE = 0o700, 0o600
OF_OTHERS = 0o077


def make_private_folder(path: Path) -> None:
    """Create a folder, and those above it that are missing, whatever the umask; one that is there stays as it is.

    Raises
    ------
    OSError
        if it cannot be created.
    """
    missing = [each for each in (path, *path.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=FOLDER_MODE, exist_ok=True)


def make_private_file(path: Path) -> None:
    """Create a file; one that is there becomes private if it is ours, without being opened.

    Closing a file ends all locks that the process has on it, such as SQLite's.

    Raises
    ------
    OSError
        if it cannot be created.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, FILE_MODE))
    with suppress(OSError):  # somebody else's, who has to do it
        if path.stat().st_mode & OF_OTHERS:
            path.chmod(FILE_MODE)


def private_opener(path: str, flags: int) -> int:
    """Opener for `open`: a file that is created is private, one that is there becomes so if it is ours."""
    file = os.open(path, flags | getattr(os, "O_BINARY", 0), FILE_MODE)
    with suppress(OSError):  # somebody else's, who has to do it
        mode = os.fstat(file).st_mode
        if stat.S_ISREG(mode) and mode & OF_OTHERS:
            Path(path).chmod(FILE_MODE)
    return file


def sync_folder(path: Path) -> None:
    """Wait until the names of a folder's files are on the disk; OSError if that fails. Windows has no way to ask."""
    if os.name != "posix":
        return
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def replace_private_file(path: Path, text: str) -> None:
    """Put a text on the disk in the place of what a file held; see `replace_private_bytes`."""
    replace_private_bytes(path, text.encode())


def replace_private_bytes(path: Path, content: bytes) -> None:
    """Put something on the disk in the place of what a file held, as a whole or not at all.

    Raises
    ------
    OSError
        if it cannot be written.
    """
    fresh = path.with_name(f"{path.name}.new")
    with open(fresh, "wb", opener=private_opener) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def is_private(path: Path) -> bool:
    """Whether nobody but its owner may do anything with what is there; where there is nothing, there is no secret."""
    with suppress(OSError):
        return os.name != "posix" or not path.stat().st_mode & OF_OTHERS
    return True
