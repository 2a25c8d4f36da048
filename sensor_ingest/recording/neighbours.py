"""Boots of which nothing tells the time but that they lie between dated ones of their pod."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from surefoot.sensor_ingest.recording.placement import PlacedBoot
from surefoot.sensor_ingest.recording.timelines import BootKey

MAX_SLACK_S = 60.0
"""A boot that could be moved by no more than this between its neighbours is put half way; its date is known then."""


def fit_in(placed: Mapping[BootKey, PlacedBoot]) -> dict[BootKey, PlacedBoot]:
    """The boots, undated ones with their bounds, and dated where these leave hardly any room.

    So after a short power cut in mid-run, if the restarted pod neither met a client nor heard its partner.
    """
    fitted = {key: _bounded(boot, placed) for key, boot in placed.items()}
    lines: dict[int, list[PlacedBoot]] = {}
    for boot in fitted.values():
        if not boot.dated:
            lines.setdefault(boot.timeline, []).append(boot)
    for line in lines.values():
        earliest_s = max(boot.after_s - boot.start_s for boot in line)
        slack_s = min(boot.before_s - boot.end_s for boot in line) - earliest_s
        if 0.0 <= slack_s <= MAX_SLACK_S and all(_stands_alone(boot, placed) for boot in line):
            fitted |= {boot.key: _moved(boot, earliest_s + 0.5 * slack_s, slack_s / 12.0**0.5) for boot in line}
    return fitted


def _bounded(boot: PlacedBoot, placed: Mapping[BootKey, PlacedBoot]) -> PlacedBoot:
    """An undated boot with the dated ones of its pod before and after it."""
    if boot.dated:
        return boot
    dated = [each for each in placed.values() if each.tag == boot.tag and each.dated]
    after_s = max((each.end_s for each in dated if each.boot_count < boot.boot_count), default=-np.inf)
    before_s = min((each.start_s for each in dated if each.boot_count > boot.boot_count), default=np.inf)
    return replace(boot, after_s=after_s, before_s=before_s)


def _stands_alone(boot: PlacedBoot, placed: Mapping[BootKey, PlacedBoot]) -> bool:
    """Whether the pod's boots next to this one are dated."""
    own: Sequence[PlacedBoot] = [placed[key] for key in sorted(placed) if key[0] == boot.tag]
    place = [each.key for each in own].index(boot.key)
    return all(each.dated for each in own[max(place - 1, 0) : place + 2] if each.key != boot.key)


def _moved(boot: PlacedBoot, by_s: float, sd_s: float) -> PlacedBoot:
    mappings = tuple(replace(each, session0_s=each.session0_s + by_s) for each in boot.mappings)
    return replace(
        boot, dated=True, mappings=mappings, utc_sd_s=sd_s, start_s=boot.start_s + by_s, end_s=boot.end_s + by_s
    )
