"""Settings come from defaults, a file and the environment, and what is wrong with them is told all at once."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.service.configuration import SETTINGS_FILE, load_configuration, variable
from surefoot.service.errors import MASK
from surefoot.service.errors.settings import SettingsError
from surefoot.service.settings import Settings, setting_types
from tests.service.command import surefoot

GOOD = """
data = "/tmp/here"
[influxdb]
url = "http://127.0.0.1:8086"
token = "from the file"
[alerts]
quiet_hours = "22:00-07:00"
[runners.anna]
left = "1A2B"
right = "3C4D"
alerts = { severity = "severe", cool_down_s = 0 }
[runners.ben]
left = "5E6F"
"""
BAD = """
[influxdb]
url = "ftp://somewhere"
bukket = "a"
[alerts]
quiet_hours = "22:00"
severity = "big"
hold_s = inf
[runners." "]
left = "1A2B"
[runners.anna]
right = "1A2B"
[runners.ben]
left = "X"
right = "X"
[runners.carl]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "surefoot.toml"


def environment(file: Path, text: str, **variables: str) -> dict[str, str]:
    """A settings file with this text, and variables."""
    file.write_text(text)
    return {SETTINGS_FILE: str(file), "HOME": "/nowhere", **variables}


def test_without_file_and_environment_the_defaults_hold() -> None:
    assert load_configuration({}).settings == Settings()


def test_the_environment_goes_before_the_file(file: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("from a secret\n")
    found = load_configuration(
        environment(file, GOOD, SUREFOOT_INFLUXDB_TOKEN_FILE=str(secret), SUREFOOT_COMMAND_PROGRAM="say -v anna")
    )
    settings = found.settings
    assert settings.influxdb.token.get_secret_value() == "from a secret"
    assert settings.command.program == ("say", "-v", "anna")
    assert settings.alerts.quiet_hours == (time(22), time(7))
    assert (settings.alerts_for("anna").cool_down_s, settings.alerts_for("ben").cool_down_s) == (0.0, 120.0)
    assert found.sources["influxdb", "token"] == "SUREFOOT_INFLUXDB_TOKEN_FILE"
    assert found.sources["influxdb", "url"] == str(file)
    assert settings.runs_folder == Path("/tmp/here/runs")


def test_every_problem_is_told_at_once_with_its_place_and_what_is_expected(file: Path) -> None:
    with pytest.raises(SettingsError) as told:
        load_configuration(
            environment(file, BAD, SUREFOOT_MQTT_PORT="99999", SUREFOOT_MQTT_HOTS="x", SUREFOOT_METRICS_TOKEN="short")
        )
    for part in (
        "SUREFOOT_MQTT_HOTS (environment): is not a setting; did you mean SUREFOOT_MQTT_HOST?",
        f"influxdb.url ({file}): must be a web address such as http://127.0.0.1:8086",
        f"influxdb.bukket ({file}): is not a setting; did you mean bucket?",
        "mqtt.port (SUREFOOT_MQTT_PORT): input should be less than or equal to 65535",
        "metrics.token (SUREFOOT_METRICS_TOKEN): must have 16 characters or more",
        f"alerts.severity ({file}): input should be 'info', 'notice'",
        f'alerts.quiet_hours ({file}): must be two times of day such as "22:00-07:00"',
        f"alerts.hold_s ({file}): input should be a finite number",
        "runners. : must be a name of up to 100 characters",
        "runners.ben: has one pod on both feet",
        "runners.carl: needs a pod: left, right or both, or a foot_pod",
    ):
        assert part in str(told.value)
    assert len(told.value.problems) == 11


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[mqtt", "is not TOML"),
        ("mqtt = 3", "mqtt"),
        ('[runners.anna]\nleft="A"\n[runners.ben]\nleft="A"', "pod A is named for more than one foot"),
    ],
)
def test_one_problem_is_one_sentence(file: Path, text: str, told: str) -> None:
    with pytest.raises(SettingsError, match=r"^in the settings, .*; correct it") as found:
        load_configuration(environment(file, text))
    assert told in str(found.value)


def test_a_named_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load_configuration({SETTINGS_FILE: str(tmp_path / "none.toml")})


def test_a_runner_has_a_safe_id_and_any_name(file: Path) -> None:
    text = """
    [runners.jo]
    name = "José"
    left = "1A2B"
    [runners."O'Brien"]
    left = "3C4D"
    [runners.Status]
    left = "5E6F"
    [runners.ben]
    left = "7A8B"
    alerts = { severity = "severe" }
    """
    found = load_configuration(environment(file, text)).settings
    assert [runner.name for runner in found.runners.values()] == ["José", "O'Brien", "Status", None]
    assert [runner.rpartition("-")[0] or runner for runner in found.runners] == ["jo", "o-brien", "status", "ben"]
    assert found.alerts_for("ben").severity.value == "severe"


