"""Print what ten thousand bad inputs of each kind do: `make fuzz`."""

from __future__ import annotations

import asyncio
import io
import logging
import random
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import aiomqtt

from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.files.csv_reader import read_csv
from surefoot.sensor_ingest.files.errors import RecordingError
from surefoot.sensor_ingest.files.statements import NOTHING_SAID
from surefoot.service.configuration import SETTINGS_FILE, load_configuration, variable
from surefoot.service.errors.settings import SettingsError
from surefoot.service.exporters.exporter_thread import ExporterThread
from surefoot.service.serialization.mqtt_messages import TOPIC_ROOT
from surefoot.service.settings import Settings, setting_types
from tests.accuracy.report import Finding, show
from tests.fuzz.http_requests import requests
from tests.sensor_ingest.damage import DAMAGE, WholeJournal
from tests.sensor_ingest.device_exports import EXPORTS, GYROSCOPES, movesense, said_of
from tests.sensor_ingest.mangling import fuzz
from tests.sensor_ingest.synthetic import RATE_HZ, walk, write
from tests.sensor_ingest.virtual import in_virtual_time, record, standing
from tests.sensor_ingest.watches.test_reading import FORMS, is_read
from tests.sensor_ingest.watches.test_reading import mangled as mangled_whole
from tests.sensor_ingest.watches.watch_files import points
from tests.sensor_ingest.workbooks import write_workbook
from tests.service.command import simulated
from tests.service.listener import Listener
from tests.service.servers import Broker, wait
from tests.service.stored_runs import finding, store_samples
from tests.service.test_settings import GOOD

COUNT = 10_000
JOURNALS = 7_500
"""With each kind of damage."""
REQUESTS = 30_000
"""Half of them signed in."""
EXPORT_FILES, EXPORT_LINES = 20_000, 500
"""Of known devices, and how long each is."""
WORKBOOKS = 2_000
SLOWEST_S = 2.0
PIECES = (
    b"\x00",
    b"\r\n",
    b"%00",
    b"../",
    b"\xff\xfe",
    b"NaN",
    b"1e999",
    b"-",
    b'"',
    b"[[",
    b"]\n",
    b"=",
    b",",
    b"\n",
    b"true",
    b"9" * 40,
)


def mangled(rng: random.Random, good: bytes) -> bytes:
    """A good input with some of it replaced, dropped, doubled or cut."""
    data = bytearray(good)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(data) + 1)
        length = rng.randrange(1, 30)
        new = rng.choice((b"", rng.choice(PIECES), rng.randbytes(length), bytes(data[at : at + length]) * 2))
        data[at : at + rng.choice((0, length))] = new
    return bytes(data if rng.random() < 0.9 else data[: rng.randrange(len(data) + 1)])


def answers(what: str, attempt: Callable[[random.Random], bool], count: int) -> Iterator[Finding]:
    """Try each input; whether it was refused is told by the attempt, anything else that happens is a crash."""
    rng, refused, crashes, slowest_s = random.Random(1), 0, [], 0.0
    for _ in range(count):
        began_s = time.process_time()
        try:
            refused += attempt(rng)
        except Exception as error:
            crashes.append(repr(error))
        slowest_s = max(slowest_s, time.process_time() - began_s)
    told = f"{len(crashes)} crashes, {refused} refused with a sentence" + "".join(f"; {crash}" for crash in crashes[:2])
    yield Finding(what, f"{count} mangled", told, "0 crashes", not crashes)
    yield Finding(what, "slowest", f"{slowest_s:.2f} s of a core", f"≤ {SLOWEST_S:g} s", slowest_s <= SLOWEST_S)


def packets() -> Iterator[Finding]:
    """Packets from the air."""
    counts = fuzz(COUNT, 1)
    yield Finding(
        "packets", f"{COUNT} mangled", f"0 crashes, {counts.malformed} counted as malformed", "0 crashes", True
    )


def journals(folder: Path) -> Iterator[Finding]:
    """Recordings with a bit, their end or a page damaged."""
    recorded, _, _, _ = in_virtual_time(record(folder, standing(60.0)))
    whole, rng = WholeJournal(recorded.journal_path), random.Random(1)
    for name, damage in DAMAGE.items():
        kept = [whole.kept(damage(whole.data, rng), folder / "damaged.bin") for _ in range(JOURNALS)]
        share_pct = 100.0 * sum(each.intact - each.lost for each in kept) / sum(each.entries for each in kept)
        lost, invented = sum(each.lost for each in kept), sum(each.invented for each in kept)
        told = f"{share_pct:.2f} % of the entries kept, {lost} untouched ones lost, {invented} invented"
        yield Finding("journals", f"{JOURNALS} with {name}", told, "0 lost, 0 invented", not lost and not invented)


def settings(folder: Path, count: int = COUNT) -> Iterator[Finding]:
    """Settings files, and variables of the environment."""
    path, names = folder / "surefoot.toml", [variable(way) for way in setting_types()]

    def attempt(rng: random.Random) -> bool:
        path.write_bytes(mangled(rng, GOOD.encode()))
        value = rng.randbytes(rng.randrange(8)).decode("latin-1").replace("\0", "")
        try:
            load_configuration({SETTINGS_FILE: str(path), rng.choice(names): value})
        except SettingsError as error:
            return bool(error.problems)
        return False

    return answers("settings", attempt, count)


