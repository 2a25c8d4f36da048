"""Where in a file the readings are: found in the names of its columns, or said by a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.files.column_names import ColumnName
from surefoot.sensor_ingest.files.errors import ColumnsMissingError, ColumnsRepeatedError
from surefoot.sensor_ingest.files.layout_errors import SensorRepeatedError, UnitMissingError
from surefoot.sensor_ingest.files.statements import Statements
from surefoot.sensor_ingest.files.units import factor_of, plain
from surefoot.sensor_ingest.formatting import join_names, pluralize

AXES = ("x", "y", "z")
_CANONICAL = {"acc": "acc_{}_mps2", "gyr": "gyr_{}_radps"}
_SIDES: Mapping[str, Foot] = {"left": Foot.LEFT, "l": Foot.LEFT, "right": Foot.RIGHT, "r": Foot.RIGHT}


@dataclass(frozen=True, slots=True)
class Channel:
    """Columns of one sensor: one of time, three of the others.

    Parameters
    ----------
    names : as in the file.
    unit : as written; "" if none is.
    factor : from the file's numbers to SI; 1 if the unit is to be found in the values.
    """

    indices: tuple[int, ...]
    names: tuple[str, ...]
    unit: str = ""
    factor: float = 1.0


@dataclass(frozen=True, slots=True)
class Layout:
    """What a file is taken for.

    Parameters
    ----------
    source : device or app whose layout it is; "" if it was read from the names alone.
    names : of all columns.
    time : None if the file has none that can be used.
    acc, gyr : None if the file has no such sensor.
    device : index of the column that tells several devices apart, or None.
    two_sided : whether the file has columns of both feet.
    wrap : number at which the time counter begins again at 0, in the file's unit; 0 if never.
    """

    source: str
    names: tuple[str, ...]
    time: Channel | None
    acc: Channel | None
    gyr: Channel | None
    device: int | None = None
    two_sided: bool = False
    wrap: float = 0.0

    @property
    def numbers(self) -> tuple[int, ...]:
        """Indices of the sensors' columns: acceleration, then angular rate."""
        return tuple(index for each in (self.acc, self.gyr) if each for index in each.indices)

    @property
    def columns(self) -> tuple[int, ...]:
        """Indices of all columns that are needed."""
        time = self.time.indices if self.time else ()
        return (*time, *self.numbers, *(() if self.device is None else (self.device,)))

    @property
    def extra(self) -> tuple[str, ...]:
        """Names of the columns that are not needed."""
        used = set(self.columns)
        return tuple(name or "(unnamed)" for k, name in enumerate(self.names) if k not in used)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is told of the columns."""
        units = [each.unit for each in (self.time, self.acc, self.gyr) if each and each.factor != 1]
        found = [f"Read as a recording of {self.source}."] if self.source else []
        if units:
            found.append(f"Units: {join_names(units)}.")
        if self.two_sided:
            found.append("Columns of both feet: with the same file as --left and --right, both are measured.")
        if self.extra:
            found.append(f"{pluralize(len(self.extra), 'other column')} ignored: {join_names(self.extra)}.")
        return tuple(found)


def by_names(columns: Sequence[ColumnName], foot: Foot, said: Statements) -> Layout:
    """The layout that the names and the person say; RecordingError if they leave it open."""
    columns = [_as_said(column, columns, said) for column in columns]
    names = tuple(column.written for column in columns)
    acc, acc_rest, sides = _sensor("acc", columns, foot, said)
    gyr, _, gyr_sides = _sensor("gyr", columns, foot, said, acc_rest)
    time = _time(columns, said)
    if acc is None and gyr is None:
        lacking = ["time_s"] if time is None else []
        lacking += [_CANONICAL["acc"].format(axis) for axis in AXES]
        raise ColumnsMissingError(lacking, [plain(name) for name in names])
    if time is None and said.rate_hz is None:
        raise ColumnsMissingError(["time_s"], [plain(name) for name in names])
    device = next((column.index for column in columns if column.sensor == "device"), None)
    return Layout("", names, time, acc, gyr, device, sides or gyr_sides)


def channel(sensor: str, columns: Sequence[ColumnName], said: Statements) -> Channel:
    """The channel of these columns, in the unit that was said or that is written."""
    unit = said.units.get(sensor, columns[0].unit)
    factor = factor_of(sensor, unit) if unit else 1.0
    if factor is None:
        raise UnitMissingError(columns[0].written, unit, sensor)
    return Channel(tuple(c.index for c in columns), tuple(c.written for c in columns), unit, factor)


def _as_said(column: ColumnName, columns: Sequence[ColumnName], said: Statements) -> ColumnName:
    """A column, as the person's channel if one was said; else without the sensor that was said of another column."""
    names = {plain(each.written) for each in columns}
    for what, name in said.columns.items():
        if plain(name) not in names:
            raise ColumnsMissingError([name], [plain(each.written) for each in columns])
        if plain(name) == plain(column.written):
            sensor, _, axis = what.partition("_")
            return ColumnName(column.index, column.written, sensor, axis, column.unit)
    taken = {what.partition("_")[0] for what in said.columns}
    return ColumnName(column.index, column.written, "") if column.sensor in taken else column


def _time(columns: Sequence[ColumnName], said: Statements) -> Channel | None:
    """The best of the time columns."""
    found = sorted((column for column in columns if column.sensor == "time"), key=lambda column: column.rank)
    if said.rate_hz is not None or not found:
        return None
    if len(found) > 1 and plain(found[0].written) == plain(found[1].written):
        raise ColumnsRepeatedError([plain(found[0].written)])
    return channel("time", found[:1], said)


def _sensor(
    sensor: str,
    columns: Sequence[ColumnName],
    foot: Foot,
    said: Statements,
    like: tuple[str, ...] | None = None,
) -> tuple[Channel | None, tuple[str, ...] | None, bool]:
    """The foot's channel of a sensor, what else its names say, and whether the other foot has one too."""
    groups: dict[tuple[str, ...], dict[str, ColumnName]] = defaultdict(dict)
    for column in columns:
        if column.sensor == sensor:
            if column.axis in groups[column.rest]:
                raise ColumnsRepeatedError([plain(column.written)])
            groups[column.rest][column.axis] = column
    if not groups:
        return None, None, False
    sided = {rest: {_SIDES[word] for word in rest if word in _SIDES} for rest in groups}
    two_sided = len({frozenset(feet) for feet in sided.values() if feet}) > 1
    chosen = [rest for rest in groups if sided[rest] == {foot}] if two_sided else list(groups)
    if len(chosen) > 1 and like in chosen:
        chosen = [like] if like is not None else chosen
    if len(chosen) > 1:
        raise SensorRepeatedError(sensor, [column.written for rest in chosen for column in groups[rest].values()])
    group = groups[chosen[0]]
    if missing := [axis for axis in AXES if axis not in group]:
        lacking = [_CANONICAL[sensor].format(axis) for axis in missing]
        raise ColumnsMissingError(lacking, [plain(column.written) for column in columns])
    return channel(sensor, [group[axis] for axis in AXES], said), chosen[0], two_sided
