"""Values that people type, to and from JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from surefoot.analysis.weeks.anchor import Anchor
from surefoot.analysis.weeks.build_up import LegTests
from surefoot.analysis.weeks.exercises import Exercise, ExerciseDone
from surefoot.analysis.weeks.feeling import CheckIn, Seen
from surefoot.analysis.weeks.followed import FollowedPlan
from surefoot.analysis.weeks.injuries import Injury
from surefoot.analysis.weeks.labels import RunLabels, Shoe
from surefoot.analysis.weeks.measured_legs import MeasuredLegs
from surefoot.service.errors.people import EntryError
from surefoot.service.people.push import PushSubscription

T = TypeVar("T")
_ADAPTERS: Mapping[type[Any], TypeAdapter[Any]] = {
    kind: TypeAdapter(kind)
    for kind in (
        Anchor,
        CheckIn,
        Exercise,
        ExerciseDone,
        FollowedPlan,
        Injury,
        LegTests,
        MeasuredLegs,
        PushSubscription,
        RunLabels,
        Seen,
        Shoe,
    )
}


def from_json(kind: type[T], fields: Mapping[str, Any]) -> T:
    """A value from JSON.

    Raises
    ------
    EntryError
        if it cannot be one, with the field that is wrong.
    """
    try:
        value: T = _ADAPTERS[kind].validate_json(json.dumps(fields), strict=True, extra="forbid")
    except ValidationError as error:
        raise EntryError(_sentence(error)) from error
    return value


def to_json(value: Any) -> dict[str, Any]:
    """A value as JSON, without what was not said."""
    fields: dict[str, Any] = _ADAPTERS[type(value)].dump_python(value, mode="json", exclude_none=True)
    return fields


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    message = first["msg"].removeprefix("Value error, ")
    return f"{'.'.join(map(str, first['loc'])) or 'the entry'}: {message[0].lower()}{message[1:]}"
