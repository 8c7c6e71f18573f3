"""One test for all rows of a table: as a test of its own, a row costs more than what most rows show."""

import csv
import inspect
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from functools import wraps
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.untraced import spread, untraced

_DATA: Final = Path(__file__).parents[1] / "data"


def rows_of(table: str) -> list[dict[str, str]]:
    """Return the rows of a table in tests/data."""
    with (_DATA / table).open(encoding="utf-8", newline="") as lines:
        return [*csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)]


def for_each(names: str | tuple[str, ...], rows: Iterable[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Run a test with each row, and fail with all rows that failed. Fixtures are those of the one test.

    As with the cases of `pytest.mark.parametrize`, the branches of five rows are measured.
    """
    table = [dict(zip(names, row, strict=True)) if isinstance(names, tuple) else {names: row} for row in rows]
    assert table

    def over_rows(test: Callable[..., None]) -> Callable[..., None]:
        @wraps(test)
        def run(**fixtures: Any) -> None:
            failures: list[BaseException] = []
            for number, row in enumerate(table):
                with nullcontext() if number in spread(len(table)) else untraced():
                    try:
                        test(**row, **fixtures)
                    except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 - all are raised below
                        error.add_note(f"Row: {row}")
                        failures.append(error)
            if failures:
                raise BaseExceptionGroup(f"{len(failures)} of {len(table)} rows", failures)

        signature = inspect.signature(test)
        fixtures = [parameter for name, parameter in signature.parameters.items() if name not in table[0]]
        run.__signature__ = signature.replace(parameters=fixtures)  # type: ignore[attr-defined]
        return run

    return over_rows
