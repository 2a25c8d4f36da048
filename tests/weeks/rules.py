"""Rules on given inputs: the tables written by hand in the tests of the rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.accuracy.report import Finding

TESTS = Path(__file__).parents[1] / "analysis" / "weeks"


class Tally:
    """Counts what pytest tells, by file."""

    def __init__(self) -> None:
        self.run: Counter[str] = Counter()
        self.passed: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Each test has passed once it was called."""
        if report.when == "call" or report.failed:
            name = Path(report.nodeid.partition("::")[0]).stem.removeprefix("test_").replace("_", " ")
            self.run[name] += 1
            self.passed[name] += report.passed


def findings() -> Iterator[Finding]:
    """A line for each file of tables."""
    tally = Tally()
    pytest.main(
        ["-q", "-m", "not slow", "-p", "no:cacheprovider", "--no-header", "-r", "N", str(TESTS)], plugins=[tally]
    )
    for name in sorted(tally.run):
        passed, run = tally.passed[name], tally.run[name]
        yield Finding(
            f"rules of {name}", "as in the tables written by hand", f"{passed} of {run}", "all", passed == run
        )
