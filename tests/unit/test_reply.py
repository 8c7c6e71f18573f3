import re
from datetime import UTC
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reunite.entities import Member, ReplyTarget
from reunite.messages.reply import (
    Button,
    ChannelLink,
    Choice,
    Jump,
    Moment,
    Person,
    Picture,
    Plain,
    Quoted,
    Reply,
    Strong,
    from_json,
    to_json,
)

words = st.text(max_size=20)
spans = st.one_of(
    words.map(Plain),
    words.map(Strong),
    st.builds(Quoted, words, st.uuids()),
    st.builds(
        Person,
        st.sampled_from(["discord", "slack", "web"]),
        st.builds(Member, words, words),
        st.booleans(),
        st.none() | st.uuids(),
    ),
    st.builds(
        Jump,
        st.uuids(),
        words,
        st.none() | st.builds(ReplyTarget, st.just("slack"), words, words, st.none() | words),
    ),
    st.builds(ChannelLink, words, words),
    st.builds(Moment, st.datetimes(timezones=st.just(UTC)), words, st.sampled_from(["day", "moment"])),
)
replies = st.builds(
    Reply,
    st.sampled_from(["first_reply", "match", "report_post"]),
    st.lists(st.lists(spans, max_size=4).map(tuple), max_size=4).map(tuple),
    st.none() | st.uuids(),
    st.none() | st.builds(Picture, st.uuids(), st.uuids()),
    st.none() | st.uuids(),
    st.lists(st.builds(Choice, words, words, st.frozensets(st.uuids(), max_size=2)), max_size=3).map(tuple),
    st.lists(st.builds(Button, st.just("mine"), st.uuids(), words), max_size=2).map(tuple),
    st.frozensets(st.uuids(), max_size=2),
    st.booleans(),
)


@given(replies)
def test_a_reply_survives_the_outbox(reply: Reply) -> None:
    assert from_json(to_json(reply)) == reply


def test_jumps_are_resolved_where_the_thread_is_known() -> None:
    known, unknown = uuid4(), uuid4()
    target = ReplyTarget("slack", "T", "C", "1.2")
    reply = Reply("match", ((Jump(known, "there"), Jump(unknown, "nowhere")),)).with_targets({known: target})
    assert reply.lines == ((Jump(known, "there", target), Jump(unknown, "nowhere")),)
    assert reply.jumps() == {known, unknown}


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("Lost, 3 May · >", "Lost, 3 May"),
        ("Lost · > · >", "Lost"),
        (">", None),
        ("> · >", None),
        ("> · Lost", "Lost"),
        ("Found by the door · > · a scarf · white", "Found by the door · a scarf · white"),
        ("Found · > · > · a scarf", "Found · a scarf"),
        ("Ben says > isn't it.", "Ben says > isn't it."),
        ("> isn't it.", "> isn't it."),
        ("Not yours: >", "Not yours: >"),
    ],
)
def test_a_jump_that_leads_nowhere_is_left_out_unless_a_sentence_needs_it(line: str, kept: str | None) -> None:
    there = ReplyTarget("slack", "T1", "C1", "1")
    jump = Jump(uuid4(), ">", there)
    parts = [part for part in re.split("(>)", line) if part]
    reply = Reply("log", (tuple(jump if part == ">" else Plain(part) for part in parts),))
    assert reply.with_live_jumps(lambda target: target == there) == reply
    assert reply.with_live_jumps(lambda _: False).text() == (kept or "")


def test_people_of_another_workspace_are_only_named() -> None:
    ada, ben, mo = (Member(name, name) for name in ("ada", "ben", "mo"))
    here = (Person("slack", ada, notify=True, workspace="T1"), Person("slack", mo, notify=True))
    line = (*here, Person("slack", ben, notify=True, workspace="T2"))
    assert Reply("note", (line,)).with_mentions_in("T1").lines == ((*here, Plain("ben")),)


def test_a_silent_reply_keeps_its_empty_lines() -> None:
    person = Person("web", Member("1", "Ada"), notify=True)
    reply = Reply("note", ((person,), (), (Plain("words"),)))
    assert reply.without_pings().lines == ((), (Plain("words"),))
