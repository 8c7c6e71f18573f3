"""How the board writes things in the moderator's language."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from board.formatting import Formatting


@pytest.mark.parametrize(
    ("language", "day"),
    [
        ("en", "30 November 2026"),
        ("de", "30. November 2026"),
        ("es", "30 de noviembre de 2026"),
        ("ja", "2026年11月30日"),
        ("zh", "2026年11月30日"),
    ],
)
def test_a_day_has_its_year_where_the_language_puts_it(language: str, day: str) -> None:
    at = datetime(2026, 11, 29, 23, 30, tzinfo=UTC)
    assert Formatting(language, ZoneInfo("Europe/Berlin")).day(at) == day
