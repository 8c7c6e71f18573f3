"""The samples' words fit each other in every language, and their posts say what they are."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from bot.sample_pair import sample_pair
from reunite.entities import Member, ReplyTarget, Report, ReportKind, ReportState
from reunite.errors import TellUserError
from reunite.language import LANGUAGES, sentence
from reunite.matching.defaults import for_encoder
from reunite.matching.evidence import Candidate, Item, Search
from reunite.matching.scoring import score
from reunite.messages import samples
from reunite.messages.reply import Picture, Quoted
from tests.support.tables import for_each

NOW = datetime(2026, 5, 21, 20, tzinfo=UTC)


def item(kind: ReportKind, text: str) -> Item:
    return Item(UUID(int=kind is ReportKind.LOST), kind, text, "", NOW, time_is_stated=False)


@for_each("language", LANGUAGES)
def test_the_words_of_both_samples_agree(language: str) -> None:
    found = item(ReportKind.FOUND, sentence("samples_found_words", language))
    lost = item(ReportKind.LOST, sentence("samples_lost_words", language))
    [scored] = score(Search(lost, (Candidate(found, {}),), {}, 1), for_encoder("concept"))
    agreeing = {why.aspect: why.word for why in scored.why if why.agreement == "agrees"}
    assert agreeing.keys() >= {"thing", "colour", "place"}
    assert (agreeing["thing"], agreeing["colour"]) == ("backpack", "blue")


def test_a_workspace_needs_a_channel_for_each_sample() -> None:
    post = ReplyTarget("slack", "T1", "C1")
    for channels in ((post, None), (None, post)):
        with pytest.raises(TellUserError, match="samples_need_channels"):
            sample_pair(*channels)


@pytest.mark.parametrize("kind", ReportKind)
def test_a_sample_says_what_it_is_and_when_it_goes(kind: ReportKind) -> None:
    post = ReplyTarget("slack", "T1", "C1")
    author, ends = Member("sample", "Sample"), NOW.replace(day=28)
    report = Report(UUID(int=1), UUID(int=9), kind, ReportState.OPEN, author, "a cup", "", None, post, NOW, ends)
    sample = replace(report, sample=True, zone="Asia/Tokyo")
    reply = samples.sample_post(sample, Picture(UUID(int=3), sample.id))
    head, words, how = ["".join(str(getattr(span, "text", "")) for span in line) for line in reply.lines]
    assert (head.startswith("Sample: "), words, "29 May" in how) == (True, "a cup", True)
    assert Quoted("a cup", sample.id) in reply.lines[1]
    assert (reply.opens_thread, set(reply.quotes)) == (True, {sample.id})
    assert not sample.is_by(sample.account)
    assert report.is_by(report.account)
