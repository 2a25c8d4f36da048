"""Fields that the FIT profile does not have: each foot by itself, both compared, and how sure it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

from surefoot.analysis.metrics import CONTACT, IMPACT
from surefoot.analysis.model import Floats, Foot
from surefoot.service.formats.course import CONFIDENCE, Course
from surefoot.service.formats.fit.fields import FLOAT32, Field

EVERSION = "peak_eversion_velocity_dps"


@dataclass(frozen=True, slots=True)
class OwnField:
    """A field of our own in every record.

    Parameters
    ----------
    units, label, decimals : as people read it.
    values : of a course, (n,) in those units; NaN where not known.
    """

    units: str
    label: str
    decimals: int
    values: Callable[[Course], Floats]


def _of_foot(course: Course, *, foot: Foot, key: str, scale: float = 1.0) -> Floats:
    return scale * course.of_foot(foot, key)


def _sides(name: str, units: str, label: str, decimals: int, key: str, scale: float = 1.0) -> dict[str, OwnField]:
    return {
        f"{name}_{foot}": OwnField(
            units, f"{label}, {foot}", decimals, partial(_of_foot, foot=foot, key=key, scale=scale)
        )
        for foot in Foot
    }


OWN_FIELDS: Mapping[str, OwnField] = MappingProxyType(
    {
        **_sides("contact", "ms", "Ground contact", 0, CONTACT, 1000.0),
        **_sides("impact", "g", "Impact", 1, IMPACT),
        **_sides("eversion_velocity", "deg/s", "Rolling-in speed", 0, EVERSION),
        "contact_asymmetry": OwnField("%", "Ground contact, right vs left", 1, lambda each: each.contact_asymmetry_pct),
        "quality": OwnField("%", "Confidence", 0, lambda each: 100.0 * each.of_feet(CONFIDENCE)),
    }
)
"""Name → field, in the order of their numbers."""

LAYOUT: Mapping[str, Field] = MappingProxyType({name: Field(k, FLOAT32) for k, name in enumerate(OWN_FIELDS)})
"""The same as they are stored: 32-bit floats, by number."""
