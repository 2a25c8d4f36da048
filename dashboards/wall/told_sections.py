"""Sections of a runner's page over weeks that the runner tells: diary, shoes, injuries, and a calendar's address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from surefoot.analysis.model import Foot
from surefoot.analysis.weeks.feeling import CheckIn, Pain, Trend, When, worst_score
from surefoot.analysis.weeks.injuries import Injury
from surefoot.analysis.weeks.red_flags import SIGN_REASONS, site_name
from surefoot.dashboards.charts.over_runs import pain_by_day
from surefoot.dashboards.formatting import local_time
from surefoot.dashboards.history_source import History, WornShoe
from surefoot.dashboards.html import Markup, element, join
from surefoot.dashboards.vocabulary import INJURY_KINDS, ONSETS, injury_course, injury_name
from surefoot.dashboards.wall.history_sections import base, section

DIARY_DAYS = 56
ENTRIES = 30
WHEN = {When.BEFORE: "before", When.DURING: "in the run", When.AFTER: "after", When.NEXT_MORNING: "next morning"}
TRENDS = {Trend.EASED: "eased", Trend.SAME: "stayed the same", Trend.GREW: "grew"}


def worst_by_day(check_ins: Iterable[CheckIn]) -> dict[date, int]:
    """The worst pain of each day on which a score was told; 0 where the runner said "nothing"."""
    days: dict[date, list[CheckIn]] = {}
    for each in check_ins:
        days.setdefault(each.day, []).append(each)
    worst = {day: worst_score(said) for day, said in days.items()}
    return {day: score for day, score in worst.items() if score is not None}


def diary(history: History, today: date, address: str | None) -> Markup:
    """What was said of feet and legs, by day; a day without an entry is not one without pain."""
    said = sorted(history.check_ins, key=lambda each: each.at_utc, reverse=True)
    keys = element("p", "A bar is the worst pain of a day; a circle a day on which nothing hurt, as the runner said. "
                   "A day without a mark has no number, which is not the same.", class_="small")  # fmt: skip
    rows = [
        element("tr", element("td", f"{each.day:%a %d %b %Y}"), element("td", WHEN[each.when]),
                element("td", feeling(each)))
        for each in said[:ENTRIES]
    ]  # fmt: skip
    heads = (element("th", head, scope="col") for head in ("day", "when", "what"))
    table = element("table", element("thead", element("tr", *heads)), element("tbody", *rows))
    nothing = element("p", "There is no entry yet.", class_="nothing")
    shown = [element("figure", pain_by_day(worst_by_day(said), today, DIARY_DAYS)), keys, table] if said else [nothing]
    flags = [element("p", flag, class_="flag") for flag in history.flags]
    link = None if address is None else element("p", element("a", "Open the diary", href=address))
    return section("diary", "Feet and legs", *flags, *shown, link)


def feeling(said: CheckIn) -> str:
    """A check-in in words."""
    pains = [_pain(each) for each in said.pains if each.score]
    words = [*pains, *(SIGN_REASONS[sign][1] for sign in sorted(said.signs))]
    if words:
        return "; ".join(words)
    if said.as_usual is not None and not said.pains:
        return "as usual" if said.as_usual else "worse"
    return "nothing"


def _pain(pain: Pain) -> str:
    trend = f", {TRENDS[pain.trend]}" if pain.trend else ""
    return f"{site_name(pain)} {pain.score}{trend}"


def shoes(runner: str, worn: Sequence[WornShoe], *, may_tell: bool) -> Markup:
    """Shoes with their mileage."""
    items = [element("li", _shoe_words(each), _shoe_form(runner, each) if may_tell else None) for each in worn]
    known = element("ul", *items, class_="kept") if worn else element("p", "No shoes are known yet.", class_="nothing")
    fields = (
        _field("Name", "name", required=True, maxlength=60),
        _field("Already run, km", "km", type="number", min=0, max=9999, step="any", value="0"),
    )
    form = _form(f"{base(runner)}/shoe", "Add a pair", *fields) if may_tell else None
    return section("shoes", "Shoes", known, form)


def _shoe_words(each: WornShoe) -> Markup:
    unknown = f", {each.runs_without_distance} of them without a distance" if each.runs_without_distance else ""
    retired = ", no longer worn" if each.shoe.retired else ""
    told = f" {each.distance_m / 1000.0:.1f} km in {_count(each.runs, 'run')}{unknown}{retired} "
    return join([element("strong", each.shoe.name), told])


def _shoe_form(runner: str, each: WornShoe) -> Markup:
    word = "Worn again" if each.shoe.retired else "No longer worn"
    return _button(f"{base(runner)}/retire", word, each.shoe.id, each.shoe.name)


def injuries(runner: str, known: Sequence[Injury], today: date, *, may_tell: bool) -> Markup:
    """Injuries as the runner tells them, those that are not over first."""
    ordered = sorted(known, key=lambda each: (each.over is not None, -each.day.toordinal()))
    items = [element("li", _injury_words(each), *(_injury_forms(runner, each, today) if may_tell else ()))
             for each in ordered]  # fmt: skip
    shown = element("ul", *items, class_="kept") if known else element("p", "None is noted.", class_="nothing")
    fields = (
        _choices("Which foot or leg", "foot", {foot.value: foot.value for foot in Foot}),
        _choices("What it was", "kind", INJURY_KINDS),
        _field("Since", "day", type="date", max=today.isoformat(), value=today.isoformat(), required=True),
        _choices("How it began", "onset", {"": "I don't know", **ONSETS}),
        _choices("Grade of a sprain, if somebody has told", "grade", {"": "not told", "1": "1", "2": "2", "3": "3"}),
        _field("Note", "note", maxlength=200),
    )
    form = _form(f"{base(runner)}/injury", "Add an injury", *fields) if may_tell else None
    return section("injuries", "Injuries", shown, form)


def _injury_words(each: Injury) -> Markup:
    return join([element("strong", injury_name(each)), f" {injury_course(each)} "])


def _injury_forms(runner: str, each: Injury, today: date) -> Iterable[Markup]:
    named = f"{each.foot} {INJURY_KINDS[each.kind]} of {each.day:%d %B %Y}"
    if each.over is None:
        over = element("input", type="date", name="over", value=today.isoformat(), min=each.day.isoformat(),
                       required=True, aria_label=f"Since when it is over: {named}")  # fmt: skip
        yield _button(f"{base(runner)}/over", "It is over since", each.id, named, over)
    yield _button(f"{base(runner)}/remove", "Remove", each.id, named)


def feed(history: History, runner: str, told: str) -> Markup:
    """The address of a calendar: made, made anew, taken back."""
    since = history.feed_since
    words = "A calendar program can show your runs: when, how long and how far, and nothing of how they went or felt. "
    state = "There is no address yet." if since is None else f"There is an address since {local_time(since)}."
    make = _form(f"{base(runner)}/feed", "Make an address" if since is None else "Make another; the old one ends")
    end = _form(f"{base(runner)}/end-feed", "Take it back") if since is not None else None
    shown = element("p", "Whoever has this address sees it; it is shown this once: ", element("code", told),
                    class_="told", role="status") if told else None  # fmt: skip
    return section("feed", "In a calendar", element("p", words, state), shown, make, end)


def _form(action: str, word: str, *fields: Markup) -> Markup:
    return element("form", *fields, element("button", word), method="post", action=action, class_="tell")


def _button(action: str, word: str, entry: str, named: str, *more: Markup) -> Markup:
    hidden = element("input", type="hidden", name="id", value=entry)
    button = element("button", word, aria_label=f"{word}: {named}")
    return element("form", hidden, button, *more, method="post", action=action, class_="inline")


def _field(label: str, name: str, **attributes: str | float | bool) -> Markup:
    return element("label", f"{label} ", element("input", name=name, **attributes))


def _choices(label: str, name: str, words: Mapping[str, str]) -> Markup:
    options = [element("option", text, value=value) for value, text in words.items()]
    return element("label", f"{label} ", element("select", *options, name=name))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
