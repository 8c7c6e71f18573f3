"""The hint at a better photo in answers that are stored already."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from reunite.entities import (
    Label,
    Match,
    MatchState,
    Member,
    Photo,
    PhotoState,
    ReplyTarget,
    Report,
    ReportKind,
    ReportState,
)
from reunite.language import sentence
from reunite.messages import galleries, photo_hints, wording
from reunite.messages.reply import PhotoHint, Reply, Tile, from_json, to_json

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LOST = Report(
    *(UUID(int=1), UUID(int=9), ReportKind.LOST, ReportState.OPEN, Member("b", "Bob"), "a hat", "", NOW),
    *(ReplyTarget("web", "here", "lost", "1"), NOW, NOW),
)
FOUND = replace(LOST, id=UUID(int=2), kind=ReportKind.FOUND)
MATCH = Match(UUID(int=5), LOST.id, FOUND.id, 0.4, Label.POSSIBLE, (), MatchState.UNDECIDED)
DARK = (Photo(UUID(int=7), LOST.id, 0, "a.jpg", PhotoState.STORED, flaw="photo_dark"),)
BLURRED = (replace(DARK[0], flaw="photo_blurred"),)


def gallery(label: Label | None) -> Reply:
    tiles = [Tile(1, MATCH.id, FOUND.id, label)]
    return galleries.first_gallery(LOST, [(replace(MATCH, label=label), FOUND)], tiles, 3)


def test_a_hint_is_known_and_corrected_whatever_it_said_when_it_was_stored() -> None:
    answer = wording.nothing(LOST, 3)
    worded_before = replace(answer, lines=(*answer.lines, (PhotoHint("Mehr Licht, bitte.", "de"),)))
    stored = from_json(to_json(worded_before))
    assert photo_hints.has_hint(stored)
    assert photo_hints.corrected(stored, BLURRED).text().endswith(sentence("photo_blurred", "de"))
    assert photo_hints.corrected(stored, ()) == answer
    assert not photo_hints.has_hint(answer)


def test_once_there_is_a_match_no_better_photo_is_asked_for() -> None:
    for first in (wording.nothing(LOST, 3), wording.nothing(FOUND, 3), gallery(None)):
        hinted = photo_hints.with_hint(first, DARK, "en")
        assert photo_hints.has_hint(hinted)
        assert wording.overtaken(hinted, LOST) == wording.overtaken(first, LOST)


def test_a_gallery_that_is_brought_up_to_date_keeps_the_order_of_its_lines() -> None:
    hinted = photo_hints.with_hint(gallery(Label.POSSIBLE), DARK, "en")
    assert galleries.refreshed(hinted, MATCH, FOUND, "en") == hinted
