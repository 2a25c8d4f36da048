"""Sentences of the pod profile, and whether a pod keeps them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found of one sentence.

    Parameters
    ----------
    section : of PROTOCOL.md, in which the sentence stands.
    sentence : its words there, or those of a row of a table.
    failure : what the pod does instead; empty if it keeps the sentence.
    """

    section: str
    sentence: str
    failure: str = ""


class Verdicts:
    """Verdicts in the order in which they were reached; a sentence that was broken once stays so."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], str] = {}

    def check(self, section: str, sentence: str, kept: bool, failure: str) -> bool:
        """Note whether a sentence is kept; `failure` says what was seen if it is not."""
        known = self._found.setdefault((section, sentence), "")
        if not kept and not known:
            self._found[section, sentence] = failure
        return kept

    @property
    def all(self) -> tuple[Verdict, ...]:
        """All of them."""
        return tuple(Verdict(*of, failure) for of, failure in self._found.items())
