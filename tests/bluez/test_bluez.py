"""Where the real stack cannot be met, that is said; what can be checked without it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bluez.__main__ import main
from tests.bluez.kernel import KernelSource, cached_kernel


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)])
def test_a_computer_that_lacks_programs_is_told_which_and_only_ci_fails(
    ci: str, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CI", ci)
    monkeypatch.setenv("PATH", "/nowhere")
    assert main(["scan"]) == code
    assert "make test-bluez is skipped: it needs: apt-get install dbus" in capsys.readouterr().out


def test_a_kernel_is_kept_for_its_source_and_its_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    one, other = (cached_kernel(KernelSource("linux-source-6.1", version)) for version in ("6.1.1-1", "6.1.2-1"))
    assert one.parent == other.parent == tmp_path / "surefoot" / "bluez"
    assert one != other
    changed = tmp_path / "kernel.config"
    changed.write_text("CONFIG_BT=n\n")
    monkeypatch.setattr("tests.bluez.kernel.CONFIGURATION", changed)
    assert cached_kernel(KernelSource("linux-source-6.1", "6.1.1-1")) != one
