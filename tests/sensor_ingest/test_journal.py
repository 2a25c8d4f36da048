"""The journal gives back what was appended, but for what was damaged."""

from __future__ import annotations

import errno
import os
import random
from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.recording.clock_fit import ClockMapping
from surefoot.sensor_ingest.recording.entries import (
    ClockEntry,
    EndEntry,
    Entry,
    EventEntry,
    EventKind,
    LostEntry,
    PacketEntry,
    PodEntry,
    entry_from_bytes,
    entry_time_s,
)
from surefoot.sensor_ingest.recording.errors import NotARunError, RunBusyError, RunUnwritableError
from surefoot.sensor_ingest.recording.frames import encode_frame
from surefoot.sensor_ingest.recording.journal import MAGIC, JournalReader, JournalWriter
from tests.sensor_ingest.damage import DAMAGE, WholeJournal
from tests.sensor_ingest.wire import info, packet_entry

U16, U32 = st.integers(0, 0xFFFF), st.integers(0, 0xFFFFFFFF)
TIMES = st.floats(allow_nan=False)
ENTRIES = st.one_of(
    st.builds(PacketEntry, U16, TIMES, st.binary(max_size=300)),
    st.builds(PodEntry, U16, TIMES, U32, st.sampled_from(Foot), st.text(max_size=20), st.binary(max_size=60)),
    st.builds(ClockEntry, U16, st.builds(ClockMapping, U16, st.integers(0, 2**64 - 1), TIMES, TIMES)),
    st.builds(LostEntry, U16, U16, U32, U32),
    st.builds(EventEntry, U16, TIMES, st.sampled_from(EventKind), TIMES, st.text(max_size=50)),
    st.builds(EndEntry, TIMES),
)
SMALL: list[Entry] = [
    PodEntry(0, 0.5, 0, Foot.RIGHT, "runner-1", bytes(info())),
    packet_entry(0),
    ClockEntry(0, ClockMapping(77, 1_000_000, 2.0, 1.00001)),
    LostEntry(0, 77, 1, 3),
    EventEntry(0, 1.5, EventKind.DISCONNECTED, 0.0, "the pod went out of reach – für 2 s"),
    EndEntry(9.0),
]


def write(path: Path, entries: list[Entry]) -> bytes:
    with JournalWriter(path) as journal:
        for entry in entries:
            journal.append(entry)
    return path.read_bytes()


def write_long(path: Path) -> Path:
    """A journal of several pages."""
    write(path, [entry for sequence in range(150) for entry in (packet_entry(sequence), SMALL[2], SMALL[4])])
    return path


def ends_of(entries: list[Entry]) -> list[int]:
    """Where a journal's first bytes and each of its entries end."""
    return list(accumulate((len(encode_frame(entry)) for entry in entries), initial=len(MAGIC)))


@given(ENTRIES)
def test_every_entry_survives_its_bytes(entry: Entry) -> None:
    assert entry_from_bytes(entry.KIND, bytes(entry)) == entry


def test_what_was_appended_is_read_back(tmp_path: Path) -> None:
    write(tmp_path / "j", SMALL)
    reader = JournalReader(tmp_path / "j")
    assert list(reader) == SMALL
    assert reader.holes == []
    assert reader.latest_s == 9.0
    assert reader.valid_bytes == (tmp_path / "j").stat().st_size
    assert [entry_time_s(entry) for entry in SMALL] == [0.5, SMALL[1].arrival_s, None, None, 1.5, 9.0]  # type: ignore[union-attr]


def test_cut_at_any_byte_all_whole_entries_are_read_and_the_rest_is_reported(tmp_path: Path) -> None:
    whole = write(tmp_path / "j", SMALL)
    ends = ends_of(SMALL)
    for length in range(len(whole)):
        (tmp_path / "cut").write_bytes(whole[:length])
        reader = JournalReader(tmp_path / "cut")
        assert list(reader) == SMALL[: sum(end <= length for end in ends[1:])]
        lost = [hole.lost_bytes for hole in reader.holes]
        assert lost == ([] if length in (0, *ends) else [length - reader.valid_bytes])
        assert all(hole.until_s is None for hole in reader.holes)


