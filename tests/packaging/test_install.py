"""surefoot works where it is installed: from a wheel, from the wheel of a source archive, and editable, outside the
checkout, in a folder that has modules called like ours."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path
from typing import Self
from urllib.request import ProxyHandler, build_opener

import pytest

from surefoot.analysis.model import Foot
from tests.service.command import ROOT, simulated, write_samples

PATIENCE_S = 300
USED = """
import surefoot
run = surefoot.analyze(left="left.csv", right=surefoot.read_csv("right.csv", "right"))
print(run, run.strides["left"].metrics["ground_contact_time_s"].mean(), sep=chr(10))
"""


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment with surefoot in it, and a folder to work in."""

    home: Path
    work: Path

    @classmethod
    def made(cls, factory: pytest.TempPathFactory) -> Self:
        """A new one, without a pip of its own."""
        found = cls(factory.mktemp("env"), factory.mktemp("work"))
        venv.create(found.home)
        return found

    def install(self, *what: object) -> None:
        """Install into it."""
        _python("-m", "pip", "--python", self.home / "bin" / "python", "install", "--quiet", *what)

    def run(self, program: str, *arguments: object) -> str:
        """Standard output of a program of the environment; it must succeed."""
        command = [str(self.home / "bin" / program), *map(str, arguments)]
        done = subprocess.run(
            command, cwd=self.work, capture_output=True, text=True, timeout=PATIENCE_S, check=False, env=CLEAN
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout


CLEAN: Mapping[str, str] = {
    name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}
}


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """A wheel of the checkout, and one of the source archive of the checkout."""
    folder = tmp_path_factory.mktemp("dist")
    for where, kind in (("direct", "--wheel"), ("archive", "--sdist")):
        _python("-m", "build", kind, "--outdir", folder / where, ROOT)
    source = next((folder / "archive").glob("*.tar.gz"))
    _python("-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder / "archive", source)
    return {"wheel": next((folder / "direct").glob("*.whl")), "sdist": next((folder / "archive").glob("*.whl"))}


@pytest.fixture(scope="module", params=["wheel", "sdist", "editable"])
def installed(
    request: pytest.FixtureRequest, archives: Mapping[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Environment:
    """An environment of its own, which takes only its dependencies from the one of the tests."""
    found = Environment.made(tmp_path_factory)
    what = ["--editable", ROOT] if request.param == "editable" else [archives[request.param]]
    found.install("--no-deps", *what)
    (_site(found) / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    for name in ("analysis", "service", "dashboards", "firmware_sim", "sensor_ingest"):
        (found.work / f"{name}.py").write_text("raise ImportError('somebody else')\n", encoding="utf-8")
    for foot, samples in simulated().items():
        write_samples(found.work / f"{foot}.csv", samples)
    return found


def test_a_recording_is_analysed_in_three_lines(installed: Environment) -> None:
    told, contact_s = installed.run("python", "-c", USED).splitlines()
    assert re.match(r"<Analysis: strides \d+ left, \d+ right; \d windows, \d bouts", told)
    assert 0.2 < float(contact_s) < 0.7


def test_the_lines_of_the_readme_run(installed: Environment) -> None:
    (lines,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    cadence_spm, _, findings = installed.run("python", "-c", lines).partition(" ")
    assert 100.0 < float(cadence_spm) < 200.0
    assert findings.startswith("[")


def test_the_report_holds_its_styles(installed: Environment) -> None:
    installed.run("surefoot", "analyze", "--left", "left.csv", "--report", "report.html")
    assert "--left:" in (installed.work / "report.html").read_text(encoding="utf-8")


def test_the_boards_can_be_built(installed: Environment) -> None:
    installed.run("surefoot", "dashboards", "build", "--folder", "boards")
    assert len(list((installed.work / "boards").glob("*.json"))) == 5
    assert "up to date" in installed.run("surefoot", "dashboards", "check")


def test_the_wall_is_served_with_its_styles(installed: Environment) -> None:
    command = [str(installed.home / "bin" / "surefoot"), "serve", "--port", "0", "--folder", str(installed.work)]
    with subprocess.Popen(command, cwd=installed.work, stdout=subprocess.PIPE, text=True, env=CLEAN) as served:
        assert served.stdout is not None
        address = next(match[0] for line in served.stdout if (match := re.search(r"http://[\d.:]+", line)))
        opener = build_opener(ProxyHandler({}))
        page = opener.open(address, timeout=PATIENCE_S).read().decode()
        style = re.search(r'href="([^"]+\.css[^"]*)"', page)
        assert style is not None
        assert opener.open(address + style[1], timeout=PATIENCE_S).status == 200
        served.send_signal(signal.SIGINT)
        served.communicate(timeout=PATIENCE_S)


def test_the_demo_runs_as_a_module_too(installed: Environment) -> None:
    out = installed.run("python", "-m", "surefoot", "demo", "--headless", "--minutes", "1")
    assert "steps/min" in out


def test_nothing_generic_is_on_the_import_path(installed: Environment) -> None:
    script = "import importlib.util as u; print([n for n in ('analysis', 'service', 'dashboards') if u.find_spec(n)])"
    elsewhere = Environment(installed.home, installed.home)
    assert elsewhere.run("python", "-c", script) == "[]\n"


def test_a_bare_install_holds_numpy_and_scipy_only(
    archives: Mapping[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> None:
    bare = Environment.made(tmp_path_factory)
    bare.install(archives["wheel"])
    assert {found.name for found in distributions(path=[str(_site(bare))])} == {"numpy", "scipy", "surefoot"}
    write_samples(bare.work / "left.csv", simulated()[Foot.LEFT])
    script = "import surefoot, sys; print(surefoot.analyze(left='left.csv')); print('typer' in sys.modules)"
    assert bare.run("python", "-c", script).splitlines()[1] == "False"
    refused = subprocess.run([bare.home / "bin" / "surefoot"], capture_output=True, text=True, check=False, env=CLEAN)
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "pip install 'surefoot[cli]', or 'surefoot[all]'" in refused.stderr


def _python(*arguments: object) -> None:
    subprocess.run([sys.executable, *map(str, arguments)], check=True, capture_output=True, timeout=PATIENCE_S)


def _site(environment: Environment) -> Path:
    script = "import sysconfig; print(sysconfig.get_path('purelib'))"
    return Path(environment.run("python", "-c", script).strip())
