"""Recorded feet whose side is known: what is said of them, as worn and exchanged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from surefoot.analysis.findings import Kind
from surefoot.analysis.inversion.chirality import Chirality, judged
from surefoot.analysis.model import Foot, Samples
from surefoot.analysis.session import Results, Session
from tests.accuracy.force_belts import virtual_pod
from tests.accuracy.recordings import DATA, samples_of
from tests.accuracy.report import Finding
from tests.feet.exact import interval_pct
from tests.rolls import packet_loss

LOSS_PCT = (0.0, 2.0, 10.0)


def labelled() -> Mapping[str, tuple[Samples, ...]]:
    """Both feet of each person, left first."""
    pairs = {"walk of two feet": packet_loss.RECORDINGS[0], "run of two feet": packet_loss.RECORDINGS[1]}
    recorded = {name: tuple(map(samples_of, files, Foot)) for name, files in pairs.items()}
    return {**recorded, "markers on the belts": tuple(virtual_pod(foot) for foot in Foot)}


def findings() -> Iterator[Finding]:
    """Lines for each person and all feet, and for the rolls told of healthy feet whichever way is watched."""
    if not DATA.is_dir():
        return
    feet: list[Chirality] = []
    for name, pods in labelled().items():
        worn, wrong = (_said(pods), _said(exchanged(pods)))
        feet += worn.values()
        value = "; ".join(f"{each[Foot.LEFT]}, {each[Foot.RIGHT]}" for each in (worn, wrong))
        asked = [all(one is Chirality.OPPOSITE for one in each.values()) for each in (worn, wrong)]
        yield Finding(name, "left, right as worn; exchanged", value, "not asked as worn", not asked[0])
    agreeing, wrongly = (feet.count(each) for each in (Chirality.AGREES, Chirality.OPPOSITE))
    value = f"{agreeing} of {len(feet)}, {interval_pct(agreeing, len(feet))}; the rest cannot be told"
    yield Finding("labelled feet", "side agrees", value, "none opposite", not wrongly)
    yield from _rolls()


def _rolls() -> Iterator[Finding]:
    """Ankle rolls told of feet that did not roll, on either side."""
    for loss_pct in LOSS_PCT:
        told = landings = 0
        for pods in recorded_pods():
            for worn in (pods, exchanged(pods)):
                lossy = [packet_loss.lossy(each, loss_pct, 1.0, seed=1) for each in worn]
                results = _analysed(tuple(lossy))[0]
                told += sum(each.kind is Kind.INVERSION_EVENT for each in results.findings)
                landings += sum(map(len, results.strides.values()))
        yield Finding(
            f"recordings, {loss_pct:g} % lost",
            "rolls told, either side",
            f"{told} in {landings} strides",
            "none",
            not told,
        )


def recorded_pods() -> Iterator[tuple[Samples, ...]]:
    """Every healthy recording of one foot or two."""
    for names in packet_loss.recordings():
        yield tuple(samples_of(name, foot) for name, foot in zip(names, Foot, strict=False))


def exchanged(pods: tuple[Samples, ...]) -> tuple[Samples, ...]:
    """As if each pod were said to be on the other foot."""
    return tuple(replace(each, foot=each.foot.other) for each in pods)


def _said(pods: tuple[Samples, ...]) -> dict[Foot, Chirality]:
    """By the foot on which a pod is said to be."""
    session = _analysed(pods)[1]
    return {foot: judged(value) for foot, value in session.rolled_in_deg.items()}


def _analysed(pods: tuple[Samples, ...]) -> tuple[Results, Session]:
    session = Session(tuple(each.foot for each in pods))
    parts = [session.push(each) for each in pods]
    return Results.join([*parts, session.flush()]), session
