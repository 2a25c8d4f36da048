"""Standard streams, however they were left to us: closed, on a full disk, without a letter that we need."""

from __future__ import annotations

import io
import logging
import os
import sys

log = logging.getLogger(__name__)


def prepare() -> None:
    """Point closed streams at the null device, so that no opened file takes their place; replace missing letters."""
    while (spare := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(spare)
    sys.stdout = sys.stdout or os.fdopen(1, "w")
    sys.stderr = sys.stderr or os.fdopen(2, "w")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def abandon() -> None:
    """Point standard output at the null device, so that the flush at exit cannot fail."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(text: str) -> None:
    """Print a line; whoever records goes on where nobody can read it: a full disk, a terminal or pipe that is gone."""
    try:
        print(text, flush=True)
    except OSError as error:
        abandon()
        log.warning("What is said here cannot be written (%s); recording goes on.", error.strerror)
