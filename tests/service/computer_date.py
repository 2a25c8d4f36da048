"""A date for processes of the tests that can be set wrong while they run; no test may set the computer's."""

from __future__ import annotations

from pathlib import Path

CUSTOMIZE = """
import time
REAL = time.time
def stepped_s():
    return REAL() + float(open({path!r}).read() or 0)
time.time = stepped_s
time.time_ns = lambda: int(stepped_s() * 1e9)
"""


class ComputerDate:
    """Seconds by which the date is wrong, for every process with `folder` in its PYTHONPATH."""

    def __init__(self, folder: Path, wrong_by_s: float = 0.0) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._path = folder / "wrong_by_s"
        self.set(wrong_by_s)
        (folder / "sitecustomize.py").write_text(CUSTOMIZE.format(path=str(self._path)), encoding="utf-8")

    def set(self, wrong_by_s: float) -> None:
        """Set the date."""
        new = self._path.with_suffix(".new")
        new.write_text(str(wrong_by_s), encoding="utf-8")
        new.replace(self._path)
