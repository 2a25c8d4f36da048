"""The five boards as somebody looks at them, and what their panels show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from playwright.sync_api import Browser

from tests.boards.page import BoardPage, Shown, Theme
from tests.boards.planted import RUNNERS, Planted
from tests.boards.view import View, view_of

LATER_S = 60.0
DAY_MS = 86_400_000
SIZES: tuple[tuple[int, Theme], ...] = ((1280, "light"), (1280, "dark"), (1920, "light"), (1920, "dark"))


@dataclass(frozen=True, slots=True)
class ShownBoards:
    """Name of a view → title of a panel → what it shows."""

    views: Mapping[str, View]
    panels: Mapping[str, Mapping[str, Shown]]

    def panel(self, view: str, title: str) -> Shown:
        """One panel."""
        return self.panels[view][title]


def views_of(planted: Planted) -> Mapping[str, View]:
    """Each board at the end of what was planted for it, and the squad's a minute after everybody stopped."""
    everybody = replace(planted.squad, runners=RUNNERS)
    drifting = planted.drifting
    return {
        "coach-live": view_of("coach-live", planted.squad),
        "coach-live-later": view_of("coach-live", planted.later(LATER_S)),
        "runner-live": view_of("runner-live", planted.squad),
        "run": view_of("run", drifting, "20m", now_ms=drifting.now_ms + DAY_MS),
        "trends": view_of("trends", planted.weekly),
        "pods": view_of("pods", everybody),
    }


def show(
    browser: Browser, address: str, planted: Planted, width_px: int, theme: Theme, pictures: Path | None = None
) -> ShownBoards:
    """Show every board in that size and theme, and save pictures if a folder is given."""
    views, panels = views_of(planted), {}
    with BoardPage(browser, address, width_px, theme) as page:
        for name, view in views.items():
            panels[name] = page.show(view)
            if pictures is not None:
                page.picture(pictures / f"{name}-{width_px}-{theme}.png")
    return ShownBoards(views, panels)
