"""One simulated run, measured live, replayed, analysed from its recording and from its export."""

from __future__ import annotations

import contextlib
import io
import json
import math
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from surefoot.analysis.model import Foot
from surefoot.service.cli.main import main
from surefoot.service.runtime.demo import choose_scenarios, record_demo
from surefoot.service.serialization.json import to_json
from tests.accuracy.report import Finding

MINUTES, SEED = 5.0, 3
SCENARIO = "the demo's story, 5 min"


def said(*arguments: str | Path) -> str:
    """What `surefoot` prints."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as end:
            if end.code:
                raise
    return out.getvalue()


def numbers(found: Any) -> Iterator[float]:
    """Every number of a JSON value, in order."""
    if isinstance(found, dict | list):
        for each in found.values() if isinstance(found, dict) else found:
            yield from numbers(each)
    elif isinstance(found, int | float):
        yield float(found)


def findings() -> Iterator[Finding]:
    """Through the command line, as a user would."""
    with TemporaryDirectory() as folder:
        played = record_demo(
            choose_scenarios(None, MINUTES, 1, SEED), Path(folder), seed=SEED, speed=math.inf, observer=None
        )
        live = to_json(played.finished.analysis.runners["runner-1"].conclude())
        count = sum(1 for _ in numbers(json.loads(live)))
        for command in ("replay", "analyze"):
            again = said(command, played.run.path, "--json", "-")
            text = f"{count} numbers, {'all equal' if again == live else 'different'}"
            yield Finding(SCENARIO, f"surefoot {command} against live", text, "equal", again == live)
        yield _from_csv(json.loads(live), played.run.path, Path(folder) / "csv")


def _from_csv(live: dict[str, Any], run: Path, folder: Path) -> Finding:
    """The exported CSV files, whose numbers are rounded."""
    said("export", run, "--csv", folder)
    files = [option for foot in Foot for option in (f"--{foot}", next(folder.glob(f"*-{foot}.csv")))]
    again = json.loads(said("analyze", *files, "--json", "-"))
    same = again["summary"].keys() == live["summary"].keys()
    pairs = list(zip(numbers(again["summary"]), numbers(live["summary"]), strict=True)) if same else []
    worst = max((abs(one - other) / max(abs(other), 1.0) for one, other in pairs), default=math.inf)
    return Finding(SCENARIO, "its CSV export against live", f"summary within {worst:.1e}", "≤ 1e-3", worst <= 1e-3)
