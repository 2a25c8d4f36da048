"""Slots for what only people can test, empty, to be filled in by pen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from surefoot.dashboards.html import Markup, element
from surefoot.dashboards.physio.tables import note, section

PAASS: Mapping[str, Sequence[str]] = {
    "Pain": ("during sport", "over the last 24 hours"),
    "Ankle impairments": ("range of motion", "strength, endurance and power"),
    "Athlete perception": ("confidence and stability of the ankle", "psychological readiness"),
    "Sensorimotor control": ("proprioception", "dynamic balance"),
    "Sport and function": ("hopping, jumping, agility", "drills of the sport", "a full training session"),
}
"""Domains and items of the consensus of Smith et al. 2021, doi 10.1136/bjsports-2021-104087."""
ANKLE_GO = (
    "single-leg stance test", "modified star excursion balance test", "side hop test", "figure-of-8 test",
    "FAAM, activities of daily living", "FAAM, sport", "ALR-RSI",
)  # fmt: skip
"""Components of the score of Picot et al., of 25 points together; how they are scored is theirs to say."""
SIDES = ("left", "right")


def slots() -> Markup:
    """Two forms on paper."""
    return section(
        "What only people can test",
        "slots",
        _form("PAASS", ("", *SIDES, "remarks"), [(domain, items) for domain, items in PAASS.items()]),
        _form("Ankle-GO", ("", *SIDES, "points"), [("", ANKLE_GO)], total="of 25"),
        element("p", "Date ", element("span", class_="blank"), " Examined by ", element("span", class_="blank"),
                class_="signed"),
        note("surefoot fills in none of it and draws nothing from it. PAASS: Smith et al. 2021, doi "
             "10.1136/bjsports-2021-104087. How Ankle-GO is scored is in its publications."),
    )  # fmt: skip


def _form(name: str, heads: Sequence[str], groups: Sequence[tuple[str, Sequence[str]]], total: str = "") -> Markup:
    rows = []
    for domain, items in groups:
        if domain:
            rows.append(element("tr", element("th", domain, colspan=len(heads), scope="rowgroup", class_="domain")))
        blanks = [element("td") for _ in heads[1:]]
        rows += [element("tr", element("th", item, scope="row"), *blanks) for item in items]
    if total:
        rows.append(element("tr", element("th", "together", scope="row"), *(element("td") for _ in heads[2:]),
                            element("td", total, class_="total")))  # fmt: skip
    columns = (element("th", head, scope="col") if head else element("td") for head in heads)
    head = element("thead", element("tr", *columns))
    return element("table", element("caption", name), head, element("tbody", *rows), class_="slots")
