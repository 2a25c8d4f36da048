"""Ground under the run: turns, slopes and camber, and the pose of a foot on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from surefoot.analysis.model import Floats
from surefoot.firmware_sim.body.contacts import GaitCycles, distance_m
from surefoot.firmware_sim.body.euler import orientation_from_angles
from surefoot.firmware_sim.body.monotone_spline import minimum_jerk
from surefoot.firmware_sim.body.pose import Pose, pose_from_channels
from surefoot.firmware_sim.body.runner_profile import PlannedBout

TRANSITION_M, MIN_BOUT_M, GRID_M = 2.0, 0.3, 0.02
"""Length over which slope and camber change, shortest bout that changes them, spacing of the centreline."""
GROUND_ORDER = ((0, 2), (1, 1), (2, 0))
FORWARD = np.array([1.0, 0.0, 0.0])


@dataclass(frozen=True, slots=True)
class GroundProfile:
    """Angles along the path, constant between minimum-jerk transitions.

    Parameters
    ----------
    begin_m, end_m : (k,) of the transitions, in order, not overlapping.
    level_rad : (k + 1, c) before, between and after them.
    """

    begin_m: Floats
    end_m: Floats
    level_rad: Floats

    def at(self, distance_m: Floats) -> Floats:
        """Angles with two derivatives with respect to distance, (n, c, 3)."""
        if not len(self.begin_m):
            return np.broadcast_to(
                self.level_rad[0][:, None] * [1.0, 0.0, 0.0], (len(distance_m), self.level_rad.shape[1], 3)
            )
        row = np.maximum(np.searchsorted(self.begin_m, distance_m, side="right") - 1, 0)
        length_m = (self.end_m - self.begin_m)[row]
        fraction = minimum_jerk((distance_m - self.begin_m[row]) / length_m) / length_m[:, None] ** np.arange(3)
        angles = np.diff(self.level_rad, axis=0)[row][:, :, None] * fraction[:, None]
        angles[:, :, 0] += self.level_rad[row]
        return angles


@dataclass(frozen=True, slots=True)
class Ground:
    """A bent and tilted strip along which the straight, level motion is laid.

    Parameters
    ----------
    heading : direction, positive to the left.
    tilt : downhill slope, and camber with the left side up.
    grid_m : (g,)
    centreline_m : (g, 3) world position of the middle of the strip at `grid_m`.
    """

    heading: GroundProfile
    tilt: GroundProfile
    grid_m: Floats
    centreline_m: Floats

    def pose_on_ground(self, channels: Floats) -> Pose:
        """World pose of a foot whose channels (n, 7, 3) describe straight running on level ground."""
        if not (self.heading.level_rad.any() or self.tilt.level_rad.any()):
            return pose_from_channels(channels)
        foot, ground = (
            orientation_from_angles(channels[:, :4]),
            orientation_from_angles(self._angles(channels[:, 4]), GROUND_ORDER),
        )
        x, offset = channels[:, 4], channels[:, 4:] * [[0.0], [1.0], [1.0]]
        forward, forward_acc = x[:, 1, None] * FORWARD, x[:, 2, None] * FORWARD
        rate, acc = ground.rate_radps, ground.acc_radps2
        at, moving, speeding = (offset[:, :, d] for d in range(3))
        around = np.cross(rate, at)
        velocity = forward + moving + around
        force = forward_acc + speeding + np.cross(rate, forward + 2.0 * moving + around) + np.cross(acc, at)
        inward = np.swapaxes(foot.rotation, 1, 2)
        carried = _rotate(inward, rate)
        middle_m = np.stack([np.interp(x[:, 0], self.grid_m, each) for each in self.centreline_m.T], axis=1)
        return Pose(
            channels[:, :4, 0],
            ground.rotation @ foot.rotation,
            foot.rate_radps + carried,
            foot.acc_radps2 + _rotate(inward, acc) + np.cross(carried, foot.rate_radps),
            middle_m + _rotate(ground.rotation, at),
            _rotate(ground.rotation, velocity),
            _rotate(ground.rotation, force),
        )

    def _angles(self, x: Floats) -> Floats:
        """Heading and tilts with time derivatives, (n, 3, 3), for a foot at distance x (n, 3)."""
        angles = np.concatenate([self.heading.at(x[:, 0]), self.tilt.at(x[:, 0])], axis=1)
        speed, gain = x[:, 1, None], x[:, 2, None]
        value, first, second = (angles[:, :, d] for d in range(3))
        return np.stack([value, first * speed, second * speed**2 + first * gain], axis=-1)


def lay_ground(plan: Sequence[PlannedBout], cycles: GaitCycles) -> Ground:
    """Ground of a plan: each bout's ground lies where the runner is during that bout."""
    edges_s = np.concatenate([[0.0], np.cumsum([bout.duration_s for bout in plan])])
    edges_m = distance_m(cycles, edges_s)
    long = np.diff(edges_m) >= MIN_BOUT_M
    begin_m, end_m = edges_m[:-1][long], edges_m[1:][long]
    turns = np.cumsum([bout.turn_deg for bout in plan])[long]
    tilts = np.array([(-bout.slope_pct, bout.camber_pct) for bout in plan])[long].reshape(-1, 2)
    heading = GroundProfile(begin_m, end_m, np.radians(np.concatenate([[0.0], turns]))[:, None])
    tilt = GroundProfile(
        begin_m, np.minimum(begin_m + TRANSITION_M, end_m), np.arctan(0.01 * np.concatenate([tilts[:1], tilts]))
    )
    if not len(begin_m):
        tilt = GroundProfile(begin_m, end_m, np.zeros((1, 2)))
    grid_m = np.arange(
        distance_m(cycles, cycles.start_s[:1])[0] - 5.0, distance_m(cycles, cycles.start_s[-1:])[0] + 5.0, GRID_M
    )
    forward = _direction(heading.at(grid_m)[:, 0, 0], tilt.at(grid_m)[:, 0, 0])
    increments_m = 0.5 * GRID_M * (forward[1:] + forward[:-1])
    return Ground(heading, tilt, grid_m, np.concatenate([np.zeros((1, 3)), np.cumsum(increments_m, axis=0)]))


def _direction(heading: Floats, down: Floats) -> Floats:
    return np.stack([np.cos(heading) * np.cos(down), np.sin(heading) * np.cos(down), -np.sin(down)], axis=1)


def _rotate(rotation: Floats, vectors: Floats) -> Floats:
    turned: Floats = np.einsum("nij,nj->ni", rotation, vectors)
    return turned
