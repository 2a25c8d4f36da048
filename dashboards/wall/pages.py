"""HTML pages of the wall; `wall.js` fills in the live pieces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from surefoot.dashboards.charts.left_right import left_right_legend
from surefoot.dashboards.data_source import AnalysedRun, RunListEntry, Worn
from surefoot.dashboards.formatting import clock, local_time
from surefoot.dashboards.html import Markup, element

SECTIONS = {
    "head": "",
    "minute": "The last minute",
    "feet": "Feet",
    "findings": "Findings",
    "course": "Over the run",
    "pods": "Pods",
}
REPLAY_SPEEDS = (1, 2, 5, 10, 30, 100)
KEYBOARD_HELP = (
    "Arrow keys: move between cards. Enter: open. Escape: leave the cards, or go back. Space: pause a replay. "
    "T: light or dark."
)
WAITING = "▲ Somebody needs a look; the cards keep their places while one has the focus. Escape sorts them."


@dataclass(frozen=True, slots=True)
class Page:
    """What a page shows.

    Parameters
    ----------
    live : adds clock, connection state and alerts.
    menu : whether there is a bar with the ways to other pages.
    next_page : address that a browser goes to at once; empty for none.
    """

    title: str
    main: Markup
    live: bool = False
    menu: bool = True
    next_page: str = ""

    def html(self, *, sign_out: bool = False) -> str:
        """The whole document; `sign_out` adds the button for it."""
        head = element(
            "head",
            Markup('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
            element("title", f"{self.title} · surefoot"),
            element("meta", http_equiv="refresh", content=f"0; url={self.next_page}") if self.next_page else None,
            Markup('<link rel="icon" href="/assets/icon.svg">'),
            Markup('<link rel="stylesheet" href="/assets/theme.css"><link rel="stylesheet" href="/assets/wall.css">'),
            Markup('<script type="module" src="/assets/wall.js"></script>'),
        )
        bar = _header_bar(live=self.live, sign_out=sign_out) if self.menu else None
        return f"<!doctype html>\n{element('html', head, element('body', bar, self.main, class_='wall'), lang='en')}\n"


def squad_page(title: str, events: str, replay_player: Markup | None = None, below: Markup | None = None) -> Page:
    """Page of all runners; `below` the cards are links."""
    grid = element("div", class_="cards", id="pieces", data_events=events)
    heading = element("h1", title, " ", _legend())
    return Page(title, element("main", heading, grid, below, replay_player, id="main"), live=True)


def runner_page(
    name: str,
    events: str,
    up: str,
    replay_player: Markup | None = None,
    question: Markup | None = None,
    downloads: Markup | None = None,
    watch: Markup | None = None,
    diary: str | None = None,
    history: str | None = None,
    timer: str | None = None,
    plan: str | None = None,
) -> Page:
    """Page of one runner, with empty sections.

    Parameters
    ----------
    diary, history, timer, plan : addresses of the runner's diary, page over weeks, timer and plan; None where there is
        none.
    """
    sections = [
        element(
            "section",
            element("h2", heading) if heading else None,
            element("div", id=f"piece {section}", data_piece=section),
            class_=section,
        )
        for section, heading in SECTIONS.items()
    ]
    main = element(
        "main",
        element(
            "p",
            element("a", "← all runners", href=up, id="up"),
            None if history is None else element("a", "Over weeks", href=history),
            None if timer is None else element("a", "Run and walk by the clock", href=timer),
            None if plan is None else element("a", "Plan", href=plan),
            None if diary is None else element("a", "How do feet and legs feel?", href=diary),
            class_="crumbs",
        ),
        element("h1", name, " ", _legend()),
        question,
        element("div", *sections, class_="runner", id="pieces", data_events=events),
        watch,
        downloads,
        replay_player,
        id="main",
    )
    return Page(name, main, live=True)


def own_links(diary: str | None, history: str | None, plan: str | None) -> Markup:
    """The ways to a runner's own pages."""
    links = {"How do feet and legs feel?": diary, "Over weeks": history, "Plan": plan}
    shown = [element("p", element("a", text, href=href)) for text, href in links.items() if href is not None]
    return element("div", *shown, class_="downloads own-pages")


def replay_player(begin_s: float, end_s: float) -> Markup:
    """Controls of a replay: play, pause, position and speed."""
    speeds = [element("option", f"{speed} ×", value=speed, selected=speed == 10) for speed in REPLAY_SPEEDS]
    return element(
        "form",
        element("button", "Pause", type="button", id="play"),
        element(
            "input", type="range", id="place", min=begin_s, max=end_s, value=begin_s, step="any",
            aria_label="Position in the run",
        ),
        element("output", clock(0.0), id="at"),
        element("span", f"of {clock(end_s - begin_s)}"),
        element("label", "Speed ", element("select", *speeds, id="speed")),
        class_="player",
        id="player",
    )  # fmt: skip


