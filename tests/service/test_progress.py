"""The progress bar stays out of the way."""

from __future__ import annotations

import io

from rich.console import Console

from surefoot.service.terminal.progress import SHOW_AFTER_S, ProgressBar


def shown(*, terminal: bool, took_s: float) -> str:
    file = io.StringIO()
    now_s = [0.0]
    console = Console(file=file, force_terminal=terminal, width=80)
    with ProgressBar(console, clock=lambda: now_s[0]) as progress:
        progress("Reading", 0.1)
        now_s[0] = took_s
        progress("Reading", 0.5)
    return file.getvalue()


def test_long_work_on_a_terminal_shows_a_bar() -> None:
    assert "Reading" in shown(terminal=True, took_s=SHOW_AFTER_S + 0.1)


def test_short_work_shows_nothing() -> None:
    assert shown(terminal=True, took_s=SHOW_AFTER_S - 0.1) == ""


def test_without_a_terminal_nothing_is_shown() -> None:
    assert shown(terminal=False, took_s=SHOW_AFTER_S + 0.1) == ""
