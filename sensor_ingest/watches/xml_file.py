"""XML of watches: elements by their local names. A file with a document type is refused, as only such define entities,
which can grow without bound or name other files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from surefoot.sensor_ingest.watches.errors import WatchFileDamagedError, WatchFileUnsafeError

MAX_DEPTH = 60
_SEPARATOR = " "


def parse_xml(data: bytes) -> Element:
    """The root of a document, names without their namespaces.

    Raises
    ------
    WatchFileDamagedError
        if it is not well-formed.
    WatchFileUnsafeError
        if it has a document type, or elements far inside each other.
    """
    builder, depth = TreeBuilder(), 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise WatchFileUnsafeError(f"has elements {MAX_DEPTH} deep")
        builder.start(_local(name), attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_local(name))

    parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, builder.data
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise WatchFileDamagedError(f"it is no XML from line {parser.CurrentLineNumber} on") from error
    return builder.close()


def number_of(element: Element | None) -> float | None:
    """The number in an element; None if there is none."""
    try:
        return None if element is None or element.text is None else float(element.text)
    except ValueError:
        return None


def unix_s_of(text: str | None) -> float | None:
    """Seconds since 1970 of a date and time; without a zone it is UTC, as both formats demand."""
    try:
        found = datetime.fromisoformat((text or "").strip())
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def inside(element: Element, *names: str) -> Element | None:
    """The first element anywhere inside with one of these names, in whatever case."""
    return next(_named(element, names), None)


def _named(element: Element, names: tuple[str, ...]) -> Iterator[Element]:
    return (each for each in element.iter() if each.tag.lower() in names)


def _local(name: str) -> str:
    return name.rpartition(_SEPARATOR)[2]


def _refuse(*_: object) -> NoReturn:
    raise WatchFileUnsafeError("declares a document type")
