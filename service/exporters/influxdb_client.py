"""InfluxDB over HTTP: writes line protocol, queries InfluxQL; 2.x, or 1.x behind a rewriting proxy."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import urllib3
from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.rest import ApiException
from influxdb_client.service.write_service import WriteService

from surefoot.service.errors import mask_secrets, strip_errno
from surefoot.service.exporters.influxdb_refusal import RefusedError, UnreachableError
from surefoot.service.settings import InfluxSettings

TIMEOUT_MS = 10_000
NOT_INFLUXDB = "something else answers at this address"
REFUSALS = frozenset({400, 413, 422})
"""HTTP errors that a retry meets again: of single lines 400 on 1.x and 422 on 2.x, and too much at once."""
TAKEN = 204
NOT_EXECUTED = "not executed"
"""All that 2.x says of several questions of which one failed."""


@dataclass(frozen=True, slots=True)
class Series:
    """One series of an InfluxQL answer."""

    measurement: str
    tags: Mapping[str, str]
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]

    def dicts(self) -> Iterator[dict[str, Any]]:
        """Rows as dicts of column or tag name → value."""
        for row in self.rows:
            yield {**self.tags, **dict(zip(self.columns, row, strict=True))}


class InfluxClient:
    """Client of one bucket; blocks, so call it from a thread."""

    def __init__(self, settings: InfluxSettings) -> None:
        self.bucket = settings.bucket
        self._token = settings.token.get_secret_value()
        self._client = InfluxDBClient(
            url=settings.url,
            token=self._token,
            org=settings.organisation,
            timeout=TIMEOUT_MS,
            enable_gzip=True,
            ssl_ca_cert=None if settings.ca_file is None else str(settings.ca_file),
        )
        self._organisation = settings.organisation
        self._write = WriteService(self._client.api_client)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def write(self, lines: Sequence[str]) -> None:
        """Write lines with times in nanoseconds; UnreachableError or RefusedError where they are not taken."""
        with _translated_errors(self._token):
            _, status, _ = self._write.post_write_with_http_info(
                self._organisation,
                self.bucket,
                "\n".join(lines),
                precision="ns",
                content_type="text/plain; charset=utf-8",
            )
            if status != TAKEN:
                raise UnreachableError(f"{status} where InfluxDB answers {TAKEN}; {NOT_INFLUXDB}")

    def query(self, influxql: str, **parameters: str) -> list[Series]:
        """Query InfluxQL; `$name` stands for a parameter, times are nanoseconds since 1970."""
        try:
            return self._ask("GET", influxql, parameters)
        except UnreachableError as error:
            if str(error) == NOT_EXECUTED:
                self._ask("GET", influxql.partition(";")[0], parameters)  # alone, it is told why
            raise

    def delete_run(self, run: str) -> None:
        """Delete every point of a run; 2.x says nothing of one that it has done."""
        self._ask("POST", "DELETE WHERE run = $run", {"run": run}, nothing={})

    def runners(self) -> list[str]:
        """Ids of the runners of whom it has anything."""
        return [row["value"] for series in self.query("SHOW TAG VALUES WITH KEY = runner") for row in series.dicts()]

    def delete_runner(self, runner: str, until_ns: int) -> None:
        """Delete every point of a runner up to a time, nanoseconds since 1970."""
        self._ask("POST", f"DELETE WHERE runner = $runner AND time <= {until_ns}", {"runner": runner}, nothing={})

    def _ask(
        self, method: str, influxql: str, parameters: Mapping[str, str], *, nothing: object = None
    ) -> list[Series]:
        """Series of the answer; none where it is `nothing`."""
        asked = [("db", self.bucket), ("q", influxql), ("params", json.dumps(parameters)), ("epoch", "ns")]
        with _translated_errors(self._token):
            answer = self._client.api_client.call_api(
                "/query",
                method,
                query_params=asked,
                header_params={"Accept": "application/json"},
                _preload_content=False,
                _return_http_data_only=True,
            )
            told = json.loads(answer.data)
            return [] if told == nothing else list(_series(told))


def _series(answer: Any) -> Iterator[Series]:
    if not isinstance(answer, dict) or not isinstance(answer.get("results"), list):
        raise UnreachableError(f"JSON without results; {NOT_INFLUXDB}")
    for result in answer["results"]:
        if "error" in result:
            raise UnreachableError(str(result["error"]))
        for series in result.get("series", []):
            yield Series(series.get("name", ""), series.get("tags", {}), series["columns"], series.get("values", []))


@contextmanager
def _translated_errors(token: str) -> Iterator[None]:
    """Raise the client's errors as UnreachableError or RefusedError, in one line without the token."""
    try:
        yield
    except ApiException as error:
        told = _told(error)
        reason = f"{error.status} {_cleaned(told or str(error.reason), token)}"
        refused = RefusedError(reason)
        is_refusal = error.status in REFUSALS and (told or error.status == 413) and not refused.may_pass
        raise (refused if is_refusal else UnreachableError(reason)) from error
    except UnreachableError as error:
        raise UnreachableError(_cleaned(str(error), token)) from error
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise UnreachableError(_short(error)) from error
    except ValueError as error:
        raise UnreachableError(f"an answer that is no JSON; {NOT_INFLUXDB}") from error


def _cleaned(text: str, token: str) -> str:
    """What a server says, in one line and without our token."""
    return " ".join(mask_secrets(text, [token]).split())


def _told(error: ApiException) -> str:
    """What InfluxDB says about an error; empty where somebody else, such as a proxy, answered."""
    try:
        body = json.loads(error.body or "")
        return str(body.get("message") or body.get("error") or "")
    except (ValueError, AttributeError):
        return ""


def _short(error: BaseException) -> str:
    """The last part of one of urllib3's nested messages."""
    return strip_errno(str(error).rpartition(": ")[2]) or type(error).__name__
