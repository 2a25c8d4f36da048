"""Standard streams, however they were left to us: closed, on a full disk, without a letter that we need."""

from __future__ import annotations

import io
import os
import sys


def prepare() -> None:
    """What is closed leads nowhere, so that no file of ours takes its place; letters that are missing become a `?`."""
    while (spare := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(spare)
    sys.stdout = sys.stdout or os.fdopen(1, "w")
    sys.stderr = sys.stderr or os.fdopen(2, "w")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def abandon() -> None:
    """Nobody takes standard output any more; what is left of it is no failure."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
