"""What the runner told: signs to have it seen, injuries, and the diary over weeks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from surefoot.analysis.weeks.diary_course import diary_weeks, pain_by_day, painful_sites
from surefoot.analysis.weeks.exercises import Adherence
from surefoot.analysis.weeks.feeling import CheckIn
from surefoot.analysis.weeks.injuries import open_injuries
from surefoot.analysis.weeks.red_flags import NAMES, SIGN_REASONS
from surefoot.analysis.weeks.words import day_name
from surefoot.dashboards.charts.over_runs import pain_by_day as pain_chart
from surefoot.dashboards.html import Markup, element
from surefoot.dashboards.physio.tables import note, or_dash, section, table
from surefoot.dashboards.physio_facts import WEEKS, PhysioFacts
from surefoot.dashboards.vocabulary import BESIDE, DID_WORDS, PLAN_KINDS, injury_course, injury_name

MAX_SITES = 6
HOW_TO_READ = (
    "A bar is the worst score of a day; a circle is a day on which the runner told of other places or of nothing. A "
    "day without a mark has no entry: it says nothing."
)

HOW_DONE_IS_COUNTED = (
    "Days on which the runner told it, in weeks that begin on the weekday on which the exercise began. A day without "
    "an entry is not told, never not done; more than asked in one week makes up for no other."
)


def signs(facts: PhysioFacts) -> Markup:
    """Open signs to have it seen, as the runner said and read them."""
    if not facts.flags:
        none = "None is open, which says nothing: signs come from what the runner tells, and from nothing else."
        return section("Signs to have it seen", "signs", element("p", none))
    items = [element("li", f"{day_name(each.day)}: ", element("q", each.sentence)) for each in facts.flags]
    return section(
        "Signs to have it seen", "signs", element("ul", *items, class_="flags"),
        note("What the runner said, with the day, and what they were told for it. A sign stands for four weeks, or "
             "until the runner says that it has been seen."),
    )  # fmt: skip


def injuries(facts: PhysioFacts) -> Markup | None:
    """Injuries as the runner tells them, those that are not over first."""
    if not facts.injuries:
        return None
    now = open_injuries(facts.injuries, facts.today)
    over = sorted((each for each in facts.injuries if each not in now), key=lambda each: each.day, reverse=True)
    items = [element("li", f"{injury_name(each)}: {injury_course(each)}") for each in (*now, *over)]
    return section("Injuries, as told", "injuries", element("ul", *items))


def plan(facts: PhysioFacts) -> Markup | None:
    """The plan that is followed, and each session against what was prescribed for it."""
    state = facts.plan
    if state is None or state.followed is None:
        return None
    rows = [element("li", row.words) for row in state.followed.plan.rows]
    sessions = [
        (day_name(each.session.day), each.row.words, each.matched.sentence, each.decision.sentence)
        for each in state.judged
    ]
    heads = ("session", "prescribed", "run", "what came of it")
    shown = table("Sessions", heads, sessions, of_words=True) if sessions else element("p", "No session yet.")
    made = f": {state.followed.plan.by}, {day_name(state.followed.plan.made)}" if state.followed.plan.made else ""
    whose = f"{PLAN_KINDS[state.followed.plan.kind]}{made}; followed since {day_name(state.followed.begun)}."
    now = element("p", f"The runner reads today: {state.sentence}")
    return section("Sessions against the plan", "plan", element("p", whose), element("ol", *rows), shown, now)


def exercises(facts: PhysioFacts) -> Markup | None:
    """What was prescribed and by whom, and how often the runner told that it was done."""
    shown = [each for each in facts.exercises if each.is_open or not each.weeks or each.weeks[-1].first >= facts.first]
    if not shown:
        return None
    parts = [part for each in shown for part in _exercise(each, facts.first)]
    beside = note(BESIDE) if any(each.measured for each in shown) else None
    return section("Exercises", "exercises", *parts, note(HOW_DONE_IS_COUNTED), beside)


def _exercise(each: Adherence, first: date) -> Sequence[Markup | None]:
    exercise = each.exercise
    ended = f"; ended {day_name(exercise.ended)}" if exercise.ended else ""
    whose = f"{exercise.words}. {exercise.by or 'Not told by whom'}, from {day_name(exercise.begun)}{ended}."
    rows = [
        (
            day_name(week.first),
            f"{week.done} of {week.asked}{'' if week.is_over else ', not a whole week'}",
            str(week.partly),
            str(week.not_done),
            *map(or_dash, (week.not_told, week.hurt)),
        )
        for week in each.weeks
    ]
    heads = ("week from", "done", "partly", "not done", "not told", "days it hurt")
    told = table(f"{exercise.text} by week", heads, rows) if rows else None
    return element("h3", exercise.text), element("p", whose), element("p", each.sentence), told, _measured(each, first)


def _measured(each: Adherence, first: date) -> Markup | None:
    """Days of which pods saw something, with what was told of them."""
    days = sorted({legs.day for legs in each.measured if legs.day >= first})
    rows = [
        (day_name(day), DID_WORDS[each.told[day].did] if day in each.told else "not told", " ".join(sentences))
        for day in days
        if (sentences := each.measured_on(day))
    ]
    name, heads = f"{each.exercise.text}, measured by pods", ("day", "told", "pods")
    return table(name, heads, rows, of_words=True) if rows else None


def diary(facts: PhysioFacts) -> Markup:
    """Pain by place and day, each week in numbers, and what else was noticed."""
    since = facts.first
    said = [each for each in facts.check_ins if since <= each.day <= facts.today]
    if not said:
        return section("Diary", "diary", element("p", f"No entry in {WEEKS} weeks, which says nothing of pain."))
    sites = painful_sites(said)
    figures = [
        element("figure", element("figcaption", f"{foot} {NAMES.get(place, place.replace('_', ' '))}"),
                pain_chart(pain_by_day(said, (foot, place)), facts.today, (facts.today - since).days + 1))
        for foot, place in sites[:MAX_SITES]
    ]  # fmt: skip
    more = f" {len(sites) - MAX_SITES} more places were named." if len(sites) > MAX_SITES else ""
    shown = [element("div", *figures, class_="figures"), note(HOW_TO_READ + more)] if figures else [
        element("p", "No pain was told.")
    ]  # fmt: skip
    return section("Diary", "diary", *shown, _weeks(facts), _noticed(said))


def _weeks(facts: PhysioFacts) -> Markup:
    heads = (
        "week from", "days with an entry", "worst pain, 0–10", "longest morning stiffness, min", "days swollen",
        "days with pain at night or rest",
    )  # fmt: skip
    rows = [
        (
            day_name(week.first),
            f"{week.days_told} of {_days_of(week.first, facts.today)}",
            *map(or_dash, (week.worst, week.stiffness_min, week.swollen_days, week.rest_days)),
        )
        for week in diary_weeks(facts.check_ins, facts.today, WEEKS)
    ]
    return table("Diary by week", heads, rows)


def _days_of(first: date, today: date) -> int:
    return min((today - first + timedelta(days=1)).days, 7)


def _noticed(said: Sequence[CheckIn]) -> Markup | None:
    """Signs that were noticed, whether or not they are open."""
    days: dict[str, list[date]] = {}
    for each in sorted(said, key=lambda entry: entry.day):
        for sign in sorted(each.signs):
            days.setdefault(SIGN_REASONS[sign][1], []).append(each.day)
    items = [element("li", f"{reason}: {', '.join(map(day_name, told))}") for reason, told in days.items()]
    return element("ul", *items) if items else None
