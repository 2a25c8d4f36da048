"""A person moves to a plan: the pose of both feet over time, and the truth of every stride."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.body import gait_parameters as gait
from surefoot.firmware_sim.body.ankle_rolls import Roll, rolled_rows, softened, spared, tipping_of, true_rolls
from surefoot.firmware_sim.body.contacts import Contacts, contacts_of, cycles_of
from surefoot.firmware_sim.body.foot_trajectory import Track
from surefoot.firmware_sim.body.ground import ground_of
from surefoot.firmware_sim.body.non_gait import antics_of
from surefoot.firmware_sim.body.pitch import flat_s
from surefoot.firmware_sim.body.runner_profile import Bout, Runner
from surefoot.firmware_sim.body.stride_variation import Style, style_of
from surefoot.firmware_sim.body.strides import strides_of
from surefoot.firmware_sim.body.truth import TrueRoll, Truth

__all__ = ["Bout", "Motion", "Roll", "Runner", "Truth", "simulate"]


@dataclass(frozen=True, slots=True)
class Motion:
    """Both feet over a whole plan, from time zero to `duration_s`."""

    duration_s: float
    tracks: Mapping[Foot, Track]
    truth: Mapping[Foot, Truth]


def simulate(runner: Runner, plan: Sequence[Bout], seed: int = 0, rolls: Sequence[Roll] = ()) -> Motion:
    """Move a person through a plan of bouts.

    Parameters
    ----------
    plan : bouts one after the other; a bout ends with the stride in which its time is up.
    seed : the same seed gives the same motion.
    rolls : ankle rolls on the way; up to the first of them the motion is the same as without.
    """
    if not plan:
        raise ValueError("plan must hold at least one bout")
    bouts = merged(plan)
    duration_s = float(sum(bout.duration_s for bout in bouts))
    rhythm, *feet, idle = np.random.default_rng(seed).spawn(4)
    cycles = cycles_of(runner, bouts, rhythm)
    ground, antics = ground_of(plan, cycles), antics_of(plan, idle)
    tracks, truth = {}, {}
    for foot, rng in zip(Foot, feet, strict=True):
        contacts = contacts_of(runner, cycles, foot, rng)
        own = [roll for roll in rolls if roll.foot is foot]
        rows = rolled_rows(own, contacts, duration_s)
        contacts, softness = spared(own, rows, contacts)
        style = softened(style_of(runner, contacts, rng), softness)
        knot_s, nodes, ringing = strides_of(runner, contacts, style, foot, rng)
        tipping = tipping_of(own, rows, contacts, foot)
        tracks[foot] = Track(knot_s, nodes, antics[foot], tipping, ringing, ground)
        truth[foot] = _truth_of(contacts, style, duration_s, true_rolls(tracks[foot], rows, contacts))
    return Motion(duration_s, tracks, truth)


def merged(plan: Sequence[Bout]) -> tuple[Bout, ...]:
    """The plan with neighbouring stands made one."""
    bouts = [plan[0]]
    for bout in plan[1:]:
        if bout.code == gait.STILL and bouts[-1].code == gait.STILL:
            bouts[-1] = Bout("still", bouts[-1].duration_s + bout.duration_s)
        else:
            bouts.append(bout)
    return tuple(bouts)


def _truth_of(contacts: Contacts, style: Style, duration_s: float, rolls: tuple[TrueRoll, ...]) -> Truth:
    """Complete strides within the plan."""
    next_s, flat = contacts.initial_s[1:], flat_s(contacts)
    kept = np.flatnonzero(contacts.moving[:-1] & (contacts.initial_s[:-1] >= 0.0) & (next_s <= duration_s))
    return Truth(
        initial_contact_s=contacts.initial_s[kept],
        terminal_contact_s=contacts.terminal_s[kept],
        next_initial_contact_s=next_s[kept],
        foot_flat_s=flat[kept],
        next_foot_flat_s=flat[kept + 1],
        gait=gait.NAMES[contacts.gait[kept]],
        speed_mps=contacts.speed_mps[kept],
        strike_angle_deg=-np.degrees(style.landing_pitch_rad[kept]),
        inversion_deg=np.degrees(style.inversion_rad[kept]),
        eversion_excursion_deg=np.degrees(style.eversion_rad[kept]),
        toe_out_deg=np.degrees(style.yaw_rad[kept]),
        rolls=rolls,
    )
