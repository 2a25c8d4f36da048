"""Exercises on the page of a plan: what was prescribed, what the runner says of a day, and the form of a new one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from surefoot.analysis.weeks.exercises import (
    DEFAULT_WEEKS,
    LIMITS,
    MAX_TEMPO,
    MAX_TEXT,
    Adherence,
    Did,
    Exercise,
    Sides,
)
from surefoot.analysis.weeks.measured_legs import PodsCan
from surefoot.analysis.weeks.words import day_name
from surefoot.dashboards.html import Markup, element, join
from surefoot.dashboards.vocabulary import BESIDE, DID_WORDS, PODS_CAN
from surefoot.dashboards.wall.forms import Form, day_from, whole_from
from surefoot.dashboards.wall.history_sections import section

TAKEN_BACK = "taken-back"
HURT = {"": "not told", "yes": "yes", "no": "no"}
SIDES = {"": "not said", Sides.LEFT: "left", Sides.RIGHT: "right", Sides.EACH: "each side"}
UNITS = {"repetitions": "repetitions", "seconds": "seconds"}
MAX_BY = 80
HOW_MEASURED = "record it with both pods, standing still on both feet first, then"
MEASURE = "surefoot check NAME --legs last"
NOT_OURS = "Exercises stand as whoever treats the runner wrote them; surefoot chooses none."


def exercises_section(
    base: str, shown: Sequence[Adherence], by: str, today: date, *, may_tell: bool, may_write: bool
) -> Markup | None:
    """What was prescribed, each with what was told of it; None where there is nothing to see or write.

    Parameters
    ----------
    base : address of the plan.
    by : who stands in the form as whoever prescribes.
    """
    if not (shown or may_write):
        return None
    items = [element("li", *_exercise(base, each, today, may_tell=may_tell, may_write=may_write)) for each in shown]
    known = element("ul", *items, class_="kept") if items else element("p", "None is typed in.", class_="nothing")
    write = element("details", element("summary", "Type in an exercise"), _new(base, by, today)) if may_write else None
    measurable = [each.exercise.text for each in shown if each.exercise.pods_can and each.is_open]
    how = _how_measured(measurable) if may_tell and measurable else None
    return section("exercises", "Exercises", known, how, write, element("p", NOT_OURS, class_="small"))


def exercise_from(form: Form) -> Exercise:
    """The exercise that was typed, without an id; ValueError with what is wrong."""
    unit = form.get("unit") or "repetitions"
    return Exercise(
        "",
        form.get("text", ""),
        whole_from(form.get("times_a_week", "")) or 0,
        day_from(form.get("begun", "")),
        sets=whole_from(form.get("sets", "")),
        repetitions=whole_from(form.get("amount", "")) if unit == "repetitions" else None,
        seconds=whole_from(form.get("amount", "")) if unit == "seconds" else None,
        sides=Sides(form["sides"]) if form.get("sides") else None,
        tempo=form.get("tempo", ""),
        weeks=whole_from(form.get("weeks", "")) or DEFAULT_WEEKS,
        by=form.get("by", "")[:MAX_BY],
        pods_can=PodsCan(form["pods_can"]) if form.get("pods_can") else None,
    )


def did_from(form: Form) -> tuple[Did | None, bool | None]:
    """What was told of an exercise, None where it was taken back, and whether it hurt; ValueError without a button."""
    said = form.get("did", "")
    if said not in {*Did, TAKEN_BACK}:
        raise ValueError("say done, partly or not done")
    return None if said == TAKEN_BACK else Did(said), {"yes": True, "no": False}.get(form.get("hurt", ""))


def _exercise(
    base: str, each: Adherence, today: date, *, may_tell: bool, may_write: bool
) -> Sequence[Markup | str | None]:
    exercise = each.exercise
    whose = f"{exercise.by or 'not told by whom'}, from {day_name(exercise.begun)}"
    ended = f"; ended {day_name(exercise.ended)}" if exercise.ended else ""
    goes_on = each.is_open or not each.weeks
    return (
        element("strong", exercise.text),
        element("p", f"{exercise.words}. {whose}{ended}."),
        element("p", each.sentence),
        *(_days(base, each, today) if may_tell else ()),
        _end(base, exercise) if may_write and goes_on else None,
    )


def _how_measured(texts: Sequence[str]) -> Markup:
    """How pods come to measure exercises, which are named as they were written."""
    names = ", ".join(f'"{text}"' for text in texts)
    return element("p", f"{names}: {HOW_MEASURED} ", element("code", MEASURE), f". {BESIDE}", class_="small")


def _end(base: str, exercise: Exercise) -> Markup:
    """Behind a first tap, since what is tapped every day stands above it."""
    button = element("button", "End", aria_label=f"End: {exercise.text}")
    form = element("form", _hidden(exercise), button, method="post", action=f"{base}/exercise/end", class_="inline")
    return element("details", element("summary", "No longer"), form)


def _days(base: str, each: Adherence, today: date) -> Iterator[Markup]:
    """Today in sight, and the days before it behind one tap."""
    if today in each.tellable:
        yield _day(base, each, today, "Today")
    earlier = [day for day in each.tellable if day != today]
    if earlier:
        told = sum(day in each.told for day in earlier)
        summary = element("summary", f"Earlier days: {told} of {len(earlier)} told")
        yield element("details", summary, *(_day(base, each, day, day_name(day)) for day in earlier))


def _day(base: str, each: Adherence, day: date, name: str) -> Markup:
    """The day goes with what is said of it: a page may be left open over midnight."""
    told = each.told.get(day)
    hurt = "" if told is None or told.hurt is None else "yes" if told.hurt else "no"
    said = "not told" if told is None else DID_WORDS[told.did]
    buttons = [element("button", text.capitalize(), name="did", value=did) for did, text in DID_WORDS.items()]
    form = element(
        "form", _hidden(each.exercise), element("input", type="hidden", name="day", value=day.isoformat()),
        element("label", "Hurt ", _select("hurt", HURT, hurt)), *buttons,
        element("button", "Take back", name="did", value=TAKEN_BACK) if told else None,
        method="post", action=f"{base}/exercise/did", class_="inline", role="group",
        aria_label=f"{name}: {each.exercise.text}",
    )  # fmt: skip
    measured = [element("p", sentence) for sentence in each.measured_on(day)]
    return join([element("p", f"{name}: {said}."), *measured, form])


def _new(base: str, by: str, today: date) -> Markup:
    return element(
        "form",
        element("label", "As prescribed ", element("textarea", name="text", rows=3, required=True, maxlength=MAX_TEXT)),
        _number("Sets ", "sets"),
        _number("How many, or how long ", "amount", LIMITS["seconds"]),
        element("label", "of ", _select("unit", UNITS, "repetitions")),
        element("label", "Side ", _select("sides", SIDES, "")),
        element("label", "Tempo ", element("input", name="tempo", maxlength=MAX_TEMPO)),
        element("label", "Pods measure of it ", _select("pods_can", PODS_CAN, "")),
        _number("Days a week ", "times_a_week", required=True),
        _number("For weeks ", "weeks", value=DEFAULT_WEEKS),
        element("label", "From ", element("input", name="begun", type="date", value=today.isoformat(), required=True)),
        element("label", "Prescribed by ", element("input", name="by", value=by, required=True, maxlength=MAX_BY)),
        element("button", "Keep this exercise"),
        method="post", action=f"{base}/exercise", class_="tell",
    )  # fmt: skip


def _hidden(exercise: Exercise) -> Markup:
    return element("input", type="hidden", name="id", value=exercise.id)


def _select(name: str, texts: Mapping[str, str], now: str) -> Markup:
    options = [element("option", text, value=value, selected=value == now) for value, text in texts.items()]
    return element("select", *options, name=name)


def _number(label: str, name: str, most: int = 0, value: int | None = None, *, required: bool = False) -> Markup:
    field = element("input", name=name, type="number", min=1, max=most or LIMITS[name], value=value,
                    inputmode="numeric", required=required)  # fmt: skip
    return element("label", label, field)