def runs_page(runs: Sequence[RunListEntry], names: Mapping[str, str] | None = None) -> Page:
    """Page with the list of recorded runs; `names` are those of runners with a page over weeks, by their ids."""
    rows = [
        element(
            "tr",
            element("td", element("time", local_time(run.started_utc), datetime=run.started_utc.isoformat())),
            element("td", element("a", "Replay", href=f"/runs/{run.run}")),
            element("td", *(_report_link(run.run, *each) for each in run.names.items())),
            element("td", "" if run.ended else "in progress, or cut off"),
        )
        for run in runs
    ]
    heads = ("when", "watch", "reports", "")
    table = element(
        "table",
        element("thead", element("tr", *(element("th" if text else "td", text) for text in heads))),
        element("tbody", *rows),
        class_="runs",
    )
    shown = element("div", table, class_="scroll", tabindex="0", role="region", aria_label="Runs")
    nothing = element("p", "There are no recorded runs yet.", class_="nothing")
    links = [element("a", name, href=f"/runner/{quote(runner)}/history") for runner, name in (names or {}).items()]
    weeks = element("p", "Over weeks: ", *links, class_="downloads") if links else None
    return Page("Runs", element("main", element("h1", "Runs"), weeks, shown if runs else nothing, id="main"))


def login_page(refusal: str | None = None) -> Page:
    """Page with the password form, and why the last attempt was refused."""
    form = element(
        "form",
        element("label", "Name", for_="name"),
        element("input", name="name", id="name", autocomplete="username", autocapitalize="none", placeholder="owner"),
        element("label", "Password", for_="password"),
        element("input", type="password", name="password", id="password", autocomplete="current-password",
                required=True, autofocus=True),
        element("button", "Sign in", type="submit"),
        element("p", refusal, role="alert", class_="wrong") if refusal else None,
        method="post", action="/login", class_="login",
    )  # fmt: skip
    return Page("surefoot", element("main", element("h1", "surefoot"), form, id="main"), menu=False)


def pods_question(run: AnalysedRun) -> Markup | None:
    """Buttons that answer whether the pods were exchanged; None where a recorded run does not ask."""
    if not (run.ended and run.asks_whether_exchanged):
        return None
    place = f"/runs/{run.run}/runner/{quote(run.runner)}/pods"
    return element(
        "form",
        element("p", "Was the left pod on the right foot, and the right one on the left? After your answer the run is "
                "analysed again, and what was stored of it is replaced."),
        element("button", "Exchange feet", formaction=f"{place}/{Worn.EXCHANGED}"),
        " ",
        element("button", "They are as worn", formaction=f"{place}/{Worn.AS_NAMED}"),
        method="post", class_="question",
    )  # fmt: skip


def sentence_page(sentence: str) -> Page:
    """Page for what does not exist or cannot be done."""
    return Page("surefoot", element("main", element("h1", "surefoot"), element("p", sentence), id="main"))


def onward_page(sentence: str, onward: str, *, by_itself: bool = False) -> Page:
    """Page with one way on, which it may take by itself."""
    way = element("p", element("a", "Go on", href=onward))
    main = element("main", element("h1", "surefoot"), element("p", sentence), way, id="main")
    return Page("surefoot", main, menu=False, next_page=onward if by_itself else "")


def _legend() -> Markup:
    """Legend of colours and markers."""
    own = element("span", element("span", class_="swatch own", aria_hidden="true"), "baseline", class_="key")
    return element("span", left_right_legend(), " ", own, class_="keys")


def _header_bar(*, live: bool, sign_out: bool) -> Markup:
    links = (("/", "Now"), ("/runs", "Runs"), ("/phone/", "Phone"))
    return element(
        "header",
        element("a", "Skip to content", href="#main", class_="skip"),
        element("a", "surefoot", href="/", class_="brand"),
        element("nav", *(element("a", text, href=href) for href, text in links), aria_label="Pages"),
        element("span", id="clock") if live else None,
        element("span", "connecting", id="link", role="status") if live else None,
        element(
            "button", element("span", "◐", aria_hidden="true"), element("span", " Light or dark", class_="wide"),
            type="button", id="theme",
        ),
        element("details", element("summary", "Keys"), element("p", KEYBOARD_HELP), class_="help"),
        element("a", "Account", href="/account") if sign_out else None,
        element("form", element("button", "Sign out"), method="post", action="/logout") if sign_out else None,
        element("p", id="alert", role="alert", class_="unseen") if live else None,
        element("p", WAITING, id="waiting", role="status", hidden=True) if live else None,
        class_="bar",
    )  # fmt: skip


def _report_link(run: str, runner: str, name: str) -> Markup:
    return element("a", name, href=f"/runs/{run}/report/{quote(runner)}", class_="report")
