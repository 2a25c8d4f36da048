"""What an examined pod breaks of the pod profile, and where the page says so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from importlib.resources import files

from surefoot.sensor_ingest.ble.conform_verdicts import Verdict

PAGE = "PROTOCOL.md"


def conformance_lines(pod: str, verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Each sentence that is broken with what was seen, and how many are kept."""
    page = files("surefoot.firmware_sim").joinpath(PAGE).read_text("utf-8")
    broken = [verdict for verdict in verdicts if verdict.failure]
    for verdict in broken:
        yield f"{verdict.section}, line {line_of(page, verdict)} of {PAGE}: “{verdict.sentence}”"
        yield f"    {verdict.failure}"
    kept = len(verdicts) - len(broken)
    yield f"Pod {pod} keeps {kept} of {len(verdicts)} sentences of the profile that were checked."


def line_of(page: str, verdict: Verdict) -> int:
    """Line on which a sentence begins, in its section; ValueError if it is not there."""
    begin = page.index(f"\n## {verdict.section}\n")
    end = page.find("\n## ", begin + 1)
    words = r"\s+".join(re.escape(word) for word in verdict.sentence.split())
    found = re.compile(words).search(page, begin, end if end >= 0 else len(page))
    if found is None:
        raise ValueError(f"section {verdict.section} has no sentence {verdict.sentence!r}")
    return page.count("\n", 0, found.start()) + 1
