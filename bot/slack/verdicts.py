"""Reactions to match replies as verdicts. The reactions are the record: what the bot missed is looked up."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any, Final

import structlog
from slack_sdk.errors import SlackApiError

from bot.latest import Latest
from bot.locks import Locks
from bot.slack.errors import FAILURES, code_of, part_of
from bot.slack.markup import escape
from bot.slack.people import Person
from bot.slack.posts import Body, key_of
from bot.slack.workspace import SlackWorkspace
from bot.unrecorded_cards import UnrecordedCards
from db.installations import Installations
from reunite.commands import GiveVerdict
from reunite.entities import ReportState, VerdictKind
from reunite.errors import NoMatchThereError, TellUserError, TryAgainError
from reunite.handlers import Handlers
from reunite.messages import wording
from reunite.ports import KnownCard

KINDS: Final = {"white_check_mark": VerdictKind.CONFIRM, "x": VerdictKind.REJECT}
_GONE: Final = {"message_not_found", "channel_not_found", "not_in_channel"}
_REMEMBERED: Final = 1000
_log = structlog.get_logger(__name__)

At = tuple[str, str]
"""A message's channel and ts."""


class Verdicts:
    """Takes verdicts by reaction, as they are given or when they are found later."""

    def __init__(self, handlers: Handlers, installations: Installations) -> None:
        self._handlers = handlers
        self._installations = installations
        self._unrecorded = UnrecordedCards(handlers)
        self._locks = Locks[str]()
        self._missed: dict[str, Latest[At, None]] = {}
        """By workspace, the latest messages with reactions whose events have failed for the last time."""

    def note_missed(self, workspace: SlackWorkspace, event: Body) -> None:
        """Note that the reactions to a message have to be compared: Slack has sent an event of it in vain."""
        if event["item"].get("type") == "message":
            at = event["item"]["channel"], event["item"]["ts"]
            self._missed.setdefault(workspace.team, Latest(_REMEMBERED))[at] = None

    def missed(self, team: str) -> set[At]:
        """Return such messages, each once."""
        return {*self._missed.pop(team, ())}

    def keep(self, teams: Collection[str]) -> None:
        """Forget such messages of all other workspaces."""
        for team in self._missed.keys() - {*teams}:
            del self._missed[team]

    async def reaction(self, workspace: SlackWorkspace, event: Body) -> None:
        """Give or withdraw a verdict by a reaction to a message of the bot."""
        item = event["item"]
        if item.get("type") != "message":
            return
        at, given = (item["channel"], item["ts"]), event["type"] == "reaction_added"
        if event.get("item_user") != workspace.bot_user:
            if given and event["reaction"] in KINDS:
                await self._explain_place(workspace, at, event["user"])
            return
        async with self._locks.of(key_of(*at)):
            if workspace.target(*at) in self._unrecorded:
                return
            if not await self._take(workspace, at, event["reaction"], event["user"], given=given, is_live=True):
                self.compare_once_recorded(workspace, at)

    async def _take(  # noqa: PLR0913 - what a reaction is made of
        self, workspace: SlackWorkspace, at: At, reaction: str, user: str, *, given: bool, is_live: bool = False
    ) -> bool:
        """Record a verdict, with the user's rights now; false if no match is known to be shown there.

        Someone who gives a verdict at this moment hears why it doesn't count.
        """
        kind = KINDS.get(reaction)
        if kind is None or user == workspace.bot_user:
            return True
        person = await workspace.person(user)
        command = GiveVerdict(
            target=workspace.target(*at),
            member=person.member,
            kind=kind,
            given=given,
            is_moderator=person.is_moderator,
        )
        try:
            result = await self._handlers.give_verdict(command)
        except TellUserError as error:
            _log.debug("slack_verdict_ignored", reason=error.key)
            if is_live and given and (person.is_moderator or not isinstance(error, NoMatchThereError)):
                await _explain(workspace, at, person, error)
            return True
        if result:  # to know after an outage which reactions were removed
            await self._installations.note_reaction(workspace.team, at, reaction, user, given=given)
        return result is not None

    async def _explain_place(self, workspace: SlackWorkspace, at: At, user: str) -> None:
        """Tell a moderator who reacts to a report's own post where a verdict counts, if Slack says who they are."""
        report = await self._handlers.report_at(workspace.target(*at))
        if report and report.state is ReportState.OPEN and user != workspace.bot_user:
            with suppress(TryAgainError):
                person = await workspace.person(user)
                if person.moderates:
                    await _explain(workspace, at, person, NoMatchThereError())

    async def compare(self, workspace: SlackWorkspace, at: At) -> None:
        """Compare the reactions to a match reply with the recorded ones."""
        async with self._locks.of(key_of(*at)):
            present = await _reactions(workspace, *at)
            if present is None:
                return
            recorded = await self._installations.reactions_at(workspace.team, at)
            for reaction, user in sorted(present - recorded):
                await self._take(workspace, at, reaction, user, given=True)
            for reaction, user in sorted(recorded - present):
                await self._take(workspace, at, reaction, user, given=False)

    def compare_once_recorded(self, workspace: SlackWorkspace, at: At) -> None:
        """Compare a message of the bot as soon as the delivery has recorded it as a card: it may have to try again."""

        async def compare(_: KnownCard) -> None:
            await self.compare(workspace, at)

        self._unrecorded.compare_once_recorded(workspace.target(*at), compare)

    async def stop(self) -> None:
        """Leave the cards that aren't recorded yet to the next start."""
        await self._unrecorded.stop()


def may_be_verdict(workspace: SlackWorkspace, event: Body) -> bool:
    """Return whether a reaction may be to a match: to a message of the bot, and by one of the two emoji."""
    return event["reaction"] in KINDS and event.get("item_user") == workspace.bot_user


async def _explain(workspace: SlackWorkspace, at: At, person: Person, error: TellUserError) -> None:
    """Say in the card's thread, to this person alone, why their verdict doesn't count."""
    words = escape(wording.explain(error, person.language))
    with suppress(*FAILURES):  # the card is gone, the person has left, or Slack is away
        answer = await workspace.client.reactions_get(channel=at[0], timestamp=at[1])
        thread = (answer.get("message") or {}).get("thread_ts")
        await workspace.client.chat_postEphemeral(channel=at[0], user=person.member.id, thread_ts=thread, text=words)


async def _reactions(workspace: SlackWorkspace, channel: str, ts: str) -> set[tuple[str, str]] | None:
    """Return the verdict reactions to a message, each with its user; None if the message is gone."""
    try:
        answer = await workspace.client.reactions_get(channel=channel, timestamp=ts, full=True)
    except SlackApiError as error:
        if code_of(error) in _GONE:
            return None
        raise
    message: Mapping[str, Any] = part_of(answer, "message")
    return {
        (reaction["name"], user)
        for reaction in message.get("reactions", ())
        if reaction["name"] in KINDS
        for user in reaction["users"]
        if user != workspace.bot_user
    }
