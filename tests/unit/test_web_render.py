"""What the page is given to show."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from bot.web.render import Viewer, page, reply_json
from db.web import Posted, VerdictMarks, WebMessage
from reunite.entities import Label, Match, MatchState, Member, ReplyTarget, Report, ReportKind, ReportState
from reunite.language import LANGUAGES
from reunite.messages import offers, wording
from reunite.messages.reply import Jump, Moment, Person, Plain, Reply, ReplyKind, Strong
from tests.support.tables import for_each


@for_each("language", LANGUAGES)
@for_each("label", Label)
def test_a_label_is_shown_as_one_in_every_language(label: Label, language: str) -> None:
    shown = reply_json(Reply("match", ((Strong(wording.label_word(label, language), label), Strong("Oh!")),)))
    [[marked, other]] = shown["lines"]
    assert (marked["is"], marked["level"], other["is"]) == ("label", label.value, "strong")


def test_a_moment_is_sent_so_that_the_page_can_show_it_in_the_readers_zone() -> None:
    at = datetime(2026, 5, 14, 12, tzinfo=UTC)
    [line] = reply_json(Reply("note", ((Moment(at, "14 May", "day"),),)))["lines"]
    assert line == [{"is": "moment", "text": "14 May", "at": "2026-05-14T12:00:00+00:00", "style": "day"}]


def test_people_and_posts_of_other_platforms_are_only_words() -> None:
    elsewhere = ReplyTarget("slack", "T1", "C1", "1.1")
    reply = Reply("note", ((Person("slack", Member("U1", "Ada")), Plain(" "), Jump(uuid4(), "there", elsewhere)),))
    [line] = reply_json(reply)["lines"]
    assert line == [{"is": "plain", "text": text} for text in ("Ada", " ", "there")]


@pytest.mark.parametrize("viewer", ["Robin", "Ada"])
@pytest.mark.parametrize("kind", ["claim", "returned", "rejected", "reopened"])
def test_what_a_moderator_decides_is_news_to_all_others(viewer: str, kind: ReplyKind) -> None:
    match = Match(uuid4(), uuid4(), uuid4(), 0.9, Label.HIGH, (), MatchState.UNDECIDED)
    said = (
        (Person("web", Member("Ada", "Ada"), notify=True, report=match.lost),),
        (Person("web", Member("Robin", "Robin")),),
    )
    told = Reply(kind, said, match=match.id)
    marks = VerdictMarks(match, {})
    message = WebMessage(2, "lost", None, None, "", told, datetime(2026, 5, 14, tzinfo=UTC), None, marks)
    [shown] = page([message], Viewer(viewer, is_moderator=True)).values()
    assert shown["byViewer"] is (viewer == "Robin")


def test_a_posts_author_and_moderators_can_tell_its_kind_and_it_is_not_shown_as_searched_for_meanwhile() -> None:
    at, place = datetime(2026, 5, 14, tzinfo=UTC), ReplyTarget("web", "page", "found", "1")
    words = "I lost my hat"
    author, found, is_open = Member("Ada", "Ada"), ReportKind.FOUND, ReportState.OPEN
    doubtful = Report(uuid4(), uuid4(), found, is_open, author, words, "", None, place, at, at, kind_in_doubt=True)
    question = WebMessage(2, "found", 1, None, "", offers.which_kind(doubtful), at, None, None)
    for viewer, count in ((Viewer("Ada"), 2), (Viewer("Robin", is_moderator=True), 2), (Viewer("Ben"), 0)):
        post = WebMessage(1, "found", None, author, words, None, at, Posted(doubtful, ()), None)
        shown = page([post, question], viewer)
        assert len(shown[2]["reply"]["buttons"]) == count, viewer
        assert not shown[1]["report"]["looking"]
