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
from influxdb_client.client.write_api import SYNCHRONOUS
from influxdb_client.rest import ApiException

from surefoot.service.errors import mask_secrets, strip_errno
from surefoot.service.settings import InfluxSettings

TIMEOUT_MS = 10_000
RETRYABLE_STATUSES = frozenset({0, 401, 403, 404, 408, 429})
"""HTTP errors that can be fixed on the server (0: failed TLS handshake); other 4xx refuse these lines for good."""


class InfluxError(Exception):
    """A request failed; str() says why."""


class UnreachableError(InfluxError):
    """The request may succeed later."""


class RefusedError(InfluxError):
    """The request will never succeed."""


@dataclass(frozen=True, slots=True)
class Series:
    """One series of an InfluxQL answer."""

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
        self._write = self._client.write_api(write_options=SYNCHRONOUS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def write(self, lines: Sequence[str]) -> None:
        """Write lines with times in nanoseconds; UnreachableError or RefusedError where they are not taken."""
        with _translated_errors(self._token):
            self._write.write(self.bucket, record="\n".join(lines))

    def query(self, influxql: str, **parameters: str) -> list[Series]:
        """Query InfluxQL; `$name` stands for a parameter, times are nanoseconds since 1970."""
        return self._ask("GET", influxql, parameters)

    def delete(self, measurement: str, **tags: str) -> None:
        """Delete the points of a measurement that have these tags."""
        condition = " AND ".join(f'"{name}" = ${name}' for name in tags)
        self._ask("POST", f'DELETE FROM "{measurement}" WHERE {condition}', tags)

    def _ask(self, method: str, influxql: str, parameters: Mapping[str, str]) -> list[Series]:
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
            return _series(json.loads(answer.data))


def _series(answer: Mapping[str, Any]) -> list[Series]:
    found = []
    for result in answer.get("results", []):
        if "error" in result:
            raise UnreachableError(str(result["error"]))
        for series in result.get("series", []):
            found.append(Series(series.get("tags", {}), series["columns"], series.get("values", [])))
    return found


@contextmanager
def _translated_errors(token: str) -> Iterator[None]:
    """Raise the client's errors as UnreachableError or RefusedError, in one line without the token."""
    try:
        yield
    except ApiException as error:
        reason = f"{error.status} {_cleaned(_reason(error), token)}"
        kind = (
            RefusedError
            if 400 <= (error.status or 0) < 500 and error.status not in RETRYABLE_STATUSES
            else UnreachableError
        )
        raise kind(reason) from error
    except UnreachableError as error:
        raise UnreachableError(_cleaned(str(error), token)) from error
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise UnreachableError(_short(error)) from error
    except ValueError as error:
        raise UnreachableError(f"an answer that is no JSON ({error})") from error


def _cleaned(text: str, token: str) -> str:
    """What a server says, in one line and without our token."""
    return " ".join(mask_secrets(text, [token]).split())


def _reason(error: ApiException) -> str:
    try:
        body = json.loads(error.body or "")
        return str(body.get("message") or body.get("error") or error.reason)
    except (ValueError, AttributeError):
        return str(error.reason)


def _short(error: BaseException) -> str:
    """The last part of one of urllib3's nested messages."""
    return strip_errno(str(error).rpartition(": ")[2]) or type(error).__name__
