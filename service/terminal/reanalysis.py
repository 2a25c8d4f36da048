"""What a new analysis of all runs has moved, in lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from surefoot.sensor_ingest.formatting import pluralize
from surefoot.service.runtime.reanalysing import AgainRun, Reanalysis


def run_line(each: AgainRun) -> str:
    """One runner's run."""
    if each.problem:
        return f"Left out: {each.problem}"
    now, before = each.now, each.before
    return (
        f"{each.run} {each.runner}: {now['strides']} strides (were {before['strides']}),"
        f" {now['findings']} findings (were {before['findings']})."
    )


def reanalysis_lines(found: Reanalysis) -> Iterator[str]:
    """How long it took, and each number that is another one: in how many runs, and by how much."""
    went_on = f", {found.went_on} of them before it was interrupted" if found.went_on else ""
    runs = len({each.run for each in found.runs})
    yield f"{pluralize(runs, 'run')} analysed again{went_on}: {found.wall_s:.1f} s, {found.cpu_s:.1f} s of computing."
    yield from moved_lines(found.runs)


def moved_lines(runs: Sequence[AgainRun]) -> Iterator[str]:
    """The table of what moved; the same whatever order the runs were done in."""
    keys = dict.fromkeys(key for each in runs for key in (*each.before, *each.now))
    rows = [row for key in keys if (row := _moved(key, runs)) is not None]
    if not rows:
        yield "No number moved."
        return
    yield f"{'moved':42}{'runs':>6}{'median':>12}{'greatest':>12}  where"
    yield from rows


def _moved(key: str, runs: Sequence[AgainRun]) -> str | None:
    changed = [each for each in runs if each.before.get(key) != each.now.get(key)]
    if not changed:
        return None
    by = [(now - before, each) for each in changed if (pair := _both(each, key)) for before, now in [pair]]
    new = sum(each.before.get(key) is None for each in changed)
    gone = sum(each.now.get(key) is None for each in changed)
    beside = "".join(f", {count} {word}" for count, word in ((new, "new"), (gone, "gone")) if count)
    if not by:
        return f"{key:42}{len(changed):>6}{'':24}  {beside.removeprefix(', ')}"
    most, where = max(by, key=lambda each: (abs(each[0]), each[1].run))
    return f"{key:42}{len(changed):>6}{median(each for each, _ in by):>+12.4g}{most:>+12.4g}  {where.run}{beside}"


def _both(each: AgainRun, key: str) -> tuple[float, float] | None:
    before, now = each.before.get(key), each.now.get(key)
    return None if before is None or now is None else (before, now)
