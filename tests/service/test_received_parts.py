"""What gateways send is there once and whole, whatever they send, and nobody else can send anything."""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import socket
import stat
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from surefoot.dashboards.wall.access import COOKIE_NAME, Password
from surefoot.dashboards.wall.gateway import MAX_MANIFEST_BYTES, MAX_PIECE_BYTES, NO_PHONE, NOT_KNOWN, NOT_SIGNED_IN
from surefoot.dashboards.wall.hosting import WallServer
from surefoot.sensor_ingest.recording.journal import JournalReader
from surefoot.sensor_ingest.recording.run_folder import open_run
from surefoot.service.gateway.keys import GatewayKeys
from surefoot.service.people.accounts import StoredAccounts
from surefoot.service.settings import Settings
from surefoot.service.views.received_parts import ReceivedParts
from tests.dashboards.fake_source import FakeViewDataSource
from tests.service.command import surefoot
from tests.service.gateway_client import MANIFEST, RUN, Answer, GatewayClient, journal_bytes
from tests.service.real_command import RealCommand
from tests.service.servers import wait

JOURNAL = journal_bytes()
PASSWORD = Password("correct horse battery")
PAGE = {"Sec-Fetch-Site": "same-origin", "Surefoot-Gateway": "phone-0123abcd"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path)


@pytest.fixture
def wall(settings: Settings) -> Iterator[WallServer]:
    with WallServer(
        FakeViewDataSource(), accounts=StoredAccounts(settings.data, PASSWORD), parts=ReceivedParts(settings)
    ) as server:
        yield server


@pytest.fixture
def client(wall: WallServer, settings: Settings) -> GatewayClient:
    return GatewayClient(wall.port, GatewayKeys(settings.data).add("belt"))


def part(settings: Settings, gateway: str = "belt") -> Path:
    return settings.parts_folder / gateway / RUN


def stored(settings: Settings) -> bytes:
    return (part(settings) / "journal.bin").read_bytes()


def test_a_run_in_pieces_is_a_run_folder_that_can_be_opened(client: GatewayClient, settings: Settings) -> None:
    assert client.begin() == Answer(200, {"run": RUN, "received": 0, "ended": False})
    for offset in range(0, len(JOURNAL), 7000):
        received = client.put(offset, JOURNAL[offset : offset + 7000]).fields["received"]
        assert received == min(offset + 7000, len(JOURNAL))
    assert client.end() == Answer(200, {"run": RUN, "received": len(JOURNAL), "ended": True})
    run = open_run(part(settings))
    assert run.manifest == replace(MANIFEST, ended=True)
    assert sum(1 for _ in JournalReader(run.journal_path)) == 2001
    assert stat.S_IMODE(run.journal_path.stat().st_mode) == 0o600
    assert stat.S_IMODE(part(settings).stat().st_mode) == 0o700


def test_pieces_in_any_order_and_twice_are_there_once(client: GatewayClient, settings: Settings) -> None:
    client.begin()
    rng, received = random.Random(3), 0
    while received < len(JOURNAL):
        offset = rng.choice([received, received, max(received - 5000, 0), received + 1, 0])
        answer = client.put(offset, JOURNAL[offset : offset + rng.randrange(1, 9000)])
        assert answer.status == (409 if offset > received else 200)
        assert answer.fields["received"] >= received
        received = answer.fields["received"]
    assert client.put(0, JOURNAL[:9000]).fields["received"] == len(JOURNAL)
    assert stored(settings) == JOURNAL


