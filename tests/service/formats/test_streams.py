"""The custom streams that the guide offers are those of the FIT files."""

from __future__ import annotations

import json
import re
from pathlib import Path

from surefoot.service.formats.fit.messages import RECORD
from surefoot.service.formats.fit.own_fields import OWN_FIELDS

GUIDES = Path(__file__).parents[3] / "docs/guides"
STREAMS = json.loads((GUIDES / "intervals-icu-streams.json").read_text("utf-8"))


def test_every_field_of_our_own_has_its_stream() -> None:
    own = {each["record_field"]: each for each in STREAMS if each["record_field"] in OWN_FIELDS}
    assert list(own) == list(OWN_FIELDS)
    for name, field in OWN_FIELDS.items():
        assert own[name]["name"] == field.label
        assert own[name]["units"] == field.units
        assert own[name]["format"] == f".{field.decimals}f"


def test_the_others_are_fields_of_the_format_that_it_draws_only_as_streams() -> None:
    native = [each for each in STREAMS if each["record_field"] not in OWN_FIELDS]
    assert {f"{each['record_field']}_{each['units']}" for each in native} <= RECORD.fields.keys()
    assert [each["record_field"] for each in native] == ["stance_time", "step_length"]


def test_codes_are_as_that_service_wants_them() -> None:
    codes = [each["code"] for each in STREAMS]
    assert all(re.fullmatch(r"([A-Z][a-z]+)+", code) for code in codes)
    assert len(set(codes)) == len(codes)
    assert "intervals-icu-streams.json" in (GUIDES / "other-tools.md").read_text("utf-8")
