"""Members see nothing of sealed found reports before their release, and finders nothing of private lost reports."""

import pytest

from reunite.entities import VerdictKind
from reunite.errors import TellUserError
from tests.support.world import ADA, BEN, MODERATOR, World, moderated_world

pytestmark = pytest.mark.untraced


world_fixture = pytest.fixture(moderated_world, name="world")


def words_of(world: World, root: str) -> str:
    return "\n".join(world.platform.thread(root))


async def test_a_sealed_report_is_shown_by_kind_place_and_day_only(world: World) -> None:
    await world.found(
        "f1", "red", "passport of Ada Ling", sealed=True, category="id", place="gym", target=world.at("found")
    )
    await world.wait_until_idle()
    shown = "\n".join(outgoing.reply.text() for _, outgoing in world.platform.messages)
    assert "gym" in shown
    assert "ID" in shown
    for hidden in ("Ada Ling", "Ben", "red.jpg"):
        assert hidden not in shown
    assert not any(outgoing.picture for _, outgoing in world.platform.messages)


async def test_a_sealed_report_changes_nothing_for_members_until_it_is_released(world: World) -> None:
    await world.found("f0", "green")
    await world.wait_until_idle()
    await world.lost("l0", "a red purse")
    await world.wait_until_idle()
    without = world.platform.thread("l0")

    await world.found("f1", "red", sealed=True, category="card")
    await world.wait_until_idle()
    lost = await world.lost("l1", "a red purse")
    await world.wait_until_idle()
    assert world.platform.thread("l0") == without
    assert [text.split("until")[0] for text in world.platform.thread("l1")] == [
        text.split("until")[0] for text in without
    ]
    assert world.platform.kinds("f1") == ["first_reply"]

    lines = world.log()
    assert len(lines) == 2  # one for each lost report, before the moderators' own
    assert all(line.picture for line in lines)
    release = next(button for button in lines[-1].buttons if button.action == "release")
    with pytest.raises(TellUserError, match="only_moderators_release"):
        await world.press("release", release.subject, ADA)
    await world.press("release", release.subject, MODERATOR)
    await world.press("release", release.subject, MODERATOR)
    await world.wait_until_idle()
    async with world.store.session(world.workspace.community) as session:
        released = await session.matches.get(release.subject)
    assert released
    root = "l1" if released.lost == lost.id else "l0"
    assert world.platform.kinds(root).count("match") == 1
    cards = [sent for target, sent in world.platform.messages if target.message == root and sent.reply.kind == "match"]
    assert not any(card.reply.picture for card in cards)
    assert all("Someone found: a card or a wallet. The photo stays sealed" in card.reply.text() for card in cards)
    other = {"l0", "l1"} - {root}
    assert "match" not in world.platform.kinds(other.pop())


async def test_a_sealed_report_is_not_claimed_before_its_release_by_someone_who_knows_the_match(world: World) -> None:
    await world.found("f1", "red", sealed=True, category="card")
    await world.wait_until_idle()
    await world.lost("l1", "a red purse")
    await world.wait_until_idle()
    match = next(button.subject for button in world.log()[-1].buttons if button.action == "release")
    for action in ("mine", "not_mine"):
        with pytest.raises(TellUserError, match="nothing_here"):
            await world.press(action, match, ADA, words="my name is on it")
    async with world.store.session(world.workspace.community) as session:
        kept = await session.matches.get(match)
        assert kept
        assert not kept.declined
        assert await session.claims.on(kept.found) == []
    await world.press("release", match, MODERATOR)
    await world.press("mine", match, ADA, words="my name is on it")


async def test_a_sealed_report_needs_moderators_who_see_it(world: World) -> None:
    await world.set_up()
    with pytest.raises(TellUserError, match="sealed_needs_log"):
        await world.found("f1", "red", sealed=True)


async def test_a_report_that_should_be_sealed_gets_advice(world: World) -> None:
    await world.found("f1", "red", "found these keys")
    await world.found("f2", "green", "found this cup")
    await world.wait_until_idle()
    assert "note" in world.platform.kinds("f1")
    assert "note" not in world.platform.kinds("f2")
    await world.set_up(sealed_categories=("phone",))
    await world.found("f3", "blue", "found these keys")
    await world.wait_until_idle()
    assert "note" not in world.platform.kinds("f3")


async def test_a_private_reports_match_is_shown_to_author_and_moderators_but_not_to_the_finder(world: World) -> None:
    await world.lost("l1", "my red diary", private=True)
    await world.wait_until_idle()
    await world.found("f1", "red", "a notebook")
    await world.wait_until_idle()
    assert "match" in world.platform.kinds("l1")
    assert "match" not in world.platform.kinds("f1")
    assert "diary" not in words_of(world, "f1")
    assert "diary" in "\n".join(line.text() for line in world.log())


async def test_the_log_line_takes_verdicts_and_shows_what_came_of_them(world: World) -> None:
    await world.lost("l1", "my red diary", private=True)
    found = await world.found("f1", "red")
    await world.wait_until_idle()
    [line] = world.log()
    confirm = next(button for button in line.buttons if button.action == "confirm")
    with pytest.raises(TellUserError, match="only_moderators"):
        await world.press("confirm", confirm.subject, BEN)
    await world.press("confirm", confirm.subject, MODERATOR)
    await world.wait_until_idle()
    assert await world.state(found) == "returned"
    [line] = world.log()
    assert "Mo" in line.text()
    await world.press("confirm", confirm.subject, MODERATOR)  # once more withdraws it
    await world.wait_until_idle()
    assert await world.state(found) == "open"


async def test_a_reaction_on_the_log_line_is_a_verdict_too(world: World) -> None:
    await world.lost("l1", "my red diary", private=True)
    found = await world.found("f1", "red")
    await world.wait_until_idle()
    number = next(n for n, (target, _) in enumerate(world.platform.messages) if target.channel == "log")
    await world.give_verdict("l1", VerdictKind.CONFIRM, target=world.at("log", f"m{number}"))
    assert await world.state(found) == "returned"


async def test_no_question_tells_what_is_in_a_released_finds_photo(world: World) -> None:
    await world.found("f0", "green")
    await world.found("f1", "red", sealed=True)
    await world.wait_until_idle()
    lost = await world.lost("l1", "my umbrella")
    await world.wait_until_idle()
    release = next(button for line in world.log() for button in line.buttons if button.action == "release")
    await world.press("release", release.subject, MODERATOR)
    await world.press("add_detail", lost.id, ADA, words="it is an old one")
    await world.wait_until_idle()
    assert world.platform.kinds("l1").count("match") == 2  # there would be something to tell apart
    assert "question" not in world.platform.kinds("l1")


async def test_the_communitys_numbers_tell_nothing_of_what_moderators_alone_know(world: World) -> None:
    await world.lost("l1", "a red purse")
    await world.wait_until_idle()
    before = (await world.handlers.statistics("web", world.name)).text()
    await world.found("f1", "red", sealed=True)
    await world.wait_until_idle()
    [line] = world.log()
    assert line.match
    await world.press("reject", line.match, MODERATOR)
    assert (await world.handlers.statistics("web", world.name)).text() == before
