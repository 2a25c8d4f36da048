"""No sentence about a person promises, reassures or names what is wrong with them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FORBIDDEN = re.compile(
    r"\b(diagnos\w*|cleared|(?<!low-)passed|safe(ly)?|healed|fit to|risk of|protects?|no fracture|limp\w*|may run)\b",
    re.I,
)
DENIAL = re.compile(r"\b(no|not|never|nor)\b", re.I)
ABOUT_PEOPLE = ("analysis", "dashboards", "service/views", "service/serialization", "service/alerts", "service/formats",
                "service/people")  # fmt: skip
GUIDES = ("runner", "coach", "physio")
READ_BY_ALL = ("analysis", "dashboards/charts", "dashboards/grafana", "dashboards/physio", "dashboards/report",
               "dashboards/finding_card.py", "dashboards/vocabulary.py", "dashboards/wall/history_sections.py",
               "dashboards/wall/usual_section.py")  # fmt: skip
"""What it says of a runner is read by the runner, the coach and the physio; definitions of metrics are of nobody."""
STORAGE = {
    "The run is safe on the service.",
    "the service's disk is full; what it has is safe",
}
"""Sentences about recordings, not about people."""


def code() -> Iterator[Path]:
    """Files whose texts reach people."""
    for folder in ABOUT_PEOPLE:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in {".py", ".js", ".html", ".json"} and "__pycache__" not in path.parts:
                yield path


def sentences(path: Path) -> Iterator[str]:
    """Texts of more than one word: literals of code without its docstrings, and what a page holds."""
    text = path.read_text("utf-8")
    if path.suffix == ".py":
        tree = ast.parse(text)
        described = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        found = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in described)
        yield from (node.value for node in found if isinstance(node.value, str) and " " in node.value)
    elif path.suffix == ".js":
        yield from (each for each in re.findall(r"""["'`]([^"'`\n]+)["'`]""", text) if " " in each)
    else:
        yield from text.splitlines()


@pytest.mark.parametrize("path", [*code()], ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_text_promises_or_reassures(path: Path) -> None:
    said = [each for each in sentences(path) if FORBIDDEN.search(each) and each not in STORAGE]
    assert [each for each in said if not _is_denial(each)] == []


@pytest.mark.parametrize("guide", GUIDES)
def test_no_guide_promises_or_reassures(guide: str) -> None:
    text = " ".join((ROOT / f"docs/guides/{guide}.md").read_text("utf-8").split())
    said = [each for each in re.split(r"(?<=[.!?|]) ", text) if FORBIDDEN.search(each)]
    assert [each for each in said if not _is_denial(each)] == []


def test_no_text_that_others_read_too_says_you() -> None:
    read_by_all = [each for place in READ_BY_ALL for each in [ROOT / place, *sorted((ROOT / place).rglob("*.py"))]]
    texts = [
        each for path in read_by_all if path.suffix == ".py" and path.name != "metrics.py" for each in sentences(path)
    ]
    assert [each for each in texts if re.search(r"\byour?s?\b", each, re.I) and "shown to you" not in each] == []


def test_the_words_are_found_where_they_stand() -> None:
    assert FORBIDDEN.search("You have passed.")
    assert FORBIDDEN.search("Your ankle is safe now")
    assert not FORBIDDEN.search("The surpassed trespasser of safety")


def _is_denial(sentence: str) -> bool:
    """Whether a word stands in a sentence that denies it, as "this is not a diagnosis"."""
    return DENIAL.search(sentence) is not None and re.search(r"diagnos", sentence, re.I) is not None
