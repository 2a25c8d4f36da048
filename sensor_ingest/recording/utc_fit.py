"""Wall time of a clock that clients told UTC now and then; some of them may have been wrong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surefoot.analysis.model import Bools, Floats
from surefoot.sensor_ingest.recording.clock_curve import ClockCurve, Spread, fit_curve

UTC_SPREAD = Spread(noise_s=0.05, rate_sd=50e-6)
"""A command takes a few connection events until the pod notes it. One crystal of ±50 ppm."""
EARLIEST_UTC_S = 1_704_067_200.0
"""2024: no pod kept anything before; a computer without a battery says 1970."""
LATEST_UTC_S = 7_258_118_400.0
"""2200."""
AGREE_S, AGREE_RATE = 0.5, 100e-6
"""Two notes agree if no crystal is needed that is worse, and both came within half a second."""


@dataclass(frozen=True, slots=True, eq=False)
class UtcFit:
    """Seconds since 1970 over seconds of a clock.

    Parameters
    ----------
    agreed : (n,) which notes it follows.
    """

    level_s: float
    curve: ClockCurve
    agreed: Bools

    def utc_s(self, at_s: Floats) -> Floats:
        """(n,) seconds since 1970."""
        utc_s: Floats = self.level_s + (at_s + self.curve.at(at_s))
        return utc_s

    def sd_s(self, at_s: Floats) -> Floats:
        """(n,) standard uncertainty, as far as the client's clock was right."""
        return self.curve.sd_s(at_s)


def fit_utc(at_s: Floats, utc_s: Floats, over_s: tuple[float, float]) -> UtcFit | None:
    """The wall time that most of the notes agree on, or the newest of them; None without a possible one.

    Parameters
    ----------
    at_s, utc_s : (n,) when each note was made, and what it says.
    over_s : first and last time at which UTC is asked for.
    """
    agreed = agreeing(at_s, utc_s)
    if not agreed.any():
        return None
    level_s = float(np.median((utc_s - at_s)[agreed]))
    points_s = at_s[agreed]
    reach_s = min(over_s[0], float(points_s.min())), max(over_s[1], float(points_s.max()))
    curve = fit_curve(points_s, (utc_s - at_s)[agreed] - level_s, np.zeros(len(points_s)), UTC_SPREAD, reach_s)
    return UtcFit(level_s, curve, agreed)


def agreeing(at_s: Floats, utc_s: Floats) -> Bools:
    """(n,) the largest group of notes that agree with one of them; of equal groups, the one with the newest note."""
    possible = (utc_s >= EARLIEST_UTC_S) & (utc_s < LATEST_UTC_S)
    offset_s = utc_s - at_s
    apart_s, between_s = (np.abs(each[:, None] - each[None, :]) for each in (offset_s, at_s))
    agree = (apart_s <= AGREE_S + AGREE_RATE * between_s) & possible[:, None] & possible[None, :]
    if not possible.any():
        return possible
    newest_s = np.max(np.where(agree, at_s[None, :], -np.inf), axis=1)
    best = max(range(len(at_s)), key=lambda row: (int(agree[row].sum()), float(newest_s[row])))
    chosen: Bools = agree[best]
    return chosen
