"""What a researcher may want to vary: thresholds and window lengths of the analysis, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters of a session; results made with other than the defaults say so.

    Parameters
    ----------
    window_s, live_window_s : length of the windows for statistics and of those for the live view.
    max_pause_s : longest pause inside a bout; one stride may be missing.
    min_still_pause_s : a shorter pause is the transition between two bouts, not standing.
    vote_neighbours : a stride's gait is the majority of it and this many strides on either side, both feet together.
    max_still_rate_radps, max_still_force_sd_mps2 : root-mean-square angular rate and standard deviation of the specific
        force of a still second, upper limits.
    transition_duty_factor, transition_stride_time_s : where walking becomes running. Below a duty factor of 0.5 both
        feet are in the air at times.
    min_run_contact_s, max_run_contact_s, max_duty_factor : contacts outside these do not occur in gait: withheld.
    max_quick_duty_factor, quick_stride_time_s : nor does so long a contact in so short a stride; race walkers stay at a
        half, only slow walkers stand for longer.
    rearfoot_limit_deg : foot strike angle from which a landing is a heel strike (Altman and Davis 2012, Gait Posture
        35:298).
    variability_strides : landings over which the standard deviation of the roll angle is taken.
    inversion_min_excess_deg, inversion_min_rise_deg, inversion_min_rate_dps : least inversion beyond the runner's usual
        stance, least rise of it since contact, and least rate; an inversion event has all three. Film of real sprains
        shows 48 to 142° at 468 to 1752 °/s (Fong et al. 2012, Am. J. Sports Med. 40:2627).
    inversion_rate_limit_sd : the rate must also exceed the runner's own by this many standard deviations.
    near_miss_limit_deg, severe_limit_deg : inversion beyond the usual stance up to which an event is a near miss, and
        from which it is severe.
    min_baseline_minutes, baseline_minutes : steady minutes from which a run's own baseline is used, and to which it
        grows.
    ewma_weight : least weight of the newest minute in the moving average of the asymmetry (Roberts 1959, Technometrics
        1:239); 0.2 lags a ramp by four minutes. It is larger, up to 0.5, where a runner's minutes are more alike.
    min_drift_z, min_sudden_z : standard errors that a lasting and a sudden change must reach.
    drift_threshold_ratio : multiplies the smallest changes that are reported, whatever their error: 2.1 % of ground
        contact, 10 % of impact, 5 % of push-off lasting; 4, 12 and 8 % sudden.
    min_standing_pct : smallest asymmetry of ground contact that is reported as brought along.
    run_to_run_sd_pct, run_to_run_weight : by how much the left–right contact of the same healthy runner is assumed to
        differ from run to run, and as how many runs of one's own that counts. Nobody has published it: a guess, to be
        replaced by what real pods measure. Impact and push-off: five and two and a half times as much.
    hard_percentile : landings above this percentile of both feet's impacts are hard.
    """

    window_s: float = 30.0
    live_window_s: float = 10.0
    max_pause_s: float = 1.5
    min_still_pause_s: float = 2.0
    vote_neighbours: int = 2
    max_still_rate_radps: float = 0.3
    max_still_force_sd_mps2: float = 0.5
    transition_duty_factor: float = 0.50
    transition_stride_time_s: float = 0.90
    min_run_contact_s: float = 0.08
    max_run_contact_s: float = 0.45
    max_duty_factor: float = 0.85
    max_quick_duty_factor: float = 0.60
    quick_stride_time_s: float = 0.80
    rearfoot_limit_deg: float = 8.0
    variability_strides: int = 12
    inversion_min_excess_deg: float = 15.0
    inversion_min_rise_deg: float = 10.0
    inversion_min_rate_dps: float = 200.0
    inversion_rate_limit_sd: float = 4.5
    near_miss_limit_deg: float = 25.0
    severe_limit_deg: float = 45.0
    min_baseline_minutes: int = 5
    baseline_minutes: int = 10
    ewma_weight: float = 0.2
    min_drift_z: float = 4.0
    min_sudden_z: float = 6.0
    drift_threshold_ratio: float = 1.0
    min_standing_pct: float = 3.0
    run_to_run_sd_pct: float = 1.0
    run_to_run_weight: float = 8.0
    hard_percentile: float = 80.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not value > 0:
                raise ValueError(f"Parameters: {field.name} must be positive, got {value}")
        for low, high in _ORDERED:
            if not getattr(self, low) < getattr(self, high):
                raise ValueError(f"Parameters: {low} {getattr(self, low)} must be below {high} {getattr(self, high)}")

    @property
    def changed(self) -> dict[str, float]:
        """Name → value of the parameters that are not the default."""
        return {field.name: value for field in fields(self) if (value := getattr(self, field.name)) != field.default}

    @classmethod
    def from_changed(cls, changed: Mapping[str, Any]) -> Parameters:
        """The parameters of which `changed` holds those that are not the default; ValueError for an unknown name."""
        unknown = changed.keys() - {field.name for field in fields(cls)}
        if unknown:
            raise ValueError(f"Parameters: there is no parameter {', '.join(sorted(unknown))}")
        return cls(**changed)


_ORDERED = (
    ("min_run_contact_s", "max_run_contact_s"),
    ("near_miss_limit_deg", "severe_limit_deg"),
    ("min_baseline_minutes", "baseline_minutes"),
)

DEFAULTS = Parameters()
