"""What a chat that speaks JSON may say of a report, and what only we may fill in."""

from uuid import uuid4

import pytest
from pydantic import TypeAdapter

from bot import json_events
from bot.json_events import Event, MalformedError
from reunite.commands import NewReport, Press, ReportFound, ReportLost

BODY = {"event": "report", "member": {"id": "ada", "name": "Ada"}, "text": "a hat"}


def event(**more: object) -> Event:
    return Event.of({**BODY, **more}, "key", ("webhook", "here"))


def reported(kind: type[NewReport] = ReportLost, **more: object) -> NewReport:
    return event(**more).report(kind, private=False)


def test_only_we_say_that_a_report_is_quiet_past_or_a_sample() -> None:
    report = reported(quiet=True, is_past=True, sample=True, source_key="theirs")
    assert (report.quiet, report.is_past, report.sample, report.source_key) == (False, False, False, "key")


def test_a_chat_that_says_the_kind_of_a_report_has_its_author_asked_no_more() -> None:
    events = event(), event(kind="lost")
    assert [each.report(ReportLost, private=False).is_kind_told for each in events] == [False, True]


def test_a_command_takes_only_the_fields_that_the_chat_may_fill_in() -> None:
    assert not reported(hidden=True).hidden
    look = event(place="the pool", sealed=True, private=True, proof_question="?").look()
    assert (look.place, look.sealed, look.private, look.proof_question) == ("", False, False, "")
    press = event(action="mine", subject=str(uuid4()), words="a scratch", private=True).command(Press)
    assert (press.words, press.private) == ("a scratch", False)


def test_what_reads_a_command_is_built_once(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[type] = []

    def build(kind: type[NewReport]) -> TypeAdapter[NewReport]:
        built.append(kind)
        return TypeAdapter(kind)

    json_events._adapter.cache_clear()
    monkeypatch.setattr(json_events, "TypeAdapter", build)
    reported()
    reported()
    assert built == [ReportLost]


@pytest.mark.parametrize(
    ("when", "why"),
    [
        ("9999-12-31T23:59:59-10:00", r"the year of 9999.* isn.t from 1900 to 2200"),
        ("0001-01-01T00:00:00+00:00", r"the year of 0001.* isn.t from 1900 to 2200"),
        ("2026-05-01T12:00:00", r"the time 2026-05-01T12:00:00 has no zone"),
    ],
)
def test_a_time_that_cannot_be_stored_or_has_no_zone_is_refused(when: str, why: str) -> None:
    with pytest.raises(MalformedError, match=why):
        reported(happened_at=when)


@pytest.mark.parametrize("kind", [ReportLost, ReportFound])
def test_a_time_with_its_zone_is_kept(kind: type[NewReport]) -> None:
    report = reported(kind, happened_at="2026-05-01T12:00:00+02:00")
    assert report.happened_at
    assert report.happened_at.isoformat() == "2026-05-01T12:00:00+02:00"