def recordings(folder: Path, count: int = COUNT) -> Iterator[Finding]:
    """CSV files."""
    path = folder / "any.csv"
    good = write(path, walk(2.5)).read_bytes()

    def attempt(rng: random.Random) -> bool:
        path.write_bytes(mangled(rng, good))
        try:
            read_csv(path, Foot.LEFT)
        except RecordingError:
            return True
        return False

    return answers("CSV", attempt, count)


def exports(folder: Path, count: int = EXPORT_FILES) -> Iterator[Finding]:
    """Files of known devices."""
    texts = [
        (each.name, "\n".join(each.text().split("\n")[:EXPORT_LINES]).encode(each.encoding), said_of(each))
        for each in (*EXPORTS, *GYROSCOPES.values())
    ]
    texts += [("a.json", movesense(walk(EXPORT_LINES / RATE_HZ)), NOTHING_SAID)]
    texts += [
        ("utf16.csv", write(folder / "a.csv", walk(EXPORT_LINES / RATE_HZ)).read_text().encode("utf-16"), NOTHING_SAID)
    ]

    def attempt(rng: random.Random) -> bool:
        name, good, said = rng.choice(texts)
        path = folder / name
        path.write_bytes(mangled(rng, good))
        try:
            read_csv(path, Foot.LEFT, said=said)
        except RecordingError:
            return True
        return False

    return answers("device exports", attempt, count)


def workbooks(folder: Path, count: int = WORKBOOKS) -> Iterator[Finding]:
    """Excel workbooks: as a whole, or one part of them packed again."""
    path = write_workbook(folder / "any.xlsx", walk(2.5)[:EXPORT_LINES])
    good = path.read_bytes()

    def attempt(rng: random.Random) -> bool:
        path.write_bytes(mangled(rng, good) if rng.random() < 0.5 else _with_a_part_mangled(rng, good))
        try:
            read_csv(path, Foot.LEFT)
        except RecordingError:
            return True
        return False

    return answers("Excel workbooks", attempt, count)


def _with_a_part_mangled(rng: random.Random, good: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good)) as archive, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        parts = archive.namelist()
        which = rng.choice([part for part in parts if part.startswith("xl/")])
        for part in parts:
            out.writestr(part, mangled(rng, archive.read(part)) if part == which else archive.read(part))
    return packed.getvalue()


def watches(folder: Path, count: int = COUNT) -> Iterator[Finding]:
    """Files of watches; half of them with a checksum that is right again."""
    path, goods = folder / "watch.bin", [write_file(points(60)) for write_file in FORMS.values()]

    def attempt(rng: random.Random) -> bool:
        path.write_bytes(rng.choice((mangled, mangled_whole))(rng, rng.choice(goods)))
        return not is_read(path)

    return answers("FIT, TCX and GPX", attempt, count)


def payloads(folder: Path) -> Iterator[Finding]:
    """Whatever anybody publishes while the service connects, ships, loses the broker and connects again."""
    with Broker(folder / "broker") as broker:
        found = Settings.model_validate(
            {"data": folder / "data", "mqtt": {"host": "127.0.0.1", "port": broker.port}, "alerts": {"cool_down_s": 0}}
        )
        listener = Listener(broker.port, f"{TOPIC_ROOT}/anna/alert/inversion_event")
        with ExporterThread(found) as exporters:
            asyncio.run(_flood(broker.port, COUNT // 2))
            wait(lambda: not exporters.statuses["mqtt"].problem)
            broker.kill()
            broker.start()
            asyncio.run(_flood(broker.port, COUNT - COUNT // 2))
            store_samples(found, simulated(), [finding(at_s=float(at_s)) for at_s in range(20, 60, 4)])
            wait(lambda: not exporters.statuses["mqtt"].problem)
            wait(lambda: _ours(listener) >= 20)
            problem = exporters.statuses["mqtt"].problem
        listener.close()
    told = f"{_ours(listener)} of 20 alerts told" + (f"; {problem}" if problem else "")
    yield Finding("MQTT payloads", f"{COUNT} random, on our topics", told, "20", _ours(listener) == 20 and not problem)


def _ours(listener: Listener) -> int:
    return sum(payload.startswith('{"v": 1, "id": ') for _, payload, _ in listener.got)


async def _flood(port: int, count: int) -> None:
    rng = random.Random(count)
    topics = ("probe/x", "status", "anna/state", "anna/alert/inversion_event", "anna/stride/left", "♥/#x"[:1])
    async with aiomqtt.Client("127.0.0.1", port) as client:
        for _ in range(count):
            payload = rng.randbytes(rng.choice((0, 3, 40, 2000)))
            await client.publish(f"{TOPIC_ROOT}/{rng.choice(topics)}", b"x" + payload, qos=0, retain=rng.random() < 0.1)


if __name__ == "__main__":
    logging.getLogger().addHandler(logging.NullHandler())
    with TemporaryDirectory(ignore_cleanup_errors=True) as place:
        found = [
            *packets(),
            *journals(Path(place)),
            *settings(Path(place)),
            *recordings(Path(place)),
            *exports(Path(place)),
            *workbooks(Path(place)),
            *watches(Path(place)),
            *requests(REQUESTS, mangled),
            *payloads(Path(place)),
        ]
    sys.exit(0 if show(found) else 1)
