"""What a file was taken for, on the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from surefoot.sensor_ingest.files.csv_reader import FileRead
from surefoot.sensor_ingest.files.inspection import Inspection, first_rows

_SI = {"time": "s", "acc": "m/s²", "gyr": "rad/s"}
_NAMES = {"time": "time", "acc": "acceleration", "gyr": "angular rate"}
_CORRECTIONS = (
    ("a column is another", "--columns acc_x=NAME,acc_y=NAME,acc_z=NAME"),
    ("another column is the time", "--time NAME"),
    ("a unit is wrong", "--unit acc=g,gyr=dps,time=ms, or acc=8g/32768 of counts"),
    ("the time is none", "--rate HZ"),
    ("it is of several devices", "--device left=NAME,right=NAME"),
)


def show_inspection(console: Console, inspection: Inspection) -> None:
    """Print the layout and first rows of each file, the recording that they make, and how to say what is wrong."""
    for file in inspection.files:
        _show_file(console, file)
    if recording := inspection.recording:
        time_s = recording.samples.time_s
        console.print(
            f"{time_s[-1] - time_s[0]:.1f} s at {recording.sampling_rate_hz:.1f} Hz, "
            f"{recording.loss_pct:.2f} % of the readings missing",
            style="bold",
        )
        for note in recording.notes:
            console.print(Text(f"– {note}"))
    if inspection.problem:
        console.print(Text(f"Not usable as it is: {inspection.problem}", style="red"))
    console.print("\nIf this is wrong, say it here and to surefoot analyze:", style="bold")
    grid = Table.grid(padding=(0, 2))
    for wrong, option in _CORRECTIONS:
        grid.add_row(wrong, Text(option))
    console.print(grid)


def _show_file(console: Console, file: FileRead) -> None:
    layout = file.layout
    taken_for = f"a recording of {layout.source}" if layout.source else "columns known by their names"
    console.print(Text(f"{file.source.name}: {taken_for}, {len(file.part.time)} rows", style="bold"))
    grid = Table("", "column", "unit", box=None, padding=(0, 2, 0, 0))
    for sensor, channel in (("time", layout.time), ("acc", layout.acc), ("gyr", layout.gyr)):
        if channel is not None:
            unit = channel.unit or f"by the values (else {_SI[sensor]})"
            grid.add_row(_NAMES[sensor], Text(", ".join(channel.names)), Text(unit))
    console.print(grid)
    console.print(Text("First rows, converted by these units:"))
    rows = Table.grid(padding=(0, 2))
    for row in first_rows(file):
        rows.add_row(f"{row[0]:.6f}", *(f"{value:.3f}" for value in row[1:]))
    console.print(rows)
    if layout.two_sided:
        console.print("Both feet are in this file: --left FILE --right FILE, the same for both.")