def test_changed_at_any_byte_all_other_entries_are_read_and_nothing_wrong(tmp_path: Path) -> None:
    whole = write(tmp_path / "j", SMALL)
    ends = ends_of(SMALL)
    rng = random.Random(1)
    for position in range(len(whole)):
        changed = bytearray(whole)
        changed[position] ^= 1 << rng.randrange(8)
        (tmp_path / "bad").write_bytes(changed)
        reader = JournalReader(tmp_path / "bad")
        hit = sum(end <= position for end in ends) - 1
        assert list(reader) == SMALL[: max(hit, 0)] + SMALL[hit + 1 :]
        (hole,) = reader.holes
        assert hole.at_byte <= position < hole.at_byte + hole.lost_bytes


def test_nothing_is_missing_where_the_first_bytes_alone_are_damaged(tmp_path: Path) -> None:
    (tmp_path / "j").write_bytes(b"?" + write(tmp_path / "j", SMALL)[1:])
    reader = JournalReader(tmp_path / "j")
    assert list(reader) == SMALL
    assert [(hole.lost_bytes, hole.length_s) for hole in reader.holes] == [(len(MAGIC), 0.0)]


def test_a_hole_knows_the_times_around_it(tmp_path: Path) -> None:
    ends = ends_of(SMALL)
    changed = bytearray(write(tmp_path / "j", SMALL))
    changed[ends[2] - 1] ^= 1
    changed[ends[5] - 1] ^= 1
    (tmp_path / "j").write_bytes(changed)
    reader = JournalReader(tmp_path / "j")
    list(reader)
    assert [(hole.after_s, hole.until_s, hole.length_s) for hole in reader.holes] == [(0.5, 9.0, 8.5), (0.5, 9.0, 8.5)]


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_costs_the_entries_that_it_touches_and_no_others(tmp_path: Path, damage: str) -> None:
    journal, rng = WholeJournal(write_long(tmp_path / "long")), random.Random(1)
    for _ in range(40):
        kept = journal.kept(DAMAGE[damage](journal.data, rng), tmp_path / "damaged")
        assert (kept.lost, kept.invented) == (0, 0)
        assert kept.read >= kept.intact


def test_whole_frames_are_found_behind_damage_of_any_length(tmp_path: Path) -> None:
    whole = write(tmp_path / "j", SMALL)
    start = ends_of(SMALL)[1]
    for lost_bytes in (1, 65_535, 65_536, 65_536 + 4100, 200_000):
        (tmp_path / "j").write_bytes(whole[:start] + b"\xff" * lost_bytes + whole[start:])
        reader = JournalReader(tmp_path / "j")
        assert list(reader) == SMALL
        assert [(hole.at_byte, hole.lost_bytes) for hole in reader.holes] == [(start, lost_bytes)]


def test_another_kind_of_file_has_no_entries(tmp_path: Path) -> None:
    for content in (b"surefoot,journal\n" * 5000, random.Random(1).randbytes(300_000), bytes(300_000)):
        (tmp_path / "j").write_bytes(content)
        reader = JournalReader(tmp_path / "j")
        assert list(reader) == []
        assert [hole.lost_bytes for hole in reader.holes] == [len(content)]
        assert reader.valid_bytes == 0


def test_zeros_after_a_power_cut_are_damage(tmp_path: Path) -> None:
    whole = write(tmp_path / "j", SMALL[:2])
    (tmp_path / "j").write_bytes(whole + bytes(4096))
    reader = JournalReader(tmp_path / "j")
    assert list(reader) == SMALL[:2]
    assert [str(hole) for hole in reader.holes] == [
        f"4096 bytes from byte {len(whole)} on are not readable (wrong checksum)."
    ]


