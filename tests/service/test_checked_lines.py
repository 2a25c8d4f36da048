"""Files of entries: what one writes while another writes the file anew is not lost."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from surefoot.service.store.checked_lines import Line, append_line, read_lines, rewrite_lines

WRITERS, ENTRIES = 4, 40


def without_odd(lines: Sequence[Line]) -> Sequence[Line]:
    return [line for line in lines if line[1]["number"] % 2 == 0]


def test_entries_that_come_while_a_file_is_written_anew_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "some.log"

    def write(writer: int) -> None:
        for number in range(ENTRIES):
            append_line(path, f"{writer}", {"number": number})

    with ThreadPoolExecutor(WRITERS) as threads:
        writing = [threads.submit(write, writer) for writer in range(WRITERS)]
        while not all(each.done() for each in writing):
            rewrite_lines(path, without_odd)
    rewrite_lines(path, without_odd)
    found = sorted((kind, fields["number"]) for kind, fields in read_lines(path))
    assert found == [(f"{writer}", number) for writer in range(WRITERS) for number in range(0, ENTRIES, 2)]
