"""One lock at a time on a file, on every platform."""

from __future__ import annotations

import os
import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from surefoot.sensor_ingest.recording import file_lock


def opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT)


def test_a_file_is_locked_once_until_it_is_closed(tmp_path: Path) -> None:
    first, second = opened(tmp_path / "j"), opened(tmp_path / "j")
    file_lock.lock_exclusively(first)
    with pytest.raises(OSError):  # noqa: PT011  # the kind differs between platforms
        file_lock.lock_exclusively(second)
    os.close(first)
    file_lock.lock_exclusively(second)
    os.close(second)


def windows_lock(monkeypatch: pytest.MonkeyPatch, locking: Callable[[int, int, int], None]) -> Callable[[int], None]:
    """`lock_exclusively` as it is defined on Windows, where there is no fcntl."""
    msvcrt = ModuleType("msvcrt")
    msvcrt.LK_NBLCK, msvcrt.locking = 2, locking  # type: ignore[attr-defined]
    with monkeypatch.context() as patch:
        patch.setattr(sys, "platform", "win32")
        patch.setitem(sys.modules, "msvcrt", msvcrt)
        patch.setitem(sys.modules, "fcntl", None)
        found: Callable[[int], None] = runpy.run_path(str(file_lock.__file__))["lock_exclusively"]
    return found


def test_on_windows_one_byte_far_behind_the_data_is_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int, int]] = []

    def locking(file: int, mode: int, count: int) -> None:
        asked.append((os.lseek(file, 0, os.SEEK_CUR), mode, count))

    file = opened(tmp_path / "j")
    os.write(file, b"abc")
    windows_lock(monkeypatch, locking)(file)
    assert asked == [(2**31 - 2, 2, 1)]
    assert os.lseek(file, 0, os.SEEK_CUR) == 3
    os.close(file)


def test_on_windows_a_locked_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def locking(*_: int) -> None:
        raise PermissionError(13, "Permission denied")

    file = opened(tmp_path / "j")
    with pytest.raises(PermissionError):
        windows_lock(monkeypatch, locking)(file)
    assert os.lseek(file, 0, os.SEEK_CUR) == 0
    os.close(file)
