"""Every recognised device's files, against the clean pair at that device's rate, range and resolution."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from surefoot.analysis.model import Floats, Foot, Samples
from surefoot.library import analyze
from surefoot.sensor_ingest.files.csv_reader import read_csv
from surefoot.sensor_ingest.files.statements import NOTHING_SAID
from tests.accuracy.report import Finding
from tests.files.runner import Device, Measured, recorded, rows, true_of, write
from tests.sensor_ingest.device_exports import EXPORTS, GYROSCOPES, Export, movesense, said_of

MAX_CADENCE_PCT, MAX_CONTACT_MS = 1.0, 5.0
SLOW_HZ = 100.0
DEVICES: Mapping[str, Device] = {
    "x-io NGIMU": Device(400.0),
    "x-io x-IMU3": Device(400.0),
    "MbientLab MetaWear": Device(100.0),
    "Sensor Logger": Device(100.0, gyr_range_dps=1000.0),
    "phyphox": Device(200.0),
    "Shimmer Consensys": Device(204.8),
    "Movella DOT": Device(120.0),
    "Movesense": Device(104.0),
    "WitMotion": Device(100.0),
    "MicroStrain SensorConnect": Device(100.0, acc_range_g=8.0),
    "a two-channel logger": Device(100.0),
    "StepApp": Device(50.0, acc_range_g=8.0),
    "a board that writes counts": Device(100.0),
}


def packets(time_s: Floats) -> Floats:
    """Stamps of packets of five on arrival, as an app writes them."""
    last = np.minimum(5 * (np.arange(len(time_s)) // 5) + 4, len(time_s) - 1)
    late_s = 0.02 + np.random.default_rng(1).exponential(0.01, len(time_s))
    return np.maximum.accumulate(time_s[last] + late_s[last])


def as_they_are(time_s: Floats) -> Floats:
    return time_s


STAMPS: Mapping[str, Callable[[Floats], Floats]] = {"WitMotion": packets, "a two-channel logger": packets}


def findings() -> Iterator[Finding]:
    """A line for each device, then what is withheld of poorer ones."""
    with TemporaryDirectory() as name:
        for export in EXPORTS:
            yield _finding(export.source, lambda foot, export=export: _export(export, foot, Path(name)))  # type: ignore[misc]
        yield _finding("Movesense", lambda foot: _movesense(foot, Path(name)))
        for rate_hz in (25.0, 50.0):
            yield _withheld(
                f"plain columns, {rate_hz:g} Hz", recorded(Foot.LEFT, Device(rate_hz)), "readings are too few"
            )
        clean = recorded(Foot.LEFT, Device(100.0))
        still = clean.time_s < 5.0
        gravity = clean.acc_mps2[still].mean(axis=0)
        yield _withheld("without a gyroscope, 100 Hz", _as_sensed(clean, False), "without a gyroscope")
        free = replace(clean, acc_mps2=clean.acc_mps2 - gravity)
        yield _withheld("gravity taken out, 100 Hz", free, "Gravity was removed")


def _finding(source: str, write: Callable[[Foot], Path]) -> Finding:
    device, said = DEVICES[source], NOTHING_SAID
    said = next((said_of(each) for each in EXPORTS if each.source == source), said)
    read = {foot: read_csv(write(foot), foot, said=said) for foot in Foot}
    has_gyroscope = all(each.has_gyroscope for each in read.values())
    found = Measured.of(analyze(read[Foot.LEFT], read[Foot.RIGHT]))
    true = Measured.of(analyze(*(_as_sensed(recorded(foot, device), has_gyroscope) for foot in Foot)))
    cadence_pct, contact_ms = found.off(true)
    withheld = bool(np.isnan(found.contact_ms).any() or not has_gyroscope or device.rate_hz < SLOW_HZ)
    good = cadence_pct <= MAX_CADENCE_PCT and (contact_ms <= MAX_CONTACT_MS or (withheld and not has_gyroscope))
    told = f"; told: {len(found.told)} sentences" if withheld else ""
    return Finding(
        f"{source}, {device.rate_hz:g} Hz",
        "cadence, contact",
        f"{cadence_pct:.2f} %, {contact_ms:.1f} ms{told}",
        f"≤ {MAX_CADENCE_PCT:g} %, {MAX_CONTACT_MS:g} ms",
        good and (not withheld or bool(found.told)),
    )


def _withheld(what: str, samples: Samples, sentence: str) -> Finding:
    """Cadence of one foot, and whether what is withheld is told."""
    with TemporaryDirectory() as name:
        analysis = analyze(read_csv(write(Path(name) / "a.csv", samples), Foot.LEFT))
    found, true = Measured.of(analysis), true_of(Foot.LEFT)
    told = [note for note in found.told if sentence in note]
    cadence_pct = 100.0 * abs(found.cadence_spm / true.cadence_spm - 1.0)
    value = f"{cadence_pct:.2f} %, {found.contact_ms[0]:.1f} ms, {'yes' if told else 'no'}"
    target = f"≤ {MAX_CADENCE_PCT:g} %, told"
    return Finding(
        what, "cadence, contact, withheld told", value, target, cadence_pct <= MAX_CADENCE_PCT and bool(told)
    )


def _as_sensed(samples: Samples, gyroscope: bool) -> Samples:
    return samples if gyroscope else replace(samples, gyr_radps=np.full_like(samples.gyr_radps, np.nan))


def _export(export: Export, foot: Foot, folder: Path) -> Path:
    device = DEVICES[export.source]
    readings = rows(recorded(foot, device))
    readings[:, 0] = STAMPS.get(export.source, as_they_are)(readings[:, 0])
    place = folder / f"{export.source}-{foot}"
    place.mkdir(exist_ok=True)
    path = export.written(place, readings)
    partner = GYROSCOPES.get(export.source)
    return path if partner is None else Path(f"{path},{partner.written(place, readings)}")


def _movesense(foot: Foot, folder: Path) -> Path:
    path = folder / f"movesense-{foot}.json"
    path.write_bytes(movesense(rows(recorded(foot, DEVICES["Movesense"]))))
    return path
