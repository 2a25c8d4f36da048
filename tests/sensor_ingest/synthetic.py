"""A walking foot, simple but rigid: it stands, then swings about its y axis, gravity turning with it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from surefoot.analysis.model import STANDARD_GRAVITY_MPS2, Floats

HEADER = "time_s,acc_x_mps2,acc_y_mps2,acc_z_mps2,gyr_x_radps,gyr_y_radps,gyr_z_radps"
RATE_HZ = 200.0
STEP_S = 1.0137
SWING_S = 0.4


def walk(duration_s: float = 10.0, *, rate_hz: float = RATE_HZ, speed: float = 1.0, seed: int = 1) -> Floats:
    """Rows of time_s, acc (m/s²), gyr (rad/s), rounded as a file has them; `speed` scales turning and impact."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(round(duration_s * rate_hz)) / rate_hz
    phase_s = time_s % STEP_S
    swing = np.clip((phase_s - (STEP_S - SWING_S)) / SWING_S, 0, 1)
    angle_rad = 0.6 * speed * (1 - np.cos(2 * np.pi * swing))
    rate_radps = -0.6 * speed * 2 * np.pi / SWING_S * np.sin(2 * np.pi * swing)
    impact_mps2 = 60 * speed * np.exp(-phase_s / 0.02)
    gravity = STANDARD_GRAVITY_MPS2
    acc = np.stack([gravity * np.sin(angle_rad), 0 * time_s, gravity * np.cos(angle_rad) + impact_mps2], axis=1)
    gyr = np.stack([0 * time_s, rate_radps, 0 * time_s], axis=1)
    noisy = np.concatenate((acc + rng.normal(0, 0.05, acc.shape), gyr + rng.normal(0, 0.01, gyr.shape)), axis=1)
    return np.asarray(np.column_stack((time_s, noisy)).round(5), dtype=np.float64)


def write(path: Path, rows: Floats, header: str = HEADER, delimiter: str = ",") -> Path:
    """Write rows as a recording; NaN becomes an empty field."""
    lines = [delimiter.join("" if np.isnan(value) else repr(float(value)) for value in row) for row in rows]
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path