def test_two_tables_that_would_be_one_runner_are_refused(file: Path) -> None:
    with pytest.raises(SettingsError, match="would be one runner; give them ids that differ in more than case"):
        load_configuration(environment(file, '[runners.Anna]\nleft = "1"\n[runners.anna]\nleft = "2"\n'))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("x = " + "[" * 50_000, "is nested too deeply"),
        (".".join("a" * 50_000) + " = 1", "is nested too deeply"),
        ("x = " + "9" * 5_000, "is not TOML"),
        ("#" * 2_000_000, "cannot be read (it has more than 1 MB)"),
        ("\xff\xfea", "is not text in UTF-8"),
        ('data = "a\\u0000b"', "must be a path without control characters"),
    ],
    ids=["array", "key", "number", "size", "encoding", "path"],
)
def test_a_file_that_no_person_wrote_is_one_sentence(file: Path, content: str, told: str) -> None:
    file.write_bytes(content.encode("latin-1"))
    with pytest.raises(SettingsError) as refused:
        load_configuration({SETTINGS_FILE: str(file)})
    (sentence,) = refused.value.problems
    assert told in sentence
    assert len(sentence) < 300


@pytest.mark.parametrize("variable", [SETTINGS_FILE, "SUREFOOT_MQTT_PASSWORD_FILE"])
def test_what_is_no_file_is_not_waited_for(tmp_path: Path, variable: str) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    for place in (fifo, tmp_path):
        with pytest.raises(SettingsError, match="it is not a file"):
            load_configuration({"HOME": "/nowhere", "XDG_CONFIG_HOME": "/nowhere", variable: str(place)})


def test_no_two_settings_have_the_same_variable() -> None:
    names = [variable(path) for path in setting_types()]
    assert len(set(names)) == len(names)
    assert not {name for name in names if f"{name}_FILE" in names}


def test_a_folder_of_settings_that_cannot_be_looked_into_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", f"/{'x' * 300}")
    result = surefoot(capsys, "config")
    assert result.code == 1
    assert "surefoot.toml: cannot be read (" in result.err


@given(st.text(max_size=300) | st.binary(max_size=300))
def test_any_file_gives_settings_or_a_sentence(tmp_path_factory: pytest.TempPathFactory, content: str | bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzzed.toml"
    path.write_bytes(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)
    with suppress(SettingsError):
        load_configuration({SETTINGS_FILE: str(path)})


@pytest.mark.parametrize(
    "bad",
    [
        {"SUREFOOT_MQTT_PORT": "many"},
        {"SUREFOOT_NONSENSE": "1"},
        {"SUREFOOT_MQTT_PASSWORD_FILE": "/nowhere"},
        {"SUREFOOT_SETTINGS": "/nowhere.toml"},
        {"SUREFOOT_ALERTS_QUIET_HOURS": "late", "SUREFOOT_LOG": "loud"},
    ],
    ids=str,
)
def test_no_bad_variable_locks_out_who_looks_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], bad: dict[str, str]
) -> None:
    monkeypatch.setenv("SUREFOOT_DATA", str(tmp_path))
    for name, value in bad.items():
        monkeypatch.setenv(name, value)
    shown = surefoot(capsys, "config")
    assert shown.code == 1
    assert len(shown.err.splitlines()) == len(bad)
    assert all(next(iter(bad.values())) in shown.err or name in shown.err for name in bad)
    assert "mqtt.port" in shown.out
    assert surefoot(capsys, "runs").out == f"No runs are recorded in {tmp_path / 'runs'} yet.\n"
    assert surefoot(capsys, "ship").code == 2


def test_config_masks_secrets_and_says_where_values_come_from(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in environment(file, GOOD, SUREFOOT_MQTT_PASSWORD="hidden").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COLUMNS", "200")
    out = surefoot(capsys, "config").out
    assert "hidden" not in out
    assert "from the file" not in out
    assert out.count(MASK) == 2
    lines = {line.split()[0]: line.split()[1:] for line in out.splitlines() if line}
    assert lines["mqtt.password"] == [MASK, "SUREFOOT_MQTT_PASSWORD"]
    assert lines["alerts.quiet_hours"] == ["22:00-07:00", str(file)]
    assert lines["runners.anna.alerts.severity"] == ["severe", str(file)]
    assert lines["mqtt.port"] == ["1883", "default"]
