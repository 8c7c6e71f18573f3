"""People with the same id in two workspaces of one community: cases of the handlers."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from reunite.commands import GiveVerdict
from reunite.entities import Match, Member, PlatformName, ReplyTarget, Report, ReportState, VerdictKind
from reunite.errors import TellUserError
from reunite.rules import MAX_CLAIMS
from tests.contract.stages import ADA, BEN, MODERATOR, Stage

_DECISIONS = ("claims", "verdicts", "claim_decisions")


class AccountCases:
    """An id alone says nothing about who somebody is, except on Discord."""

    async def test_an_export_has_nothing_of_another_with_the_same_id(self, stage: Stage) -> None:
        _, found, match = await _linked(stage)
        await stage.press("reject_claim", await stage.claim(match, found), BEN)
        await _verdict(stage, match, "here")
        for member, decided in ((ADA, "claims"), (BEN, "claim_decisions"), (MODERATOR, "verdicts")):
            theirs, others = await _exported(stage, member, "here"), await _exported(stage, member, "there")
            assert [name for name in _DECISIONS if theirs[name]] == [decided]
            assert [name for name in _DECISIONS if others[name]] == []

    async def test_who_is_forgotten_takes_no_others_name_away(self, stage: Stage) -> None:
        lost, found, match = await _linked(stage)
        await stage.press("reject_claim", await stage.claim(match, found), BEN)
        await _verdict(stage, match, "here")
        for workspace, names in (("there", [MODERATOR.name, BEN.name]), ("here", ["", ""])):
            for member in (MODERATOR, BEN):
                await stage.press("forget", lost.id, member, target=_in(workspace))
            async with stage.session(lost.community) as session:
                [verdict] = await session.verdicts.of(match.id)
                [decision] = await session.verdicts.decisions_by(_in("here").account(BEN))
            assert [verdict.name, decision.by.name] == names
            assert (MODERATOR.name in await stage.words(lost)) == bool(names[0])

    async def test_the_attempts_of_another_with_the_same_id_do_not_count(self, stage: Stage) -> None:
        _, found, match = await _linked(stage)
        for _ in range(MAX_CLAIMS):
            await stage.press("reject_claim", await stage.claim(match, found), BEN)
        with pytest.raises(TellUserError, match="claim_too_many"):
            await stage.claim(match, found)
        theirs = await _match(stage, await stage.lost(target=replace(_in("there"), message="l2")), found)
        await stage.press("mine", theirs.id, ADA, words="a dent", target=_in("there"))

    async def test_moderators_with_the_same_id_do_not_withdraw_each_others_verdicts(self, stage: Stage) -> None:
        lost, _, match = await _linked(stage)
        for workspace in ("here", "there"):
            await _verdict(stage, match, workspace)
        await _verdict(stage, match, "there", given=False)
        assert await stage.state(lost) is ReportState.RETURNED
        await _verdict(stage, match, "here", given=False)
        assert await stage.state(lost) is ReportState.OPEN

    async def test_another_with_the_authors_id_is_not_the_author(self, stage: Stage) -> None:
        lost, found, match = await _linked(stage)
        claim = await stage.claim(match, found)
        with pytest.raises(TellUserError, match="only_finder"):
            await stage.press("see_claim", claim, BEN, target=_in("there"))
        with pytest.raises(TellUserError, match="only_own"):
            await stage.press("withdraw", lost.id, ADA, target=_in("there"))

    async def test_a_member_of_two_discord_servers_is_one_person(self, stage: Stage) -> None:
        lost, found, match = await _linked(stage, "discord")
        await _verdict(stage, match, "here", platform="discord")
        await _verdict(stage, match, "there", platform="discord", given=False)
        assert await stage.state(lost) is ReportState.OPEN
        await stage.press("mine", match.id, ADA, words="a scratch", target=lost.target)
        again = await stage.lost(target=replace(_in("there", "discord"), message="l2"))
        theirs = await _match(stage, again, found)
        with pytest.raises(TellUserError, match="claim_waits"):
            await stage.press("mine", theirs.id, ADA, words="a dent", target=again.target)
        assert len((await _exported(stage, ADA, "there", "discord"))["claims"]) == 1

    @pytest.mark.parametrize(("platform", "is_one_person"), [("web", False), ("discord", True)])
    async def test_what_an_owner_declined_stays_away_from_all_their_reports_and_from_no_others(
        self, stage: Stage, platform: PlatformName, *, is_one_person: bool
    ) -> None:
        lost, found, match = await _linked(stage, platform)
        await stage.press("not_mine", match.id, ADA, target=lost.target)
        again = await stage.lost(target=replace(_in("there", platform), message="l2"))
        async with stage.session(lost.community) as session:
            assert (found.id in await session.matches.ruled_out(again.id)) == is_one_person
            assert (again.id in await session.matches.ruled_out(found.id)) == is_one_person


async def _linked(stage: Stage, platform: PlatformName = "web") -> tuple[Report, Report, Match]:
    """Link two workspaces; return a match within the first one."""
    await stage.join(platform=platform)
    await stage.join("there", platform=platform)
    code = await stage.handlers.link_code(platform, "here")
    await stage.handlers.link(platform, "there", code)
    lost = await stage.lost(target=replace(_in("here", platform), message="l1"))
    found = await stage.found(target=replace(_in("here", platform), message="f1"))
    return lost, found, await _match(stage, lost, found)


async def _match(stage: Stage, lost: Report, found: Report) -> Match:
    await stage.search(lost, found)
    return await stage.match(lost)


def _in(workspace: str, platform: PlatformName = "web") -> ReplyTarget:
    return ReplyTarget(platform, workspace, "found", "any")


async def _verdict(
    stage: Stage, match: Match, workspace: str, *, platform: PlatformName = "web", given: bool = True
) -> None:
    command = GiveVerdict(
        target=_in(workspace, platform),
        member=MODERATOR,
        kind=VerdictKind.CONFIRM,
        given=given,
        is_moderator=True,
        match=match.id,
    )
    assert await stage.handlers.give_verdict(command)


async def _exported(stage: Stage, member: Member, workspace: str, platform: PlatformName = "web") -> Mapping[str, Any]:
    return await stage.handlers.export(platform, workspace, member)