def test_many_at_once_add_nothing_twice(client: GatewayClient, settings: Settings) -> None:
    client.begin()
    senders = [threading.Thread(target=client.put, args=(0, JOURNAL)) for _ in range(12)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert stored(settings) == JOURNAL


def test_other_bytes_are_refused(client: GatewayClient, settings: Settings) -> None:
    client.begin()
    assert client.put(0, b"#!/bin/sh").status == 422
    client.put(0, JOURNAL[:500])
    damaged = client.put(100, b"\0" * 600)
    assert damaged.status == 422
    assert damaged.fields == {
        "error": "These are other bytes than those that are there, or no journal; send the run under another id.",
        "received": 500,
    }
    assert stored(settings) == JOURNAL[:500]


def test_a_run_that_has_ended_takes_nothing_more(client: GatewayClient, settings: Settings) -> None:
    client.begin()
    client.put(0, JOURNAL[:500])
    client.end()
    assert client.put(0, JOURNAL[:400]) == Answer(200, {"run": RUN, "received": 500, "ended": True})
    more = client.put(400, JOURNAL[400:600])
    assert (more.status, more.fields["error"]) == (409, f"Run {RUN} has ended and takes nothing more.")
    assert client.end().fields["ended"]
    assert client.begin().fields == {"run": RUN, "received": 500, "ended": True}
    assert stored(settings) == JOURNAL[:500]


def test_a_run_that_was_joined_meanwhile_is_still_known(client: GatewayClient, settings: Settings) -> None:
    client.begin()
    client.put(0, JOURNAL)
    client.end()
    shutil.rmtree(part(settings))
    joined = Answer(200, {"run": RUN, "received": len(JOURNAL), "ended": True})
    for answer in (client.begin(), client.state(), client.end(), client.put(len(JOURNAL) - 100, JOURNAL[-100:])):
        assert answer == joined
    assert client.put(len(JOURNAL), b"more").status == 404
    assert not part(settings).exists()


def test_a_date_may_be_corrected_but_not_the_pods(client: GatewayClient, settings: Settings) -> None:
    client.begin()
    client.put(0, JOURNAL[:500])
    later = replace(MANIFEST, created_utc=MANIFEST.created_utc + timedelta(days=400))
    assert client.begin(later).fields["received"] == 500
    assert open_run(part(settings)).manifest.created_utc == later.created_utc
    others = client.begin(replace(MANIFEST, pods=MANIFEST.pods[:1]))
    assert (others.status, others.fields["error"]) == (
        409,
        f"Run {RUN} is known with other pods; send it under another id.",
    )


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"\xff",
        b"[]",
        b"null",
        b"[" * 50_000,
        b'{"format": 99}',
        MANIFEST.to_json().replace("0000abcd", "0000abce").encode(),
        json.dumps({**json.loads(MANIFEST.to_json()), "run": "../../x", "checksum": None}).encode(),
        json.dumps({**json.loads(replace(MANIFEST, pods=()).to_json())}).encode(),
        json.dumps({**json.loads(replace(MANIFEST, pods=MANIFEST.pods[:1] * 2).to_json())}).encode(),
    ],
)
def test_a_bad_manifest_is_refused(client: GatewayClient, settings: Settings, manifest: bytes) -> None:
    answer = client.ask("POST", "/gateway/runs", manifest)
    assert answer.status == 422
    assert "manifest" in answer.fields["error"]
    assert not settings.parts_folder.exists()


@pytest.mark.parametrize("run", ["..", ".", "%2e%2e", "a%20b", "%00", "x" * 101, "-x", "a%0Ab"])
def test_a_hostile_run_id_reaches_no_file(client: GatewayClient, tmp_path: Path, run: str) -> None:
    before = sorted(tmp_path.rglob("*"))
    for answer in (client.put(0, JOURNAL, run), client.state(run), client.end(run)):
        assert answer.status == 422
        assert answer.fields == {"error": "That is no id of a run."}
    assert sorted(tmp_path.rglob("*")) == before


def test_a_run_without_a_manifest_is_not_known(client: GatewayClient) -> None:
    sentence = f"There is no run {RUN}; send its manifest first."
    for answer in (client.put(0, JOURNAL), client.state(), client.end()):
        assert answer == Answer(404, {"error": sentence})


def test_too_much_at_once_is_refused(client: GatewayClient) -> None:
    client.begin()
    too_long = client.put(0, bytes(MAX_PIECE_BYTES + 1))
    assert too_long == Answer(413, {"error": f"The body is longer than {MAX_PIECE_BYTES} bytes, or did not come."})
    assert client.ask("POST", "/gateway/runs", bytes(MAX_MANIFEST_BYTES + 1)).status == 413
    assert client.put(0, JOURNAL.ljust(MAX_PIECE_BYTES, b"\0")).fields["received"] == MAX_PIECE_BYTES


@pytest.mark.parametrize("offset", ["", "-1", "x", "1e3", "9" * 16])
def test_an_offset_is_a_whole_number(client: GatewayClient, offset: str) -> None:
    client.begin()
    answer = client.ask("PUT", f"/gateway/runs/{RUN}/journal?offset={offset}", JOURNAL)
    assert answer == Answer(422, {"error": "offset must be a whole number of 0 or more."})


def test_a_piece_that_stops_half_way_is_not_stored(client: GatewayClient, settings: Settings) -> None:
    client.begin()
    with socket.create_connection(("127.0.0.1", client.port)) as raw:
        head = f"PUT /gateway/runs/{RUN}/journal?offset=0 HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        raw.sendall(
            f"{head}Authorization: Bearer {client.key}\r\nContent-Length: 9000\r\n\r\n".encode() + JOURNAL[:4000]
        )
    wait(lambda: client.state().status == 200)
    assert stored(settings) == b""


def test_a_full_disk_is_told_and_nothing_is_lost(settings: Settings) -> None:
    with WallServer(FakeViewDataSource(), parts=ReceivedParts(settings)) as server:
        client = GatewayClient(server.port, GatewayKeys(settings.data).add("belt"))
        client.begin()
        client.put(0, JOURNAL[:500])
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
        try:
            refused = client.put(500, JOURNAL[500:])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        assert refused.status == 507
        assert refused.fields["error"] == "The service cannot store it (File too large); free some space there."
        received = refused.fields["received"]
        assert stored(settings) == JOURNAL[:received]
        assert client.put(received, JOURNAL[received:]).fields["received"] == len(JOURNAL)
    assert stored(settings) == JOURNAL


def test_room_is_left_for_what_is_recorded_here(settings: Settings) -> None:
    with WallServer(FakeViewDataSource(), parts=ReceivedParts(settings, reserve_bytes=2**60)) as wall:
        refused = GatewayClient(wall.port, GatewayKeys(settings.data).add("belt")).begin()
    assert refused.status == 507
    assert refused.fields["error"].startswith("The service's disk is full (")


