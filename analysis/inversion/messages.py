"""What is told of an inversion event, in words for the runner."""

from __future__ import annotations

from surefoot.analysis.findings import Severity
from surefoot.analysis.inversion.criteria import Excursion
from surefoot.analysis.model import Foot

MAX_DOUBTFUL_CONFIDENCE = 0.6
"""Up to this confidence an event is told as a possibility."""
SEVERITY_PHRASES = {
    Severity.NEAR_MISS: "nearly rolled over",
    Severity.ROLL: "rolled over",
    Severity.SEVERE: "rolled over badly",
}
ADVICE = {
    Severity.NEAR_MISS: "",
    Severity.ROLL: " If it hurts, stop.",
    Severity.SEVERE: " Stop; if it hurts to stand on it or it swells, have it assessed.",
}


def roll_phrase(severity: Severity, confidence: float) -> str:
    """What the ankle did, told as surely as it is known."""
    return "may have rolled over" if confidence <= MAX_DOUBTFUL_CONFIDENCE else SEVERITY_PHRASES[severity]


def ankle_phrase(foot: Foot | None, *, side_known: bool) -> str:
    """Whose ankle it was."""
    return f"The {foot} ankle" if side_known else "An ankle"


def roll_message(
    foot: Foot, excursion: Excursion, severity: Severity, confidence: float, *, side_known: bool = True
) -> str:
    """One event; where the gyroscope clipped, angle and rate are the least they can have been.

    Where the side is not known, neither is which ankle it was: the pods may be exchanged.
    """
    least, rate = ("at least ", "more than") if excursion.clipped else ("", "up to")
    outward, doubt = (" outward", "") if side_known else ("", f" The pods may be exchanged; the {foot} one shows it.")
    return (
        f"{ankle_phrase(foot, side_known=side_known)} {roll_phrase(severity, confidence)}: "
        f"{least}{excursion.excess_deg:.0f}° farther{outward} than its usual stance, at {rate} "
        f"{excursion.rate_dps:.0f} °/s, {1000.0 * excursion.peak_s:.0f} ms after landing.{doubt}{ADVICE[severity]}"
    )
