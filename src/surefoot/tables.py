"""Results as sequences and mappings that can become pandas data frames."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, overload

if TYPE_CHECKING:
    import pandas as pd

Item = TypeVar("Item")
Key = TypeVar("Key")
Row = Mapping[str, Any]
Rows = Callable[[Any], Iterable[Row]]
"""One item → its rows in a data frame."""


class Table(Sequence[Item]):
    """An immutable sequence of results; `to_dataframe` gives them as rows."""

    def __init__(self, name: str, items: Iterable[Item], rows: Rows) -> None:
        self._name = name
        self._items = tuple(items)
        self._rows = rows

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, index: int) -> Item: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Item]: ...
    def __getitem__(self, index: int | slice) -> Item | Sequence[Item]:
        return self._items[index]

    def __repr__(self) -> str:
        return f"<{len(self)} {self._name}>"

    def to_dataframe(self) -> pd.DataFrame:
        """All items as a pandas data frame.

        Raises
        ------
        ModuleNotFoundError
            where pandas is not installed.
        """
        return _dataframe(row for item in self._items for row in self._rows(item))


class NamedTable(Mapping[Key, Item]):
    """An immutable mapping of results; `to_dataframe` gives them as rows."""

    def __init__(self, name: str, items: Mapping[Key, Item], rows: Rows) -> None:
        self._name = name
        self._items = dict(items)
        self._rows = rows

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Key]:
        return iter(self._items)

    def __getitem__(self, key: Key | str) -> Item:
        return self._items[key]  # type: ignore[index] # keys are text or StrEnum, which compare as text

    def __repr__(self) -> str:
        return f"<{self._name}: {', '.join(map(str, self._items))}>"

    def to_dataframe(self) -> pd.DataFrame:
        """All items as a pandas data frame.

        Raises
        ------
        ModuleNotFoundError
            where pandas is not installed.
        """
        return _dataframe(row for item in self._items.items() for row in self._rows(item))


def _dataframe(rows: Iterable[Row]) -> pd.DataFrame:
    try:
        import pandas as pd
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError("to_dataframe needs pandas: pip install 'surefoot[pandas]'", name="pandas") from error
    return pd.DataFrame(list(rows))
