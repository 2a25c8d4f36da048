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


def roll_message(foot: Foot, excursion: Excursion, severity: Severity, confidence: float) -> str:
    """One event; where the gyroscope clipped, angle and rate are the least they can have been."""
    least, rate = ("at least ", "more than") if excursion.clipped else ("", "up to")
    return (
        f"Your {foot} ankle {roll_phrase(severity, confidence)}: {least}{excursion.excess_deg:.0f}° farther outward "
        f"than you usually stand, at {rate} {excursion.rate_dps:.0f} °/s, {1000.0 * excursion.peak_s:.0f} ms after "
        f"landing.{ADVICE[severity]}"
    )
