"""The published dashboard schema, as Grafana's foundation SDK models it.

The SDK parses anything: it drops what it does not know and checks no types. So what it has parsed is written again and
must have lost nothing, and every attribute is held against its annotation.
"""

from __future__ import annotations

import json
import sys
import typing
import warnings
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any

from pydantic import ConfigDict, TypeAdapter

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from grafana_foundation_sdk.cog.encoder import JSONEncoder
    from grafana_foundation_sdk.cog.plugins import register_default_plugins
    from grafana_foundation_sdk.models.dashboard import Dashboard

register_default_plugins()
NEWER = {"custom.wrapText", "custom.wrapHeaderText", "custom.hideFrom.viz"}
"""Names of Grafana 13 that the SDK does not know yet; Grafana gives them to older boards itself."""
PACKAGE = "grafana_foundation_sdk.models"
ANYTHING = ConfigDict(arbitrary_types_allowed=True)


def assert_is_a_dashboard(board: Mapping[str, Any]) -> None:
    """Raise AssertionError or ValidationError if the schema does not know a key or wants another type."""
    board = _without_overrides(board)
    parsed = Dashboard.from_json(dict(board))
    again = json.loads(json.dumps(parsed, cls=JSONEncoder))
    _assert_kept(board, again, "board")
    _assert_typed(parsed)


def _without_overrides(board: Mapping[str, Any]) -> Mapping[str, Any]:
    """Overrides are untyped in the schema: check what they set as if it were set for all."""
    found = json.loads(json.dumps(board))
    for panel in list(found["panels"]):
        _drop_newer(panel.get("fieldConfig", {}).get("defaults", {}).get("custom", {}))
        for override in panel.get("fieldConfig", {}).get("overrides", ()):
            copy = json.loads(json.dumps(panel))
            for each in override["properties"]:
                if each["id"] in NEWER:
                    assert each["value"] is True
                    continue
                defaults = copy["fieldConfig"]["defaults"]
                *path, name = each["id"].split(".")
                for part in path:
                    defaults = defaults[part]
                defaults[name] = each["value"]
            found["panels"].append(copy)
    return typing.cast(Mapping[str, Any], found)


def _drop_newer(custom: dict[str, Any]) -> None:
    for name in [each for each in custom if f"custom.{each}" in NEWER]:
        assert custom.pop(name) is True


def _assert_kept(given: Any, again: Any, where: str) -> None:
    """Everything given is also in `again`, which may have more defaults."""
    if isinstance(given, Mapping):
        for key, value in given.items():
            assert key in again or value is None, f"{where}.{key} is unknown"
            _assert_kept(value, again.get(key), f"{where}.{key}")
    elif isinstance(given, list):
        assert len(given) == len(again), where
        for place, (one, other) in enumerate(zip(given, again, strict=True)):
            _assert_kept(one, other, f"{where}[{place}]")
    else:
        assert given == again, where


def _assert_typed(value: Any) -> None:
    if isinstance(value, Mapping | list):
        for each in value.values() if isinstance(value, Mapping) else value:
            _assert_typed(each)
    elif type(value).__module__.startswith(PACKAGE) and not isinstance(value, Enum):
        kind: Any = type(value)
        for name, hint in _hints(kind).items():
            found = _parsed(hint, getattr(value, name))
            TypeAdapter(hint, config=ANYTHING).validate_python(found)
            _assert_typed(found)


def _parsed(hint: Any, value: Any) -> Any:
    """What the SDK left unparsed, parsed as its annotation says."""
    if isinstance(value, list):
        return [_parsed(hint, each) for each in value]
    if typing.get_origin(hint) is dict and isinstance(value, Mapping):
        return {key: _parsed(typing.get_args(hint)[1], each) for key, each in value.items()}
    kinds = _kinds(hint)
    if not isinstance(value, Mapping) or len(kinds) != 1:
        return value
    parsed = kinds[0].from_json(value)
    _assert_kept(value, json.loads(json.dumps(parsed, cls=JSONEncoder)), kinds[0].__name__)
    return parsed


def _kinds(hint: Any) -> list[Any]:
    """The SDK's own classes in an annotation."""
    if hasattr(hint, "from_json"):
        return [hint]
    return [kind for part in typing.get_args(hint) for kind in _kinds(part)]


@cache
def _hints(kind: Any) -> Mapping[str, Any]:
    return typing.get_type_hints(kind, vars(sys.modules[kind.__module__]))
