"""The coach's list after training: who has said something of today's run; the diaries of the others stay closed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from surefoot.dashboards.diary_source import DiarySource, RanToday, Said
from surefoot.dashboards.formatting import local_time
from surefoot.dashboards.html import Markup, element
from surefoot.dashboards.viewers import Scope, Viewer
from surefoot.dashboards.wall.pages import Page

AFTER_PATH = "/after"


class AfterPage:
    """Handler of the page.

    Parameters
    ----------
    viewer : who asks.
    diary_of : address of the diary of a runner and run.
    html : a page as a response.
    """

    def __init__(
        self,
        source: DiarySource,
        viewer: Callable[[Request], Viewer],
        diary_of: Callable[[str, str], str | None],
        html: Callable[[Page], Response],
    ) -> None:
        self._source = source
        self._viewer = viewer
        self._diary_of = diary_of
        self._html = html

    def routes(self) -> list[Route]:
        """The page."""
        return [Route(AFTER_PATH, self._page)]

    async def _page(self, request: Request) -> Response:
        viewer = self._viewer(request)
        ran = await run_in_threadpool(self._source.ran_today)
        shown = [each for each in ran if viewer.may_see(each.runner, Scope.PAIN_AND_PLAN)]
        return self._html(after_page(shown, self._diary_of))


def after_link() -> Markup:
    """The way to the page."""
    return element("p", element("a", "After training", href=AFTER_PATH), class_="downloads")


def after_page(ran: Sequence[RanToday], diary_of: Callable[[str, str], str | None]) -> Page:
    """The page, of runs whose diaries are shown to whoever asks."""
    told = [_entry(each, diary_of(each.runner, each.run)) for each in ran if each.said is Said.SOMETHING]
    count = Counter(each.said for each in ran)
    others = f"No entry yet: {count[Said.NOT_YET]}. An entry that nothing hurts: {count[Said.NOTHING]}."
    nobody = "Nobody who shows you their diary ran today." if not ran else "No entry tells of a pain or a sign."
    main = element(
        "main",
        element("h1", "After training"),
        element("ul", *told) if told else element("p", nobody, class_="nothing"),
        element("p", others) if ran else None,
        id="main",
    )
    return Page("After training", main)


def _entry(each: RanToday, diary: str | None) -> Markup:
    began = local_time(each.began_utc, "%H:%M")
    return element("li", element("a", each.name, href=diary), f" said something, run of {began}")
