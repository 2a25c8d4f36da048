"""A plan and its sessions, in lines."""

from __future__ import annotations

from collections.abc import Iterator

from surefoot.analysis.weeks.plan import PlanKind
from surefoot.analysis.weeks.words import day_name
from surefoot.service.weeks.next_session import NextSession

KINDS = {
    PlanKind.SPRAIN: "Walk–run table after a sprain",
    PlanKind.TENDON: "Running on under caps",
    PlanKind.CLINICIAN: "A clinician's own rows",
}
WAITS = "Trail, hills and speed wait until five even minutes, calf raises and balance on one leg are answered."


def plan_lines(found: NextSession) -> Iterator[str]:
    """The plan, each session with what came of it, and what comes next."""
    plan = found.followed.plan
    made = f", made by {plan.by} on {day_name(plan.made)}" if plan.made else ""
    yield f"{KINDS[plan.kind]}{made}, since {day_name(found.followed.begun)}."
    for number, row in enumerate(plan.rows, 1):
        yield f"{'>' if number == found.number else ' '} {number}. {row.words}"
    for each in found.judged:
        what = f"row {each.number + 1}" if each.number < len(plan.rows) else each.row.words
        yield f"{day_name(each.session.day)}, {what}: {each.matched.sentence}"
        yield f"  {each.decision.sentence}"
    if found.is_build and found.waits:
        yield WAITS
    yield found.sentence