def test_continuing_sets_the_torn_tail_aside_and_appends(tmp_path: Path) -> None:
    path = tmp_path / "j"
    path.write_bytes(write(path, SMALL[:3])[:-5])
    with JournalWriter(path) as journal:
        journal.append(SMALL[3])
    assert list(JournalReader(path)) == [*SMALL[:2], SMALL[3]]
    torn = journal.existing.valid_bytes
    assert (tmp_path / f"damaged-{torn}.bin").read_bytes() == encode_frame(SMALL[2])[:-5]


@pytest.mark.parametrize("continued", [True, False])
def test_what_an_earlier_version_cut_off_behind_damage_is_read_in_its_place(tmp_path: Path, continued: bool) -> None:
    later = SMALL[4:] if continued else []
    write(tmp_path / "j", [SMALL[0], *later])
    damaged = bytearray(b"".join(encode_frame(entry) for entry in (SMALL[1], SMALL[4], SMALL[3])))
    damaged[30] ^= 1
    (tmp_path / f"damaged-{ends_of(SMALL)[1]}.bin").write_bytes(damaged + b"torn")
    (tmp_path / "damaged-notes.bin").write_bytes(damaged)
    reader = JournalReader(tmp_path / "j")
    assert list(reader) == [SMALL[0], SMALL[4], SMALL[3], *later]
    assert [(hole.after_s, hole.until_s) for hole in reader.holes] == [(0.5, 1.5)]
    assert reader.valid_bytes == (tmp_path / "j").stat().st_size


@pytest.mark.parametrize("position", [3, len(MAGIC) + 20])
def test_continuing_keeps_everything_behind_a_hole(tmp_path: Path, position: int) -> None:
    path = tmp_path / "j"
    changed = bytearray(write(path, SMALL[:3]))
    changed[position] ^= 1
    path.write_bytes(changed)
    kept = list(JournalReader(path))
    with JournalWriter(path) as journal:
        journal.append(SMALL[3])
    assert list(JournalReader(path)) == [*kept, SMALL[3]]
    assert len(kept) >= 2
    assert path.read_bytes().startswith(changed)
    assert list(tmp_path.iterdir()) == [path]


def test_whoever_may_not_write_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "j"
    with JournalWriter(path) as journal:
        journal.append(SMALL[1])
        journal.flush()
        path.write_bytes(path.read_bytes() + b"half an entry")
        with pytest.raises(RunBusyError):
            JournalWriter(path)
        assert path.read_bytes().endswith(b"half an entry")
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_is_in_the_file_before_a_flush_and_all_after(tmp_path: Path) -> None:
    with JournalWriter(tmp_path / "j") as journal:
        journal.append(SMALL[1])
        assert journal.buffered_bytes == len(encode_frame(SMALL[1]))
        assert list(JournalReader(tmp_path / "j")) == []
        journal.flush()
        assert journal.buffered_bytes == 0
        assert list(JournalReader(tmp_path / "j")) == [SMALL[1]]


def test_two_writers_at_once_are_refused(tmp_path: Path) -> None:
    with JournalWriter(tmp_path / "j"), pytest.raises(RunBusyError, match="is being recorded by another surefoot"):
        JournalWriter(tmp_path / "j")


def test_a_full_disk_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    journal = JournalWriter(tmp_path / "j")
    journal.append(SMALL[1])
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(RunUnwritableError, match=r"cannot be written \(No space left on device\); free space"):
            journal.flush()
    journal.close()
    assert list(JournalReader(tmp_path / "j")) == [SMALL[1]]


def test_an_absent_folder_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(RunUnwritableError, match="No such file or directory"):
        JournalWriter(tmp_path / "absent" / "j")


def test_a_folder_instead_of_a_journal_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(NotARunError, match="is not a recorded run"):
        list(JournalReader(tmp_path))


def test_an_absent_or_empty_journal_has_nothing_and_lacks_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    for name in ("absent", "empty"):
        reader = JournalReader(tmp_path / name)
        assert list(reader) == []
        assert reader.holes == []