def test_only_a_known_key_opens_it(wall: WallServer, settings: Settings) -> None:
    keys = GatewayKeys(settings.data)
    key = keys.add("belt")
    assert GatewayClient(wall.port).begin() == Answer(401, {"error": NOT_SIGNED_IN})
    assert GatewayClient(wall.port, "x" * 43).begin() == Answer(401, {"error": NOT_KNOWN})
    assert GatewayClient(wall.port, key).begin().status == 200
    newer = keys.add("belt")
    assert GatewayClient(wall.port, key).begin().status == 401
    keys.revoke("belt")
    assert GatewayClient(wall.port, newer).begin().status == 401
    assert not settings.parts_folder.joinpath("phone-0123abcd").exists()


def test_gateways_do_not_see_each_other(wall: WallServer, settings: Settings) -> None:
    keys = GatewayKeys(settings.data)
    belt, track = (GatewayClient(wall.port, keys.add(name)) for name in ("belt", "track"))
    belt.begin()
    assert track.state().status == 404
    track.begin()
    track.put(0, JOURNAL)
    assert belt.state().fields["received"] == 0


def test_a_page_of_the_wall_may_send_with_its_session(wall: WallServer, settings: Settings) -> None:
    session = {"Cookie": f"{COOKIE_NAME}={PASSWORD.new_cookie()}"}
    phone = GatewayClient(wall.port, headers={**session, **PAGE})
    phone.begin()
    assert phone.put(0, JOURNAL).fields["received"] == len(JOURNAL)
    assert (part(settings, "phone-0123abcd") / "journal.bin").read_bytes() == JOURNAL
    for headers in (PAGE, session, {**session, **PAGE, "Sec-Fetch-Site": "cross-site"}):
        assert GatewayClient(wall.port, headers=headers).state() == Answer(401, {"error": NOT_SIGNED_IN})
    for name in ("belt", "phone-", "phone-../x", "phone-0123ABCD"):
        other = GatewayClient(wall.port, headers={**session, **PAGE, "Surefoot-Gateway": name})
        assert other.begin() == Answer(422, {"error": NO_PHONE})


def test_the_service_killed_in_the_middle_loses_nothing(tmp_path: Path) -> None:
    key, received = GatewayKeys(tmp_path).add("belt"), 0
    for begin in (0, len(JOURNAL) // 2):
        with RealCommand(tmp_path, "serve", "--port", "0", settings={"WALL_HOST": "127.0.0.1"}) as serve:
            wait(lambda serve=serve: "The wall is at" in serve.out)  # type: ignore[misc]
            client = GatewayClient(int(serve.out.split("127.0.0.1:")[1].split("/")[0]), key)
            assert client.begin().fields["received"] == received
            for offset in range(begin, len(JOURNAL), 1000):
                received = client.put(received, JOURNAL[received : offset + 1000]).fields["received"]
                if begin == 0 and received >= len(JOURNAL) // 2:
                    serve.kill()
                    break
    assert (tmp_path / "parts" / "belt" / RUN / "journal.bin").read_bytes() == JOURNAL


def test_a_key_is_shown_once_and_kept_as_a_hash(capsys: pytest.CaptureFixture[str]) -> None:
    data = Path(os.environ["SUREFOOT_DATA"])
    key = surefoot(capsys, "gateway", "key", "belt").out.strip()
    assert GatewayKeys(data).gateway_of(key) == "belt"
    assert stat.S_IMODE((data / "gateways.json").stat().st_mode) == 0o600
    assert key not in (data / "gateways.json").read_text()
    listed = surefoot(capsys, "gateway", "keys").out
    assert listed.startswith("belt  since ")
    assert key not in listed
    assert surefoot(capsys, "gateway", "revoke", "belt").out == "The gateway belt is refused from now on.\n"
    assert surefoot(capsys, "gateway", "keys").out == ""
    assert GatewayKeys(data).gateway_of(key) is None


def test_bad_names_and_damaged_keys_are_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    data = Path(os.environ["SUREFOOT_DATA"])
    for name in ("", "Belt", "../x", "phone-1", "a" * 33):
        bad = surefoot(capsys, "gateway", "key", name)
        assert (bad.code, "is no name for a gateway; use up to 32 small letters" in bad.err) == (2, True)
    assert (
        "there is no key for a gateway 'belt'; there are no keys." in surefoot(capsys, "gateway", "revoke", "belt").err
    )
    data.mkdir(exist_ok=True)
    (data / "gateways.json").write_text('{"belt": 1}')
    damaged = surefoot(capsys, "gateway", "keys")
    assert (damaged.code, "cannot be used (it is damaged; delete it and make the keys anew)." in damaged.err) == (
        2,
        True,
    )


def test_damaged_keys_close_the_interface(wall: WallServer, settings: Settings) -> None:
    (settings.data / "gateways.json").write_text("{")
    assert GatewayClient(wall.port, "x" * 43).begin().status == 503
