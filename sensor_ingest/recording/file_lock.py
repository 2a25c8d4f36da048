"""Exclusive lock on an open file, released when the file is closed or the process ends."""

from __future__ import annotations

import os
import sys

if sys.platform == "win32":
    import msvcrt

    _LOCKED_BYTE = 2**31 - 2
    """Windows refuses others to read a locked range: the last offset it can lock, which no journal grows to."""

    def lock_exclusively(file: int) -> None:
        """Lock a file descriptor; OSError at once if another one holds the lock."""
        position = os.lseek(file, 0, os.SEEK_CUR)
        os.lseek(file, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        finally:
            os.lseek(file, position, os.SEEK_SET)

    def lock_when_free(file: int) -> None:
        """Lock a file descriptor as soon as nobody else has it locked; OSError after ten seconds."""
        msvcrt.locking(file, msvcrt.LK_LOCK, 1)

else:
    import fcntl

    def lock_exclusively(file: int) -> None:
        """Lock a file descriptor; OSError at once if another one holds the lock."""
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def lock_when_free(file: int) -> None:
        """Lock a file descriptor as soon as nobody else has it locked."""
        fcntl.flock(file, fcntl.LOCK_EX)
