"""Notices for people, in a file beside the store: what the service did while nobody looked."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

from surefoot.sensor_ingest.recording.private_files import replace_private_file

FILE_NAME = "notices.json"
SHOWN_S = 2 * 3600.0
MAX_NOTICES = 5


class Notices:
    """The newest notices of a data folder; files that are damaged are as good as empty.

    Parameters
    ----------
    utc_s : seconds since 1970.
    """

    def __init__(self, folder: Path, utc_s: Callable[[], float] = time.time) -> None:
        self._path = folder / FILE_NAME
        self._utc_s = utc_s

    def add(self, sentence: str) -> None:
        """Show a sentence for `SHOWN_S`; OSError where the disk does not take it."""
        kept = [*self._current(), (self._utc_s(), sentence)][-MAX_NOTICES:]
        replace_private_file(self._path, json.dumps(kept, ensure_ascii=False) + "\n")

    def shown(self) -> tuple[str, ...]:
        """Sentences to show now, oldest first."""
        return tuple(sentence for _, sentence in self._current())

    def _current(self) -> list[tuple[float, str]]:
        since_s = self._utc_s() - SHOWN_S
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
            return [(float(at_s), str(sentence)) for at_s, sentence in found if float(at_s) > since_s]
        except (OSError, ValueError, TypeError, RecursionError):
            return []
