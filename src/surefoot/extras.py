"""Which extra brings a library that is not installed."""

from __future__ import annotations

_EXTRAS = {
    "cli": ("platformdirs", "pydantic", "pydantic_core", "rich", "typer", "click"),
    "live": ("bleak",),
    "simulator": ("bumble",),
    "service": ("aiomqtt", "influxdb_client", "segno", "starlette", "uvicorn"),
    "pandas": ("pandas",),
    "parquet": ("pyarrow",),
    "mcap": ("mcap",),
    "xlsx": ("openpyxl",),
}
_EXTRA_OF = {library: extra for extra, libraries in _EXTRAS.items() for library in libraries}


def missing(error: ModuleNotFoundError) -> str | None:
    """One sentence on what to install; None where the missing module is in no extra."""
    library = (error.name or "").partition(".")[0]
    if library not in _EXTRA_OF:
        return None
    extra = _EXTRA_OF[library]
    return f"{library} is not installed: pip install 'surefoot[{extra}]', or 'surefoot[all]' for everything."
