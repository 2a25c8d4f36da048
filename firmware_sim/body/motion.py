"""Simulate a runner through a plan: the trajectory of both feet and the truth of every stride."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.body import gait_parameters
from surefoot.firmware_sim.body.contacts import FootContacts, foot_contacts, gait_cycles
from surefoot.firmware_sim.body.foot_trajectory import FootTrajectory
from surefoot.firmware_sim.body.ground import lay_ground
from surefoot.firmware_sim.body.inversion_events import (
    InversionEvent,
    apply_aftermath,
    event_rows,
    inversion_motion,
    point_toes,
    soften_landings,
    true_inversion_events,
)
from surefoot.firmware_sim.body.non_gait import non_gait_motion
from surefoot.firmware_sim.body.pitch import foot_flat_s
from surefoot.firmware_sim.body.runner_profile import PlannedBout, RunnerProfile, of_the_day
from surefoot.firmware_sim.body.stride_variation import StrideVariation, draw_variation
from surefoot.firmware_sim.body.strides import stride_nodes
from surefoot.firmware_sim.body.truth import TrueInversionEvent, TrueStrides

__all__ = ["InversionEvent", "Motion", "PlannedBout", "RunnerProfile", "TrueStrides", "simulate"]


@dataclass(frozen=True, slots=True)
class Motion:
    """Both feet over a whole plan, from time zero to `duration_s`."""

    duration_s: float
    trajectories: Mapping[Foot, FootTrajectory]
    truth: Mapping[Foot, TrueStrides]


def simulate(
    runner: RunnerProfile, plan: Sequence[PlannedBout], seed: int = 0, inversion_events: Sequence[InversionEvent] = ()
) -> Motion:
    """Simulate a runner through a plan of bouts.

    Parameters
    ----------
    plan : consecutive bouts; a bout ends with the stride in which its time is up.
    seed : the same seed gives the same motion.
    inversion_events : ankle rolls; up to the first of them the motion is the same as without.
    """
    if not plan:
        raise ValueError("plan must hold at least one bout")
    runner, plan = of_the_day(runner, plan, seed)
    bouts = merge_stands(plan)
    duration_s = float(sum(bout.duration_s for bout in bouts))
    rhythm, *feet, idle = np.random.default_rng(seed).spawn(4)
    cycles = gait_cycles(runner, bouts, rhythm)
    ground, non_gait = lay_ground(plan, cycles), non_gait_motion(plan, runner.ball_m, idle)
    trajectories, truth = {}, {}
    for foot, rng in zip(Foot, feet, strict=True):
        contacts = foot_contacts(runner, cycles, foot, rng)
        own_events = [event for event in inversion_events if event.foot is foot]
        rows = event_rows(own_events, contacts, duration_s)
        contacts, softness = apply_aftermath(own_events, rows, contacts)
        variation = soften_landings(draw_variation(runner, contacts, rng), softness)
        variation = point_toes(own_events, rows, contacts, variation)
        knot_s, nodes, ringing = stride_nodes(runner, contacts, variation, foot, rng)
        inversion = inversion_motion(own_events, rows, contacts, foot)
        trajectories[foot] = FootTrajectory(knot_s, nodes, non_gait[foot], inversion, ringing, ground)
        truth[foot] = _true_strides(
            contacts, variation, duration_s, true_inversion_events(trajectories[foot], rows, contacts)
        )
    return Motion(duration_s, trajectories, truth)


def merge_stands(plan: Sequence[PlannedBout]) -> tuple[PlannedBout, ...]:
    """Merge adjacent bouts without gait into one stand."""
    bouts = [plan[0]]
    for bout in plan[1:]:
        if bout.code == gait_parameters.STILL and bouts[-1].code == gait_parameters.STILL:
            bouts[-1] = PlannedBout("still", bouts[-1].duration_s + bout.duration_s)
        else:
            bouts.append(bout)
    return tuple(bouts)


def _true_strides(
    contacts: FootContacts,
    variation: StrideVariation,
    duration_s: float,
    inversion_events: tuple[TrueInversionEvent, ...],
) -> TrueStrides:
    """Truth of the strides that lie completely within the plan."""
    next_s, flat = contacts.initial_s[1:], foot_flat_s(contacts)
    kept = np.flatnonzero(contacts.moving[:-1] & (contacts.initial_s[:-1] >= 0.0) & (next_s <= duration_s))
    return TrueStrides(
        initial_contact_s=contacts.initial_s[kept],
        terminal_contact_s=contacts.terminal_s[kept],
        next_initial_contact_s=next_s[kept],
        foot_flat_s=flat[kept],
        next_foot_flat_s=flat[kept + 1],
        gait=gait_parameters.GAIT_NAMES[contacts.gait[kept]],
        speed_mps=contacts.speed_mps[kept],
        strike_angle_deg=-np.degrees(variation.landing_pitch_rad[kept]),
        inversion_deg=np.degrees(variation.inversion_rad[kept]),
        eversion_excursion_deg=np.degrees(variation.eversion_rad[kept]),
        toe_out_deg=np.degrees(variation.yaw_rad[kept]),
        inversion_events=inversion_events,
    )
