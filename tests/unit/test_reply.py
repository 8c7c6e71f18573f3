from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from reunite.entities import Member, ReplyTarget
from reunite.messages.reply import Choice, Jump, Person, Plain, Quoted, Reply, Strong, from_json, to_json

words = st.text(max_size=20)
spans = st.one_of(
    words.map(Plain),
    words.map(Strong),
    words.map(Quoted),
    st.builds(Person, st.sampled_from(["discord", "slack", "web"]), st.builds(Member, words, words), st.booleans()),
    st.builds(
        Jump,
        st.uuids(),
        words,
        st.none() | st.builds(ReplyTarget, st.just("slack"), words, words, st.none() | words),
    ),
)
replies = st.builds(
    Reply,
    st.sampled_from(["answer", "match", "looking"]),
    st.lists(st.lists(spans, max_size=4).map(tuple), max_size=4).map(tuple),
    st.none() | st.uuids(),
    st.none() | st.uuids(),
    st.none() | st.uuids(),
    st.lists(st.builds(Choice, words, words), max_size=3).map(tuple),
)


@given(replies)
def test_a_reply_survives_the_outbox(reply: Reply) -> None:
    assert from_json(to_json(reply)) == reply


def test_a_reply_from_before_there_were_questions_is_read() -> None:
    old = {name: value for name, value in to_json(Reply("nothing", ())).items() if name not in {"asked", "choices"}}
    assert from_json(old) == Reply("nothing", ())


def test_jumps_are_resolved_where_the_thread_is_known() -> None:
    known, unknown = uuid4(), uuid4()
    target = ReplyTarget("slack", "T", "C", "1.2")
    reply = Reply("match", ((Jump(known, "there"), Jump(unknown, "nowhere")),)).with_targets({known: target})
    assert reply.lines == ((Jump(known, "there", target), Jump(unknown, "nowhere")),)
    assert reply.jumps() == {known, unknown}
