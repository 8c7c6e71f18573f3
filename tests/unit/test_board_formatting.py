"""How the board writes things in the moderator's language."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from board.formatting import Formatting
from reunite.entities import ReplyTarget


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


def test_a_day_that_was_said_is_no_moment() -> None:
    said = SimpleNamespace(happened_at=datetime(2026, 11, 28, 15, tzinfo=UTC), happened_on=date(2026, 11, 29))
    show = Formatting("en", ZoneInfo("Europe/Berlin"))
    assert {show.day_of(said), show.happened(said)} == {"29 November 2026"}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("target", "address", "link"),
    [
        (ReplyTarget("discord", "1", "2", "3"), "", "https://discord.com/channels/1/2/3"),
        (ReplyTarget("discord", "1", "2"), "", "https://discord.com/channels/1/2"),
        (ReplyTarget("slack", "T1", "C2", "3.4"), "https://one.slack.com/", "https://one.slack.com/archives/C2/p34"),
        (
            ReplyTarget("slack", "T1", "C2"),
            "https://one.slack.com/",
            "https://slack.com/app_redirect?team=T1&channel=C2",
        ),
        (ReplyTarget("slack", "T1", "C2", "3.4"), "", "https://slack.com/app_redirect?team=T1&channel=C2"),
        (ReplyTarget("slack", "T1", "D2", "3.4"), "https://one.slack.com/", ""),
        (ReplyTarget("api", "1", "2", "3"), "", ""),
    ],
)
def test_a_report_leads_to_its_post_if_a_moderator_can_open_it(target: ReplyTarget, address: str, link: str) -> None:
    assert Formatting.link(SimpleNamespace(target=target, address=address)) == link  # type: ignore[arg-type]
