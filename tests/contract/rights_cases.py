"""Every row of the table of rights (reunite/rights.py), in both directions."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final
from uuid import UUID

import pytest

from reunite.commands import AnswerQuestion, GiveVerdict, Withdraw
from reunite.entities import Match, Member, Question, ReplyTarget, Report, VerdictKind
from reunite.errors import TellUserError
from reunite.messages import keys, wording
from reunite.rights import TABLE, Act, Role, roles_of
from tests.contract.stages import ADA, BEN, PHOTO, Stage

EVE: Final = Member("eve", "Eve Stranger")
CAL: Final = Member("cal", "Cal Slack")


HERE: Final = ReplyTarget("web", "here", "found", "any")


@dataclass(frozen=True)
class Who:
    """A person at the moment of doing something: where, and what their platform says of them there."""

    member: Member
    is_moderator: bool = False
    target: ReplyTarget = HERE
    gave: bool = False


LINKED: Final = ReplyTarget("slack", "there", "C1", "any")
PEOPLE: Final[Mapping[str, Who]] = {
    "stranger": Who(EVE),
    "owner": Who(ADA),
    "finder": Who(BEN),
    "moderator": Who(EVE, is_moderator=True),
    "owner who moderates": Who(ADA, is_moderator=True),
    "finder who moderates": Who(BEN, is_moderator=True),
    "moderator of a linked workspace": Who(CAL, is_moderator=True, target=LINKED),
    "member of a linked workspace with the owner's id": Who(Member("ada", "Ada"), target=LINKED),
    "member of a linked workspace with the finder's id": Who(Member("ben", "Ben"), target=LINKED),
}


@dataclass
class Scene:
    """A match that both threads show, with an open claim and an open question."""

    stage: Stage
    lost: Report
    found: Report
    match: Match
    claim: UUID

    async def press(self, act: Any, who: Who, subject: UUID) -> None:
        kept = {"target": who.target, "is_moderator": who.is_moderator, "words": "the words", "photos": (PHOTO,)}
        await self.stage.press(act, subject, who.member, **kept)

    async def give_verdict(self, who: Who, *, given: bool = True) -> None:
        command = GiveVerdict(
            target=who.target,
            member=who.member,
            kind=VerdictKind.REJECT,
            given=given,
            is_moderator=who.is_moderator,
            match=self.match.id,
        )
        await self.stage.handlers.give_verdict(command)

    async def answer(self, who: Who) -> None:
        question = Question("place", ("gym", "pool"), (self.found.id,))
        async with self.stage.session(self.lost.community) as session:
            await session.prompts.ask(self.lost.id, question)
            await session.outbox.post(self.lost.id, keys.question(self.lost.id), wording.question(self.lost, question))
        answered = AnswerQuestion(target=who.target, member=who.member, report=self.lost.id, choice="0")
        await self.stage.handlers.answer_question(answered)

    async def open_board(self, who: Who) -> None:
        target = who.target
        await self.stage.handlers.board.link(
            target.platform, target.workspace, who.member, is_moderator=who.is_moderator
        )

    async def delete_post(self, who: Who) -> None:
        command = Withdraw(target=self.lost.target, member=who.member, is_moderator=who.is_moderator)
        if who.target.platform == "web":  # elsewhere the post isn't there to be deleted
            await self.stage.handlers.withdraw(command)


async def join(stage: Stage) -> None:
    await stage.join(log_channel="log")
    await stage.join("there", "slack")
    await stage.handlers.link("slack", "there", await stage.handlers.link_code("web", "here"))


async def scene_of(stage: Stage, *, sealed: bool = False) -> Scene:
    lost, found, match = await stage.matched(**({"sealed": True, "category": "keys"} if sealed else {}))
    claim = lost.id if sealed else await stage.claim(match, found)
    return Scene(stage, await stage.now(lost), await stage.now(found), match, claim)


async def scene_before(stage: Stage, act: Act) -> Scene:
    """Set the scene in which an act can be done."""
    scene = await scene_of(stage, sealed=act == "release")
    if act in HANDOVERS:
        await scene.press("accept_claim", PEOPLE["finder"], scene.claim)
    if act == "withdraw_verdict":
        await scene.give_verdict(PEOPLE["moderator"])
    return scene


Do = Callable[[Scene, Who], Awaitable[None]]


def _press(act: str, subject: str) -> Do:
    async def press(scene: Scene, who: Who) -> None:
        kept = {"claim": scene.claim, "match": scene.match.id, "lost": scene.lost.id, "found": scene.found.id}
        await scene.press(act, who, kept[subject])

    return press


ACTS: Final[Mapping[Act, Do]] = {
    "answer": Scene.answer,
    "delete_post": Scene.delete_post,
    "open_board": Scene.open_board,
    "give_verdict": Scene.give_verdict,
    "withdraw_verdict": partial(Scene.give_verdict, given=False),
    **{
        act: _press(act, "lost")
        for act in ("withdraw", "extend", "add_photo", "add_detail", "none_of_these", "none_fits")
    },
    **{act: _press(act, "match") for act in ("mine", "not_mine", "pick", "confirm", "reject", "release")},
    **{act: _press(act, "claim") for act in ("see_claim", "accept_claim", "reject_claim")},
    **{act: _press(act, "found") for act in ("proof_question", "whereabouts", "i_lost_it", "i_found_it")},
    **{act: _press(act, "match") for act in ("got_back", "handed_over", "where_is_it")},
    "extend_find": _press("extend", "found"),
    "remove_samples": _press("remove_samples", "lost"),
}
"""What the handlers themselves check. The other rows are asked by the adapters, before they call a handler."""
OF_LOOKS: Final[frozenset[Act]] = frozenset({"look_mine", "look_page", "look_report"})
"""Tested where looks are."""
HANDOVERS: Final[frozenset[Act]] = frozenset({"got_back", "handed_over", "where_is_it"})
"""What follows an accepted claim."""
BY_ADAPTERS: Final[frozenset[Act]] = frozenset(
    {"report_post_of", "look_for_it", "look_for_owner", "edit_post", "set_up", "post_samples", "statistics", "link"}
)
FOR_ALL: Final[frozenset[Act]] = frozenset({"forget", "reminders_off", "reminders_on"})


def test_every_row_is_tested_here_or_at_an_adapter() -> None:
    assert set(TABLE) == set(ACTS) | OF_LOOKS | BY_ADAPTERS | FOR_ALL
    assert {act for act, right in TABLE.items() if Role.MEMBER in right.roles} == FOR_ALL


@pytest.mark.parametrize("roles", [frozenset[Role](), frozenset({Role.MEMBER})])
def test_a_bot_may_do_nothing_and_a_member_only_what_all_may(roles: frozenset[Role]) -> None:
    assert {act for act, right in TABLE.items() if right.refuses(roles) is None} == (FOR_ALL if roles else set())


class RightsCases:
    """Each act by each person."""

    @pytest.mark.parametrize("act", ACTS)
    async def test_an_act_is_for_those_that_the_table_names(self, stage: Stage, act: Act) -> None:
        await join(stage)
        scene = await scene_before(stage, act)
        allowed = [person for person, who in PEOPLE.items() if _allowed(scene, act, who)]
        for person, who in PEOPLE.items():
            if person not in allowed:  # one scene for all of them: they change nothing in it
                is_own_claim = act.endswith("_claim") and who.member == ADA and who.target is HERE
                expected = "own_claim" if is_own_claim else TABLE[act].refusal
                assert await _refusal(scene, act, who) == expected, person
        refusals = {right.refusal for right in TABLE.values()} | {"own_claim", "own_find"}
        for person in allowed:
            scene = await scene_before(stage, act)
            assert await _refusal(scene, act, PEOPLE[person]) not in refusals, person

    async def test_a_verdict_is_taken_back_by_those_who_gave_it_though_they_moderate_no_more(
        self, stage: Stage
    ) -> None:
        await join(stage)
        scene = await scene_before(stage, "withdraw_verdict")
        await scene.give_verdict(PEOPLE["stranger"], given=False)
        assert (await stage.match(scene.lost)).state == "undecided"

    @pytest.mark.parametrize("act", sorted(set(ACTS) - {"delete_post", "answer", "remove_samples", "open_board"}))
    async def test_what_is_another_communitys_is_not_there(self, stage: Stage, act: Act) -> None:
        await join(stage)
        scene = await scene_of(stage, sealed=act == "release")
        await stage.join("elsewhere")
        for who in (Who(ADA), Who(BEN), Who(EVE, is_moderator=True)):
            away = replace(who, target=ReplyTarget("web", "elsewhere", "found", "any"))
            before = await stage.words(scene.lost, scene.found)
            assert await _refusal(scene, act, away) in {"nothing_here", None}
            assert await stage.words(scene.lost, scene.found) == before
            assert (await stage.match(scene.lost)).state == "undecided"


def _allowed(scene: Scene, act: Act, who: Who) -> bool:
    reports = {
        "see_claim": (scene.lost, scene.found),
        "accept_claim": (scene.lost, scene.found),
        "reject_claim": (scene.lost, scene.found),
        "proof_question": (scene.found,),
        "whereabouts": (scene.found,),
        "i_lost_it": (scene.found,),
        "i_found_it": (scene.found,),
        "extend_find": (scene.found,),
        **dict.fromkeys(HANDOVERS, (scene.lost, scene.found)),
    }.get(act, (scene.lost,))
    if act == "withdraw_verdict":  # of another's verdict there is nothing to take back
        return True
    if act == "delete_post" and who.target.platform != "web":
        return True
    roles = roles_of(who.target.account(who.member), *reports, is_moderator=who.is_moderator)
    return TABLE[act].refuses(roles) is None


async def _refusal(scene: Scene, act: Act, who: Who) -> str | None:
    try:
        await ACTS[act](scene, who)
    except TellUserError as error:
        return error.key
    return None
