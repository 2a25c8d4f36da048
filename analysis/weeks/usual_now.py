"""What a runner is told of their usual: the anchor, the newest run beside it, what has changed, their noise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from surefoot.analysis.metrics import CONTACT, IMPACT, PUSH_OFF
from surefoot.analysis.model import Foot, Gait
from surefoot.analysis.uncertainty import Z95
from surefoot.analysis.weeks.anchor import Anchor
from surefoot.analysis.weeks.baselines import MIN_RUNS, Balance, Baseline, Looked, Scatter
from surefoot.analysis.weeks.change_point import ChangePoint, change_point
from surefoot.analysis.weeks.noise import Noise
from surefoot.analysis.weeks.run_balance import Key
from surefoot.analysis.weeks.usual import UsualKind
from surefoot.analysis.weeks.words import day_name

LESS: Mapping[str, str] = {CONTACT: "{} contact is {} shorter", IMPACT: "the {} foot lands {} softer",
                           PUSH_OFF: "the {} foot pushes off {} more slowly"}  # fmt: skip
NAMES: Mapping[str, str] = {CONTACT: "contact", IMPACT: "impact", PUSH_OFF: "push-off"}
GAITS: Mapping[Gait, str] = {Gait.RUN: "running", Gait.WALK: "walking"}


@dataclass(frozen=True, slots=True)
class UsualNow:
    """As of the newest run.

    Parameters
    ----------
    healthy : days of the runs that count as healthy, oldest first.
    newest : day of the newest run with both feet; None without any.
    looked : that run against the anchor.
    baselines : of runs like that one: kind, metric, what is known, and half of the interval of the next healthy run.
    changes : sentences.
    """

    anchor: Anchor | None = None
    healthy: Sequence[date] = ()
    newest: date | None = None
    looked: Looked | None = None
    baselines: Sequence[tuple[UsualKind, str, Baseline, float]] = ()
    changes: Sequence[str] = ()
    noise: Noise = field(default_factory=lambda: Noise(0))

    @property
    def may_confirm(self) -> bool:
        """Whether there are as many healthy runs as it takes."""
        return len(self.healthy) >= MIN_RUNS

    @property
    def sentences(self) -> Iterator[str]:
        """What the runner reads, the anchor first."""
        yield self.anchor_sentence
        if self.newest is not None and self.looked is not None and self.anchor is not None:
            yield f"Newest run, {day_name(self.newest)}: {self.looked.sentence}"
        yield from self.changes
        yield self.noise.sentence

    @property
    def anchor_sentence(self) -> str:
        """What is confirmed, or how many healthy runs there are."""
        if self.anchor is not None:
            return (
                f"The usual: {len(self.anchor.runs)} healthy runs up to {self.anchor.day:%d %b %Y}, as confirmed."
                " It stays until another day is confirmed."
            )
        known = f"{len(self.healthy)} healthy {'run is' if len(self.healthy) == 1 else 'runs are'} known"
        if not self.may_confirm:
            return (
                f'No usual is confirmed; {known}, and three are needed. A run counts where the diary says "nothing'
                ' hurts" in the 48 hours before it and in those after it, and nothing else.'
            )
        return f"No usual is confirmed; {known}, the last of {day_name(self.healthy[-1])}."


def changes(balances: Mapping[Key, Sequence[Balance]], scatters: Mapping[str, Scatter]) -> Iterator[str]:
    """A sentence for each gait and metric that has changed over the runs that are like the newest."""
    for (gait, metric), known in balances.items():
        alike = [each for each in known if each.is_like(known[-1])]
        found = change_point(alike, scatters.get(metric))
        if found is not None:
            yield change_sentence(found, alike, gait, metric)


def change_sentence(found: ChangePoint, runs: Sequence[Balance], gait: Gait, metric: str) -> str:
    """Since when, how much with its 95 % interval, and whether it crept."""
    began = next(each.started.date() for each in runs if each.run == found.first)
    since = [each.run for each in runs].index(found.first)
    less = Foot.LEFT if found.change_pct > 0.0 else Foot.RIGHT
    half_pct = Z95 * abs(found.change_pct / found.t)
    what = LESS[metric].format(less, f"{abs(found.change_pct):.1f} % (± {half_pct:.1f})")
    crept = f"; it crept over {len(runs) - since} runs" if found.grows else "; it came at once"
    return f"Since about {day_name(began)}, {GAITS[gait]}: {what} than before, against the {less.other}{crept}."
