"""The real command in a process of its own, with what it writes to standard error read line by line."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Self

from tests.service.command import ROOT
from tests.service.computer_date import ComputerDate
from tests.service.servers import START_S, wait


class RealCommand:
    """`python -m surefoot` with arguments and settings; ended by Ctrl-C where it has not ended by itself.

    Parameters
    ----------
    date : what it takes for the date; None for the true one.
    output : where its standard output goes; by default it is read.
    before : called in the new process before the command.
    environment : what it has besides ours.
    typed : what stands on its standard input; None for ours.
    """

    def __init__(
        self,
        data: Path,
        *arguments: str,
        settings: Mapping[str, object] | None = None,
        date: ComputerDate | None = None,
        output: int | IO[bytes] = subprocess.PIPE,
        before: Callable[[], object] | None = None,
        environment: Mapping[str, str] | None = None,
        typed: str | None = None,
    ) -> None:
        self._before = before
        self._typed = typed
        self._output = output
        self.lines: list[str] = []
        self.out = ""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("SUREFOOT_")}
        self._environment = {
            **inherited,
            "PYTHONPATH": os.pathsep.join([str(ROOT / ".links"), *([] if date is None else [str(date.folder)])]),
            "SUREFOOT_DATA": str(data),
            "SUREFOOT_METRICS_PORT": "0",
            "XDG_CONFIG_HOME": str(data / "config"),
            **(environment or {}),
            **{f"SUREFOOT_{name}": str(value) for name, value in (settings or {}).items()},
        }
        self._arguments = [sys.executable, "-m", "surefoot", *arguments]

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._arguments,
            env=self._environment,
            stdout=self._output,
            stderr=subprocess.PIPE,
            stdin=None if self._typed is None else subprocess.PIPE,
            text=True,
            preexec_fn=self._before,
        )
        if self._process.stdin is not None:
            self._process.stdin.write(self._typed or "")
            self._process.stdin.close()
        self._readers = [threading.Thread(target=read) for read in (self._read_errors, self._read_output)]
        for reader in self._readers:
            reader.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        try:
            self.finish()
        finally:
            self._process.kill()

    @property
    def err(self) -> str:
        """Standard error so far."""
        return "\n".join(self.lines)

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def interrupt(self) -> None:
        """Ask it to end, as Ctrl-C does; no effect if it has ended."""
        self._process.send_signal(signal.SIGINT)

    def kill(self) -> None:
        """End it as a crash would."""
        self._process.kill()
        self._process.wait(START_S)

    def finish(self, timeout_s: float = START_S) -> int:
        """Wait until it ends; returns its exit code."""
        code = self._process.wait(timeout_s)
        for reader in self._readers:
            reader.join()
        return code

    def expect(self, text: str, timeout_s: float = START_S) -> None:
        """Wait until a text is on standard error."""
        wait(lambda: text in self.err, timeout_s)

    def _read_errors(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as errors:
            for line in errors:
                self.lines.append(line.rstrip("\n"))

    def _read_output(self) -> None:
        if self._process.stdout is None:
            return
        with self._process.stdout as output:
            for line in output:
                self.out += line
