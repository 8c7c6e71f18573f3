"""What the moment of a post says about the time of the found report and of the lost report."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.errors import UsageError
from cli.tuning.posts_file import read_posts
from reunite.entities import ReportKind
from reunite.matching.circumstances import found_after, time_evidence
from reunite.matching.evidence import Item
from tests.support.tables import for_each

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOURS = st.floats(-1000, 1000)


def timed(kind: ReportKind, hours: float) -> Item:
    return Item(UUID(int=1), kind, "", "", NOON + timedelta(hours=hours), time_is_stated=True)


def posted(kind: ReportKind, hours: float) -> Item:
    at = NOON + timedelta(hours=hours)
    return Item(UUID(int=2), kind, "", "", at, time_is_stated=False, posted_at=at)


def evidence(lost: Item, found: Item) -> float:
    value = time_evidence(lost, found)
    assert value is not None
    assert time_evidence(found, lost) == value
    return value


def test_a_found_report_is_posted_after_the_lost_report_it_ends() -> None:
    lost = timed(ReportKind.LOST, 0)
    soon, late, before = (evidence(lost, posted(ReportKind.FOUND, hours)) for hours in (30, 24 * 30, -24 * 5))
    assert soon > 1
    assert 0 > late > before


def day(kind: ReportKind, days: int) -> Item:
    return replace(timed(kind, 24 * days - 12), is_day=True)


def test_a_day_alone_is_no_midnight() -> None:
    afternoon, find = timed(ReportKind.LOST, 3), day(ReportKind.FOUND, 0)
    assert evidence(afternoon, find) > evidence(afternoon, timed(ReportKind.FOUND, -12)) + 1
    assert evidence(day(ReportKind.LOST, 0), find) > 0 > evidence(afternoon, day(ReportKind.FOUND, -3))


@for_each(
    ("lost", "found", "days"),
    [
        (timed(ReportKind.LOST, 3), day(ReportKind.FOUND, 0), None),
        (day(ReportKind.LOST, 0), day(ReportKind.FOUND, 0), None),
        (day(ReportKind.LOST, 0), timed(ReportKind.FOUND, -15), None),
        (day(ReportKind.LOST, 0), day(ReportKind.FOUND, 1), 1),
        (day(ReportKind.LOST, 0), timed(ReportKind.FOUND, 51), 2),
        (timed(ReportKind.LOST, 3), day(ReportKind.FOUND, -2), -1),
    ],
)
def test_of_a_day_alone_only_whole_days_between_are_known(lost: Item, found: Item, days: int | None) -> None:
    assert found_after(lost, found) == (days and timedelta(days=days))


def test_a_post_two_days_later_may_be_of_something_found_right_after_it_was_lost() -> None:
    lost = timed(ReportKind.LOST, 0)
    assert evidence(lost, posted(ReportKind.FOUND, 44)) > evidence(lost, timed(ReportKind.FOUND, 44))


def test_a_found_report_posted_just_after_the_lost_report_was_often_made_before_it() -> None:
    lost = timed(ReportKind.LOST, 0)
    assert evidence(lost, posted(ReportKind.FOUND, 0.5)) < evidence(lost, timed(ReportKind.FOUND, 0.5))


def test_a_found_report_may_precede_the_post_of_the_lost_report() -> None:
    found = timed(ReportKind.FOUND, -12)
    assert evidence(posted(ReportKind.LOST, 0), found) > 0 > evidence(timed(ReportKind.LOST, 0), found)


def test_two_posts_of_one_day_are_no_evidence_but_a_found_report_posted_weeks_before_counts_against_a_pair() -> None:
    lost = posted(ReportKind.LOST, 0)
    assert evidence(lost, posted(ReportKind.FOUND, 1)) == 0
    assert evidence(lost, posted(ReportKind.FOUND, -24 * 14)) < -1


@given(HOURS, HOURS)
def test_what_is_said_replaces_the_moment_of_the_post(first: float, second: float) -> None:
    lost, found = timed(ReportKind.LOST, first), timed(ReportKind.FOUND, second)
    later = replace(found, posted_at=found.at + timedelta(days=9))
    assert evidence(lost, later) == evidence(lost, found)


@given(HOURS, HOURS)
def test_the_moment_of_a_post_says_less_than_a_time(first: float, second: float) -> None:
    exact = [evidence(timed(ReportKind.LOST, first), timed(ReportKind.FOUND, second - delay)) for delay in range(48)]
    assert evidence(timed(ReportKind.LOST, first), posted(ReportKind.FOUND, second)) <= max(exact) + 0.05


def test_without_any_moment_the_time_is_unknown() -> None:
    unknown = replace(posted(ReportKind.FOUND, 0), posted_at=None)
    assert time_evidence(timed(ReportKind.LOST, 0), unknown) is None


def test_rows_of_a_set_may_say_when_they_were_posted(tmp_path: Path) -> None:
    path = tmp_path / "gallery.jsonl"
    rows = [{"id": "f1", "posted": "2026-05-04T12:00"}, {"id": "f2", "at": "2026-05-04T14:00+02:00"}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    one, other = read_posts(path)
    assert (one.at, one.posted, other.at, other.posted) == (None, NOON, NOON, None)
    path.write_text('{"id": "f1", "posted": "yesterday"}', "utf-8")
    with pytest.raises(UsageError, match="line 1"):
        read_posts(path)


def test_a_row_of_a_set_keeps_its_types_and_lines(tmp_path: Path) -> None:
    path = tmp_path / "gallery.jsonl"
    path.write_text('{"id": 1, "photos": null, "text": "red\u2028hat"}', "utf-8")
    [post] = read_posts(path)
    assert (post.id, post.photos, post.text) == ("1", (), "red\u2028hat")
    path.write_text('{"id": "f1", "photos": "cat.jpg"}', "utf-8")
    with pytest.raises(UsageError, match="line 1 isn't a valid post: photos: "):
        read_posts(path)
    path.write_bytes('{"id": "Größe"}'.encode("latin-1"))
    with pytest.raises(UsageError, match="can't be read"):
        read_posts(path)
