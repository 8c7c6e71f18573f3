from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.slack.people import zone_of
from reunite.text.when import read_when


def test_a_members_zone_is_known_by_its_name() -> None:
    assert zone_of({"tz": "America/Chicago", "tz_offset": -18000}) == ZoneInfo("America/Chicago")


@pytest.mark.parametrize("tz", ["Mars/Olympus", "", None, "../x"])
def test_a_zone_without_a_known_name_is_known_by_its_distance(tz: str | None) -> None:
    zone = zone_of({"tz": tz, "tz_offset": 5400})
    assert datetime(2026, 5, 1, tzinfo=UTC).astimezone(zone).utcoffset() == timedelta(hours=1.5)
    assert zone_of({}).utcoffset(None) == timedelta()


def test_an_american_reads_the_month_first() -> None:
    now = datetime(2026, 5, 14, 12, tzinfo=zone_of({"tz": "America/Chicago", "tz_offset": -18000}))
    moment = read_when("4/3/2026", now).moment
    assert moment
    assert (moment.month, moment.day) == (4, 3)
