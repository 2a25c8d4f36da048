"""A finding as JSON has it for programs, and as the store has it."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import Any

from surefoot.analysis.findings import Finding, Kind, Severity, State
from surefoot.analysis.model import Foot
from surefoot.service.serialization.encoding import Json, dumps, rounded, to_plain


def finding_to_dict(finding: Finding) -> Json:
    """A finding in the JSON contract, which alerts and summaries share; floats are rounded."""
    return {
        "id": finding.id,
        "revision": finding.revision,
        "kind": finding.kind.value,
        "foot": "both" if finding.foot is None else finding.foot.value,
        "time_s": rounded(finding.time_s),
        "known_s": rounded(finding.known_s),
        "severity": finding.severity.value,
        "state": finding.state.value,
        "value": rounded(finding.value),
        "reference": rounded(finding.reference),
        "unit": finding.unit,
        "confidence": rounded(finding.confidence),
        "evidence": rounded(finding.evidence),
        "message": finding.message,
    }


def finding_to_json(finding: Finding) -> str:
    """A finding's row body: its fields as JSON, every bit kept, null for NaN."""
    return dumps(to_plain(asdict(finding)))


def finding_from_json(body: str) -> Finding:
    """The finding of a row body."""
    known: dict[str, Any] = json.loads(body)
    for name in ("value", "reference", "confidence"):
        known[name] = math.nan if known[name] is None else known[name]
    foot = known.pop("foot")
    return Finding(
        **{
            **known,
            "kind": Kind(known["kind"]),
            "severity": Severity(known["severity"]),
            "state": State(known["state"]),
        },
        foot=None if foot is None else Foot(foot),
    )
