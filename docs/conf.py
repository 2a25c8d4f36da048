"""How the documentation site is built: `make docs`. Nothing is fetched from the network while it is."""

from __future__ import annotations

import re
import tomllib
from enum import Enum
from pathlib import Path
from typing import Any

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

ROOT = Path(__file__).parents[1]

project = "surefoot"
author = "The surefoot authors"
copyright = "The surefoot authors, Apache-2.0"  # noqa: A001 – the name that Sphinx reads
release = str(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"].get("version", ""))
language = "en"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_copybutton"]
exclude_patterns = ["_build"]

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
copybutton_exclude = ".linenos, .gp, .go"

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["style.css"]
html_title = "surefoot"
html_show_sphinx = False
html_copy_source = False
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0b559f", "color-brand-content": "#0b559f"},
    "dark_css_variables": {"color-brand-primary": "#7cb8f2", "color-brand-content": "#7cb8f2"},
}

add_module_names = False
toc_object_entries = False
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "exclude-members": "__init__, __new__", "no-value": True}
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
autodoc_type_aliases = {name: name for name in ("Floats", "Bools", "Ints", "Evidence")}
python_maximum_signature_line_length = 88
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_attr_annotations = False
napoleon_use_param = True
napoleon_custom_sections = [("Keys", "params_style")]

nitpick_ignore_regex = [
    # Not ours, and the site does not look for other projects' pages while it is built.
    ("py:.*", r"(numpy|np|npt|pandas|pd|collections|pathlib|enum|os|datetime|typing|types|array_like)(\..*)?"),
    ("py:.*", r"(Path|Any|Self|ndarray|NDArray|Mapping|Sequence|Iterable|Iterator|Callable|DataFrame|optional)"),
    ("py:.*", r"(Floats|Bools|Ints|Evidence)"),
    # Ours, but not part of the library's promise: modules below the ones that have a page.
    ("py:.*", r"surefoot\.(analysis\.(drift|inversion|gait|weeks)|sensor_ingest\.files\.columns|service|tables)\..*"),
    ("py:exc", r".*RecordingError"),
]

_CONSTANTS = frozenset({"attribute", "data", "property"})
_constants: dict[str, list[str]] = {}
_SECTION = re.compile(r"^(\s*)(Parameters|Attributes|Returns|Keys)\s*$")
_ENTRY = re.compile(r"^(\s*)(\w[\w<>, *]*?) : (.*)$")


def _with_descriptions(lines: list[str]) -> list[str]:
    """Docstrings here say `name : meaning`, since types are annotations; napoleon takes the second for a type."""
    made: list[str] = []
    indent: str | None = None
    for place, line in enumerate(lines):
        under = lines[place + 1].strip() if place + 1 < len(lines) else ""
        section = _SECTION.match(line)
        if section and under and set(under) == {"-"}:
            indent = section[1]
        elif under and set(under) == {"-"}:
            indent = None
        entry = _ENTRY.match(line) if indent is not None else None
        if entry and entry[1] == indent:
            made += [f"{indent}{entry[2]}", f"{indent}    {entry[3]}"]
        else:
            made.append(line)
    return made


def _prepare(_app: Sphinx, what: str, name: str, thing: Any, _options: Any, lines: list[str]) -> None:
    if isinstance(thing, type) and issubclass(thing, Enum):
        lines += ["", "Members: " + ", ".join(f"`{member.name}`" for member in thing) + "."]
    # One pair of backquotes is code in our docstrings, and two are in reStructuredText.
    coded = [re.sub(r"(?<![`:])`([^`<>]+)`(?![`_])", r"``\1``", line) for line in _with_descriptions(lines)]
    lines[:] = coded
    if what in _CONSTANTS:
        _constants[name] = coded


def _restore(_app: Sphinx, what: str, name: str, _thing: Any, _options: Any, lines: list[str]) -> None:
    # Napoleon takes what stands before a colon in the first line of a constant's docstring for its type.
    if what in _CONSTANTS:
        lines[:] = _constants[name]


def _readable(*given: Any) -> tuple[str | None, str | None]:
    """Signature and returned type without what autodoc puts in for an alias and for a default that is made."""
    shown = [re.sub(r"TypeAliasForwardRef\('(\w+)'\)", r"\1", text or "") for text in given[-2:]]
    signature, returned = (text.replace("<factory>", "{}") or None for text in shown)
    return signature, returned


def setup(app: Sphinx) -> None:
    """Register what Sphinx does not know."""
    app.add_lexer("hex", TextLexer)  # the example bytes of the pod profile
    app.connect("autodoc-process-docstring", _prepare, priority=400)  # before napoleon
    app.connect("autodoc-process-docstring", _restore, priority=600)  # after it
    app.connect("autodoc-process-signature", _readable)
