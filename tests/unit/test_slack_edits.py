"""An older edit of a post is known by the time of its newest."""

from bot.slack.edits import NewestEdits


def edited(at: str) -> dict[str, object]:
    return {"edited": {"ts": at}}


def test_an_older_version_is_outdated_and_the_same_is_not() -> None:
    edits = NewestEdits()
    edits.note("C1:1", edited("20.5"))
    assert edits.is_outdated("C1:1", edited("9.5"))
    assert edits.is_outdated("C1:1", {"text": "never edited"})
    assert not edits.is_outdated("C1:1", edited("20.5"))
    assert not edits.is_outdated("C2:1", edited("9.5"))


def test_the_posts_edited_last_are_remembered() -> None:
    edits = NewestEdits(most=2)
    for key in ("a", "b", "a", "c"):
        edits.note(key, edited("20.5"))
    assert [edits.is_outdated(key, edited("9.5")) for key in ("a", "b", "c")] == [True, False, True]
