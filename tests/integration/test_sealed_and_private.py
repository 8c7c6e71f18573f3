"""Sealed finds influence nothing that a member sees before their release; private losses are told to no finder."""

from collections.abc import AsyncIterator

import pytest

from reunite.entities import VerdictKind
from reunite.errors import TellUserError
from tests.support.services import working
from tests.support.world import ADA, BEN, MODERATOR, World, world


@pytest.fixture
async def place(database_url: str, redis_url: str) -> AsyncIterator[World]:
    async with world(database_url, redis_url) as community, working(database_url, redis_url):
        await community.set_up(log_channel="log")
        yield community


def words_of(place: World, root: str) -> str:
    return "\n".join(place.platform.thread(root))


async def test_a_sealed_report_is_shown_by_kind_place_and_day_only(place: World) -> None:
    await place.found(
        "f1", "red", "passport of Ada Ling", sealed=True, category="id", place="gym", target=place.at("found")
    )
    await place.quiet()
    shown = "\n".join(outgoing.reply.text() for _, outgoing in place.platform.messages)
    assert "gym" in shown
    assert "ID" in shown
    for hidden in ("Ada Ling", "Ben", "red.jpg"):
        assert hidden not in shown
    assert not any(outgoing.picture for _, outgoing in place.platform.messages)


async def test_a_sealed_report_changes_nothing_for_members_until_it_is_released(place: World) -> None:
    await place.found("f0", "green")
    await place.quiet()
    await place.lost("l0", "a red purse")
    await place.quiet()
    without = place.platform.thread("l0")

    await place.found("f1", "red", sealed=True, category="card")
    await place.quiet()
    loss = await place.lost("l1", "a red purse")
    await place.quiet()
    assert place.platform.thread("l0") == without
    assert [text.split("until")[0] for text in place.platform.thread("l1")] == [
        text.split("until")[0] for text in without
    ]
    assert place.platform.kinds("f1") == ["first_reply"]

    lines = place.log()
    assert len(lines) == 2  # one for each loss, before the moderators' own
    assert all(line.picture for line in lines)
    release = next(button for button in lines[-1].buttons if button.action == "release")
    with pytest.raises(TellUserError, match="only_moderators_release"):
        await place.press("release", release.subject, ADA)
    await place.press("release", release.subject, MODERATOR)
    await place.press("release", release.subject, MODERATOR)
    await place.quiet()
    async with place.store.session(place.workspace.community) as session:
        released = await session.matches.get(release.subject)
    assert released
    root = "l1" if released.lost == loss.id else "l0"
    assert place.platform.kinds(root).count("match") == 1
    assert not any(sent.picture for target, sent in place.platform.messages if target.message == root)
    other = {"l0", "l1"} - {root}
    assert "match" not in place.platform.kinds(other.pop())


async def test_a_sealed_report_is_not_claimed_before_its_release_by_someone_who_knows_the_match(place: World) -> None:
    await place.found("f1", "red", sealed=True, category="card")
    await place.quiet()
    await place.lost("l1", "a red purse")
    await place.quiet()
    match = next(button.subject for button in place.log()[-1].buttons if button.action == "release")
    for action in ("mine", "not_mine"):
        with pytest.raises(TellUserError, match="nothing_here"):
            await place.press(action, match, ADA, words="my name is on it")
    async with place.store.session(place.workspace.community) as session:
        kept = await session.matches.get(match)
        assert kept
        assert not kept.declined
        assert await session.claims.on(kept.found) == []
    await place.press("release", match, MODERATOR)
    await place.press("mine", match, ADA, words="my name is on it")


async def test_a_sealed_report_needs_moderators_who_see_it(place: World) -> None:
    await place.set_up()
    with pytest.raises(TellUserError, match="sealed_needs_log"):
        await place.found("f1", "red", sealed=True)


async def test_a_report_that_should_be_sealed_gets_advice(place: World) -> None:
    await place.found("f1", "red", "found these keys")
    await place.found("f2", "green", "found this cup")
    await place.quiet()
    assert "note" in place.platform.kinds("f1")
    assert "note" not in place.platform.kinds("f2")
    await place.set_up(sealed_categories=("phone",))
    await place.found("f3", "blue", "found these keys")
    await place.quiet()
    assert "note" not in place.platform.kinds("f3")


async def test_a_private_reports_match_is_shown_to_author_and_moderators_but_not_to_the_finder(place: World) -> None:
    await place.lost("l1", "my red diary", private=True)
    await place.quiet()
    await place.found("f1", "red", "a notebook")
    await place.quiet()
    assert "match" in place.platform.kinds("l1")
    assert "match" not in place.platform.kinds("f1")
    assert "diary" not in words_of(place, "f1")
    assert "diary" in "\n".join(line.text() for line in place.log())


async def test_the_log_line_takes_verdicts_and_shows_what_came_of_them(place: World) -> None:
    await place.lost("l1", "my red diary", private=True)
    find = await place.found("f1", "red")
    await place.quiet()
    [line] = place.log()
    confirm = next(button for button in line.buttons if button.action == "confirm")
    with pytest.raises(TellUserError, match="only_moderators"):
        await place.press("confirm", confirm.subject, BEN)
    await place.press("confirm", confirm.subject, MODERATOR)
    await place.quiet()
    assert await place.state(find) == "returned"
    [line] = place.log()
    assert "Mo" in line.text()
    await place.press("confirm", confirm.subject, MODERATOR)  # once more takes it back
    await place.quiet()
    assert await place.state(find) == "open"


async def test_a_reaction_on_the_log_line_is_a_verdict_too(place: World) -> None:
    await place.lost("l1", "my red diary", private=True)
    find = await place.found("f1", "red")
    await place.quiet()
    number = next(n for n, (target, _) in enumerate(place.platform.messages) if target.channel == "log")
    await place.give_verdict("l1", VerdictKind.CONFIRM, target=place.at("log", f"m{number}"))
    assert await place.state(find) == "returned"


async def test_no_question_tells_what_is_in_a_released_finds_photo(place: World) -> None:
    await place.found("f0", "green")
    await place.found("f1", "red", sealed=True)
    await place.quiet()
    loss = await place.lost("l1", "my umbrella")
    await place.quiet()
    release = next(button for line in place.log() for button in line.buttons if button.action == "release")
    await place.press("release", release.subject, MODERATOR)
    await place.press("add_detail", loss.id, ADA, words="it is an old one")
    await place.quiet()
    assert place.platform.kinds("l1").count("match") == 2  # there would be something to tell apart
    assert "question" not in place.platform.kinds("l1")


async def test_the_communitys_numbers_tell_nothing_of_what_moderators_alone_know(place: World) -> None:
    await place.lost("l1", "a red purse")
    await place.quiet()
    before = (await place.handlers.statistics("web", place.name)).text()
    await place.found("f1", "red", sealed=True)
    await place.quiet()
    [line] = place.log()
    assert line.match
    await place.press("reject", line.match, MODERATOR)
    assert (await place.handlers.statistics("web", place.name)).text() == before
