"""Section of a runner's page over weeks: their usual, how the newest run compares, and the button that confirms it."""

from __future__ import annotations

from datetime import date

from surefoot.analysis.weeks.usual_now import NAMES, UsualNow
from surefoot.dashboards.formatting import signed, with_unbroken_units
from surefoot.dashboards.html import Markup, element
from surefoot.dashboards.wall.history_sections import base, section


def usual(runner: str, told: UsualNow, today: date, *, may_tell: bool) -> Markup:
    """What is confirmed, what has changed, the runner's noise, and baselines of runs like the newest."""
    return section(
        "usual",
        "The usual",
        *(element("p", sentence) for sentence in told.sentences),
        _baselines(told),
        _confirm(runner, told, today) if may_tell and told.may_confirm else None,
    )


def _baselines(told: UsualNow) -> Markup | None:
    if not told.baselines:
        return None
    heads = ("right vs left", "compared with", "runs", "middle", "differ by")
    rows = [
        element(
            "tr",
            *(
                element("td", text)
                for text in (
                    NAMES[metric],
                    {"anchor": "the confirmed runs", "recent": "the last runs"}[kind],
                    str(found.runs),
                    with_unbroken_units(f"{signed(found.middle_pct, 1, plus=True)} %"),
                    with_unbroken_units(f"± {half_pct:.1f} %"),
                )
            ),
        )
        for kind, metric, found, half_pct in told.baselines
    ]
    table = element(
        "table",
        element("thead", element("tr", *(element("th", head, scope="col") for head in heads))),
        element("tbody", *rows),
    )
    return element("div", table, class_="scroll", tabindex="0", role="region", aria_label="The usual, in numbers")


def _confirm(runner: str, told: UsualNow, today: date) -> Markup:
    word = "Confirm these runs as my usual" if told.anchor is None else "Confirm another day; the old one ends"
    day = element("input", name="day", type="date", value=told.healthy[-1].isoformat(), max=today.isoformat(),
                  required=True)  # fmt: skip
    return element(
        "form",
        element("label", "Healthy runs up to ", day),
        element("button", word),
        method="post",
        action=f"{base(runner)}/usual",
        class_="tell",
    )
