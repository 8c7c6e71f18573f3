"""What a community decides on every platform: greeting, channels, moderators, languages, and taking the bot away."""

from functools import partial

from reunite.announce import log_match
from reunite.entities import MatchState, ReportState
from reunite.language import sentence, template
from reunite.ports import Sent
from tests.contract.harness import Harness
from tests.contract.platforms import marked_as, shown_match, stands
from tests.support.waiting import eventually


async def test_a_community_is_greeted_once_with_suggestions(harness: Harness) -> None:
    harness.needs("leaving")
    await harness.admin.invite()

    async def greeted() -> bool:
        return "black umbrella" in await harness.screen.public()

    await eventually(greeted)
    assert (await harness.screen.public()).count(
        "black umbrella"
    ) < 3  # Slack's message has the words twice, once as its text


async def test_moderators_give_verdicts_by_button_in_their_own_channel(harness: Harness) -> None:
    await harness.admin.set_up(log=True)
    _, lost, found, match = await shown_match(harness)
    line = await logged(harness)
    confirm = sentence("button_confirm")
    assert (await harness.ui.press(line, confirm, lost.author)).words == sentence("only_moderators")
    moderator = harness.join("Grace", moderator=True)
    for state, note in ((MatchState.CONFIRMED, "match_confirmed"), (MatchState.UNDECIDED, "match_undecided")):
        assert (await harness.ui.press(line, confirm, moderator)).words == sentence(f"note_{note}")
        assert await stands(harness, lost, match, state)
        await harness.deliver()
        is_back = state is MatchState.CONFIRMED
        assert ("Returned, confirmed by" in str(await harness.screen.words(line))) is is_back
        for report in (lost, found):
            await eventually(partial(marked_as, harness, report.target, is_back))


async def test_a_reaction_in_the_moderators_channel_is_a_verdict_too(harness: Harness) -> None:
    await harness.admin.set_up(log=True)
    _, lost, _, match = await shown_match(harness)
    await harness.people.react(await logged(harness), "❌", harness.join("Grace", moderator=True))
    await eventually(partial(stands, harness, lost, match, MatchState.REJECTED))


async def test_found_reports_are_posted_only_in_the_chosen_channel(harness: Harness) -> None:
    await harness.admin.open_channel("umbrellas")
    await harness.admin.set_up(found="umbrellas")
    ann = harness.join("Ann")
    await harness.people.post_elsewhere("found", ann, "in the channel that was")
    await harness.people.post_photo("umbrellas", ann, "in the channel that is")
    assert [(report.kind, report.text) for report in await harness.reports()] == [("found", "in the channel that is")]


async def test_a_community_that_takes_the_bot_away_is_forgotten(harness: Harness) -> None:
    harness.needs("leaving")
    await harness.people.post_photo("found", harness.join("Ann"), "umbrella")
    [report] = await harness.reports()
    await harness.admin.leave()

    async def forgotten() -> bool:
        return await harness.store.workspace(harness.name, harness.workspace) is None

    await eventually(forgotten)
    async with harness.store.session(report.community) as session:
        assert await session.reports.get(report.id) is None


async def test_the_bot_writes_in_the_language_of_the_community(harness: Harness) -> None:
    await harness.admin.set_up(language="de")
    card, _, _, _ = await shown_match(harness)
    assert sentence("jump_post", "de") in str(await harness.screen.words(card))
    reply = await harness.ui.press(card, sentence("button_not_mine", "de"), harness.join("Mallory"))
    assert reply.words == sentence("only_owner", command=harness.commands)
    await harness.people.react(card, "✅", harness.join("Grace", moderator=True))

    async def returned() -> bool:
        return {report.state for report in await harness.reports()} == {ReportState.RETURNED}

    await eventually(returned)
    await harness.deliver()
    confirmed = sentence("returned", "de", moderator="").split("**")[1]
    assert confirmed in await harness.screen.public()


async def test_a_person_reads_their_own_language(harness: Harness) -> None:
    card, _, _, _ = await shown_match(harness)
    reply = await harness.ui.press(card, sentence("button_not_mine"), harness.join("Jeanne", language="fr"))
    before, slot, _ = template("only_owner", "fr").partition("{command")
    assert slot  # Discord has a French name for /lost
    assert reply.words.startswith(before)


async def logged(harness: Harness) -> Sent:
    """Show the moderators the match of the only two reports, and return where."""
    lost, found = await harness.reports()
    async with harness.store.session(lost.community) as session:
        [match] = await session.matches.of(lost.id)
        await log_match(session, match, found, lost)
    [(item, line)] = await harness.deliver()
    assert (item.audience, item.reply.kind) == ("moderators", "log")
    return line
