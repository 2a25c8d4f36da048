"""Print what the boards show beside what was planted, and take the documentation's pictures: `make boards`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from surefoot.dashboards.grafana.board_files import BOARDS
from tests.accuracy.report import Finding, show
from tests.boards import figures, first_minute, shown_boards
from tests.boards.bundle import built_page
from tests.boards.planted import planted
from tests.dashboards.browser import chromium

MINUTES = 3.0
DOCS = "1280-light"
"""Size and theme of the pictures in the documentation."""
COLOURS = 128


def main(docs: Path, every: Path) -> bool:
    """Save a picture of each board in each size and theme in `every`, and those of the documentation in `docs`.

    True if every target is met in all of them.
    """
    address = built_page().as_uri()
    found: list[Finding] = []
    every.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder, planted(Path(folder), MINUTES) as world, chromium() as browser:
        for width_px, theme in shown_boards.SIZES:
            boards = shown_boards.show(browser, address, world, width_px, theme, every)
            each = list(figures.findings(boards, world))
            found += _in_short(each, f"{width_px} px, {theme}") if found else each
    with TemporaryDirectory() as folder:
        found += first_minute.findings(Path(folder))
    for board in BOARDS:
        name = board.uid.removeprefix("surefoot-")
        _save_small(every / f"{name}-{DOCS}.png", docs / f"board-{name}.png")
    return show(found)


def _save_small(picture: Path, file: Path) -> None:
    with Image.open(picture) as taken:
        taken.convert("RGB").quantize(COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
            file, optimize=True
        )


def _in_short(findings: Sequence[Finding], size: str) -> Iterator[Finding]:
    """How many targets are met in another size, and those that are missed."""
    missed = [replace(each, data=f"{size}: {each.data}") for each in findings if not each.passed]
    met = len(findings) - len(missed)
    yield Finding(size, "of these targets met", f"{met} of {len(findings)}", "all", not missed)
    yield from missed


if __name__ == "__main__":
    sys.exit(0 if main(Path(sys.argv[1]), Path(sys.argv[2])) else 1)
