"""The settings as one frozen tree; `configuration` reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from platformdirs import user_data_path
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)

from surefoot.analysis.companions import Companion
from surefoot.analysis.findings import Severity
from surefoot.analysis.parameters import Parameters
from surefoot.sensor_ingest.recording.runner_ids import is_runner_id, runner_id, shown_name

MIN_TOKEN_LENGTH = 16
"""Of a token that is tried without a delay."""


def _matching(pattern: str, expectation: str) -> AfterValidator:
    def check(text: Any) -> Any:
        if not re.fullmatch(pattern, str(text)):
            raise ValueError(f"must be {expectation}")
        return text

    return AfterValidator(check)


Positive = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]
NonNegative = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]
Port = Annotated[int, Field(ge=1, le=65535)]
Word = Annotated[str, _matching(r"[^\s\x00-\x1f\x7f+#/]+", "one word without + # /")]
RunnerName = Annotated[str, _matching(r"(?s)(?=.*\S).{1,100}", "a name of up to 100 characters")]
DeviceName = Annotated[
    str, _matching(r"[^\s\x00-\x1f\x7f]([^\x00-\x1f\x7f]{0,98}\S)?", "an address or a name of up to 100 characters")
]
FilePath = Annotated[Path, _matching(r"[^\x00-\x1f\x7f]*", "a path without control characters")]
EmailAddress = Annotated[
    str, _matching(r"[!#-+./-9=?A-Z^-~-]+@[A-Za-z0-9.-]+", "an e-mail address such as anna@example.org")
]
Topic = Annotated[str, _matching(r"[-_A-Za-z0-9]{1,64}", "up to 64 letters, digits, - and _")]
Url = Annotated[str, _matching(r"https?://[^\s/]+(/\S*)?", "a web address such as http://127.0.0.1:8086")]


def _parse_quiet_hours(value: object) -> object:
    """ "22:00-07:00" as two times of day."""
    if not isinstance(value, str):
        return value
    start, dash, end = value.partition("-")
    if not dash:
        raise ValueError('must be two times of day such as "22:00-07:00"')
    return time.fromisoformat(start.strip()), time.fromisoformat(end.strip())


def _long_enough(token: SecretStr) -> SecretStr:
    if 0 < len(token.get_secret_value()) < MIN_TOKEN_LENGTH:
        raise ValueError(f"must have {MIN_TOKEN_LENGTH} characters or more")
    return token


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class InfluxSettings(_Group):
    """The InfluxDB bucket to export to; none without a URL.

    Parameters
    ----------
    private_bucket : for pain, injuries and plans of runners who consent; None for nowhere.
    retention_days : age at which the database drops rows, which are then not sent again; None for never.
    """

    url: Url | None = None
    organisation: str = "surefoot"
    bucket: Word = "surefoot"
    private_bucket: Word | None = None
    token: SecretStr = SecretStr("")
    ca_file: FilePath | None = None
    retention_days: Positive | None = None

    @model_validator(mode="after")
    def _has_two_buckets(self) -> Self:
        if self.private_bucket == self.bucket:
            raise ValueError("private_bucket must be another one than bucket, which others read")
        return self


class MqttSettings(_Group):
    """The MQTT broker to publish to; none without a host.

    Parameters
    ----------
    private_topic : above those of pain, injuries and plans of runners who consent; None for nowhere.
    service : name under which its status is told; None for the name of the computer and a number for the data folder.
    """

    host: Word | None = None
    port: Port = 1883
    username: str | None = None
    password: SecretStr = SecretStr("")
    tls: bool = False
    ca_file: FilePath | None = None
    home_assistant: bool = False
    private_topic: Topic | None = None
    service: Word | None = None

    @model_validator(mode="after")
    def _has_two_roots(self) -> Self:
        if self.private_topic == "surefoot":
            raise ValueError("private_topic must be another one than surefoot, which others read")
        return self


class AlertSettings(_Group):
    """Which findings become alerts, and when.

    Parameters
    ----------
    severity : lowest severity that raises an alert.
    hold_s : how long a finding must stay open before it raises an alert; momentary kinds do not wait.
    cool_down_s : time after an alert without another one of its kind and foot, unless it is more severe.
    quiet_hours : local times of day between which alerts are marked quiet.
    """

    severity: Severity = Severity.NOTICE
    hold_s: NonNegative = 30.0
    cool_down_s: NonNegative = 120.0
    quiet_hours: Annotated[tuple[time, time] | None, BeforeValidator(_parse_quiet_hours)] = None


class CommandSettings(_Group):
    """A program that is given every alert as JSON on its standard input."""

    program: tuple[str, ...] = ()
    timeout_s: Positive = 10.0


class RunnerMessages(_Group):
    """Where messages of how it felt go; None for nowhere.

    Parameters
    ----------
    to : e-mail address.
    ntfy_topic : whoever knows it reads it.
    morning : local time of day at which is asked again.
    """

    to: EmailAddress | None = None
    ntfy_topic: Topic | None = None
    morning: time | None = None


class MessageSettings(RunnerMessages):
    """How messages reach phones: none by e-mail without a host, none by ntfy without a URL.

    Parameters
    ----------
    sender : the address that e-mails come from.
    push_contact : e-mail address of whoever keeps the service, for push services; None for no Web Push.
    ca_file : certificate authority of either server.
    """

    smtp_host: Word | None = None
    smtp_port: Port = 587
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_username: str | None = None
    smtp_password: SecretStr = SecretStr("")
    sender: EmailAddress | None = None
    push_contact: EmailAddress | None = None
    ntfy_url: Url | None = None
    ntfy_token: SecretStr = SecretStr("")
    ca_file: FilePath | None = None

    @model_validator(mode="after")
    def _has_sender(self) -> Self:
        if self.smtp_host is not None and self.sender is None:
            raise ValueError("needs sender, the address that e-mails come from, where smtp_host is set")
        return self


class RunEndSettings(_Group):
    """When a run is over; see `end_of_run`.

    Parameters
    ----------
    still_min : minutes in which nobody has run or walked, for pods, `live`, `sync` and gateways alike.
    pods_gone_s : seconds in which `live` has heard no pod.
    """

    still_min: Positive = 5.0
    pods_gone_s: Positive = 600.0

    @property
    def still_s(self) -> float:
        """The same in seconds."""
        return 60.0 * self.still_min


class RetentionSettings(_Group):
    """How long recordings are kept; by default for ever, as all results can be made from them.

    Parameters
    ----------
    days, gigabytes : age and size of all of them beyond which recordings are told; None for no limit.
    delete : whether they are also deleted, once their results are stored and in a backup.
    """

    days: Positive | None = None
    gigabytes: Positive | None = None
    delete: bool = False


class WallSettings(_Group):
    """Address of the wall; beyond this computer it needs a password. Port 0 is any free one.

    Parameters
    ----------
    cert, key : certificate and key in PEM, for HTTPS; without `key` it is in the file of the certificate.
    url : under which people reach it, where that is not where it listens, as in a container or behind a proxy.
    """

    host: Word = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8484
    password: SecretStr = SecretStr("")
    cert: FilePath | None = None
    key: FilePath | None = None
    url: Url | None = None


class GatewaySettings(_Group):
    """The service that `surefoot gateway` hands its recordings to; None without a URL.

    Parameters
    ----------
    url : of the service's wall.
    key : as `surefoot gateway key` printed it there.
    keep_days : for how long a recording stays here after the service has it.
    """

    url: Url | None = None
    key: SecretStr = SecretStr("")
    ca_file: FilePath | None = None
    keep_days: NonNegative = 7.0


class MetricsSettings(_Group):
    """Where the service's metrics about itself are served, in Prometheus' text format.

    Parameters
    ----------
    port : on this computer alone, without a password; 0 is any free one.
    token : with it, the wall gives them without a login.
    """

    port: Annotated[int, Field(ge=0, le=65535)] = 8494
    token: Annotated[SecretStr, AfterValidator(_long_enough)] = SecretStr("")


class RunnerSettings(_Group):
    """A runner's pods by serial number or tag, own alert settings and messages; None for those of everybody.

    Parameters
    ----------
    name : what the runner is called; None for the id.
    heart_rate, treadmill, foot_pod : Bluetooth addresses, or advertised names, of sensors to be recorded as well; a
        foot pod also alone.
    """

    name: RunnerName | None = None
    left: Word | None = None
    right: Word | None = None
    heart_rate: DeviceName | None = None
    treadmill: DeviceName | None = None
    foot_pod: DeviceName | None = None
    alerts: AlertSettings | None = None
    messages: RunnerMessages | None = None

    @property
    def companions(self) -> dict[Companion, str]:
        """The sensors beside the pods."""
        named = {each: getattr(self, each.value) for each in Companion}
        return {each: address for each, address in named.items() if address is not None}

    def called(self, table: str) -> Self:
        """These settings with the name that is shown, where it is not the id; `table` is what the file calls them."""
        name = self.name or table
        return self.model_copy(update={"name": None if is_runner_id(name) and name == table else shown_name(name)})

    @model_validator(mode="after")
    def _has_pods(self) -> Self:
        if self.left is None and self.right is None and self.foot_pod is None:
            raise ValueError("needs a pod: left, right or both, or a foot_pod")
        if self.left is not None and self.left == self.right:
            raise ValueError("has one pod on both feet")
        return self


class Settings(_Group):
    """All settings of the service, validated; see surefoot.toml."""

    data: FilePath = Field(default_factory=lambda: user_data_path("surefoot", appauthor=False))
    runs: FilePath | None = None
    influxdb: InfluxSettings = InfluxSettings()
    mqtt: MqttSettings = MqttSettings()
    alerts: AlertSettings = AlertSettings()
    command: CommandSettings = CommandSettings()
    messages: MessageSettings = MessageSettings()
    run_end: RunEndSettings = RunEndSettings()
    retention: RetentionSettings = RetentionSettings()
    wall: WallSettings = WallSettings()
    gateway: GatewaySettings = GatewaySettings()
    metrics: MetricsSettings = MetricsSettings()
    log: Literal["error", "warning", "info", "debug"] = "warning"
    runners: Mapping[RunnerName, RunnerSettings] = Field(default_factory=dict)
    parameters: Mapping[str, float] = Field(default_factory=dict)

    @field_validator("parameters")
    @classmethod
    def _known_parameters(cls, changed: Mapping[str, float]) -> Mapping[str, float]:
        return Parameters.from_changed(changed).changed

    @field_validator("runners")
    @classmethod
    def _by_id(cls, named: Mapping[str, RunnerSettings]) -> Mapping[str, RunnerSettings]:
        """Runners by id; what they are called, where their table has a name instead."""
        ids = [runner_id(name).lower() for name in named]
        same = sorted({f"[runners.{name!r}]" for name in named if ids.count(runner_id(name).lower()) > 1})
        if same:
            raise ValueError(f"{' and '.join(same)} would be one runner; give them ids that differ in more than case")
        return {runner_id(name): runner.called(name) for name, runner in named.items()}

    @model_validator(mode="after")
    def _one_foot_each(self) -> Self:
        pods = [pod for runner in self.runners.values() for pod in (runner.left, runner.right) if pod is not None]
        twice = sorted({pod for pod in pods if pods.count(pod) > 1})
        if twice:
            raise ValueError(f"runners: pod {', '.join(twice)} is named for more than one foot")
        return self

    @model_validator(mode="after")
    def _one_wearer_each(self) -> Self:
        named = [address.upper() for runner in self.runners.values() for address in runner.companions.values()]
        twice = sorted({address for address in named if named.count(address) > 1})
        if twice:
            raise ValueError(f"runners: {', '.join(twice)} is named for more than one sensor")
        return self

    @property
    def runs_folder(self) -> Path:
        """Folder of recorded runs."""
        return self.runs or self.data / "runs"

    @property
    def parts_folder(self) -> Path:
        """Folder of what gateways and phones sent, until it is joined to the runs."""
        return self.data / "parts"

    @property
    def shelf_folder(self) -> Path:
        """Folder of what pods kept, as it was taken over."""
        return self.data / "shelf"

    @property
    def store_path(self) -> Path:
        """File of the store."""
        return self.data / "surefoot.sqlite"

    def alerts_for(self, runner: str) -> AlertSettings:
        """A runner's own alert settings, or those of everybody."""
        own = self.runners.get(runner)
        return own.alerts if own is not None and own.alerts is not None else self.alerts

    def messages_for(self, runner: str) -> RunnerMessages:
        """Where a runner's messages go: to an address of their own, or that of everybody."""
        own = self.runners[runner].messages if runner in self.runners else None
        if own is None:
            return self.messages
        return own if own.morning is not None else own.model_copy(update={"morning": self.messages.morning})

    def has_own_messages(self, runner: str) -> bool:
        """Whether nobody else gets a runner's messages, as far as the settings tell."""
        named = self.runners.get(runner)
        return named is not None and (named.messages is not None or len(self.runners) == 1)


def setting_types(model: type[BaseModel] = Settings, above: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Path → type of every setting but those of runners and parameters, which only the file can have."""
    found: dict[tuple[str, ...], Any] = {}
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found |= setting_types(kind, (*above, name))
        elif name not in {"parameters", "runners"}:
            found[(*above, name)] = kind
    return found
