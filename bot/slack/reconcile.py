"""Catches up on what the bot missed while it was down: posts, edits, deletions and verdicts."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine
from datetime import UTC, datetime
from typing import Any, Final

import structlog

from bot.slack.catch_up import AWAY, CatchUp, Problem
from bot.slack.config import SlackConfig
from bot.slack.errors import is_of_one, slack_errors
from bot.slack.greeting import Greeter
from bot.slack.looks import Looks
from bot.slack.verdicts import Verdicts
from bot.slack.workspace import SlackWorkspace
from bot.slack.workspaces import Workspaces
from db.cancellation import stop
from db.installations import Installations
from db.trouble import is_temporary, is_trouble, words_of
from reunite.errors import MissingScopeError, TryAgainError, UndeliverableError
from reunite.handlers import Handlers
from reunite.ports import Sent

_RECORD_EVERY_SECONDS: Final = 30.0
"""Seconds between records that the bot receives events."""
_LEAST_SECONDS: Final = 0.1
_AT_ONCE: Final = 8
"""Workspaces that are read at once: events need the database, too."""
_MOST_HIDDEN: Final = 3
"""Cards that Slack doesn't show, in one round: it's an outage if there are more."""
_log = structlog.get_logger(__name__)


class Cards:
    """Tracks which match replies may have new reactions from the time when the bot was down."""

    def __init__(self, handlers: Handlers, verdicts: Verdicts) -> None:
        self._handlers = handlers
        self._verdicts = verdicts
        self._pending: dict[str, list[Sent]] = {}

    async def note_pending(self, workspace: SlackWorkspace) -> None:
        """Note that reactions may have changed, those to the newest cards first."""
        known = await self._handlers.known_cards("slack", workspace.team)
        self._pending[workspace.team] = [card.sent for card in reversed(known)]

    def keep(self, teams: Collection[str]) -> None:
        """Forget the cards of all other workspaces."""
        self._pending = {team: cards for team, cards in self._pending.items() if team in teams}
        self._verdicts.keep(teams)

    async def compare_pending(self, workspace: SlackWorkspace) -> Problem | None:
        """Compare the recorded cards. After temporary trouble, the next call continues with the same card.

        A few that Slack doesn't show come after the others, and what is wrong is returned.
        """
        cards, hidden, problem = self._pending.setdefault(workspace.team, []), list[Sent](), None
        missed = (Sent(*at) for at in self._verdicts.missed(workspace.team))
        cards += [card for card in missed if card not in cards]
        try:
            while cards and len(hidden) < _MOST_HIDDEN:
                try:
                    await self._compare(workspace, cards[0])
                except TryAgainError as error:
                    if not is_of_one(error):
                        raise
                    hidden.append(cards[0])
                    problem = problem or error
                cards.pop(0)
        finally:
            cards += hidden
        return problem

    async def _compare(self, workspace: SlackWorkspace, card: Sent) -> None:
        """Compare a card. A permanent error with one doesn't hold up the others."""
        try:
            with slack_errors():
                await self._verdicts.compare(workspace, (card.channel, card.message))
        except (MissingScopeError, UndeliverableError) as error:
            _log.warning("slack_card_skipped", channel=card.channel, message=card.message, reason=str(error))
        except TryAgainError:
            raise
        except Exception as error:
            if is_trouble(error):
                raise
            _log.exception("slack_card_skipped", channel=card.channel, message=card.message)


class Reconciler:
    """Records when the bot receives events, and catches up on the times when it didn't."""

    def __init__(  # noqa: PLR0913 - the parts of the adapter
        self,
        workspaces: Workspaces,
        catch_up: CatchUp,
        cards: Cards,
        *,
        looks: Looks,
        greeter: Greeter,
        installations: Installations,
        config: SlackConfig,
    ) -> None:
        self._workspaces = workspaces
        self._catch_up = catch_up
        self._cards = cards
        self._looks = looks
        self._greeter = greeter
        self._installations = installations
        self._look_back = config.look_back
        self._reconciled: set[str] = set()
        self._not_before: dict[str, float] = {}
        """By workspace, when Slack allows the next call."""
        self._following: dict[str, asyncio.Task[None]] = {}
        """By workspace, so that one that hangs doesn't delay the others."""
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def run(self, is_connected: Callable[[], Awaitable[bool]]) -> None:
        """Run until cancelled."""
        try:
            while True:
                await self._attempt(self._follow_all(is_connected))
                self._forget_left()
                await asyncio.sleep(_RECORD_EVERY_SECONDS)
        finally:
            await stop(*self._following.values())

    async def is_caught_up(self, team: str) -> bool:
        """Return whether the bot has taken the new posts that it missed in a workspace."""
        return team in self._reconciled and await self._catch_up.is_complete(team)

    async def _follow_all(self, is_connected: Callable[[], Awaitable[bool]]) -> None:
        if await is_connected():
            for team in {workspace.team for workspace in self._workspaces} - self._following.keys():
                self._following[team] = asyncio.create_task(self._follow(team, is_connected))
            await self._attempt(self._installations.forget_old())

    async def _follow(self, team: str, is_connected: Callable[[], Awaitable[bool]]) -> None:
        """Do what is due in a workspace, until it leaves."""
        try:
            while workspace := next((one for one in self._workspaces if one.team == team), None):
                async with self._slots:
                    await self._attempt(self._round(workspace, is_connected), team)
                pause = self._not_before.get(team, 0.0) - asyncio.get_running_loop().time()
                due = pause if pause > 0 else _RECORD_EVERY_SECONDS  # an earlier error may leave a past time
                await asyncio.sleep(min(_RECORD_EVERY_SECONDS, max(_LEAST_SECONDS, due)))
        finally:  # a cancelled call may end it; the next round starts it again
            del self._following[team]

    async def _round(self, workspace: SlackWorkspace, is_connected: Callable[[], Awaitable[bool]]) -> None:
        if await is_connected():
            await self._attempt(self._record(workspace), workspace.team)
            if workspace.is_outdated:
                await self._attempt(workspace.refresh(), workspace.team)
            await self._attempt(self._greeter.greet(workspace), workspace.team)
            await self._attempt(self._looks.delete_old_pictures(workspace), workspace.team)

    def _forget_left(self) -> None:
        """Forget the workspaces that have removed the app: no call for them is due any more."""
        teams = {workspace.team for workspace in self._workspaces}
        self._reconciled &= teams
        self._not_before = {team: at for team, at in self._not_before.items() if team in teams}
        self._cards.keep(teams)
        self._catch_up.keep(teams)

    @staticmethod
    async def _attempt(work: Coroutine[Any, Any, None], team: str = "") -> None:
        """Do something, and only log its failure: the next round may succeed."""
        try:
            await work
        except Exception as error:  # noqa: BLE001 - see above
            if isinstance(error, UndeliverableError) or is_temporary(error):
                _log.warning("slack_reconcile_delayed", team=team, error=type(error).__name__, **words_of(error))
            else:
                _log.exception("slack_reconcile_failed", team=team)

    async def _record(self, workspace: SlackWorkspace) -> None:
        """Record that the bot is running; note what it missed before, and read that as fast as Slack allows."""
        team, now = workspace.team, datetime.now(UTC)
        heard = await self._installations.heard_at(team)
        dropped_until = workspace.events_dropped_until
        are_dropped = dropped_until is not None and now < dropped_until
        if heard and dropped_until and not are_dropped:
            heard -= AWAY
        if heard and (team not in self._reconciled or (now - heard > AWAY and not are_dropped)):
            if team in self._reconciled:
                await workspace.try_to_refresh(away_since=heard)
            await self._catch_up.note_gap(workspace, heard, now, now - self._look_back)
            await self._cards.note_pending(workspace)
            self._reconciled.add(team)
        if workspace.events_dropped_until == dropped_until and not are_dropped:
            workspace.events_dropped_until = None
        await self._note_joined(workspace, now)
        try:
            await self._continue(workspace, now)
        finally:
            if workspace in self._workspaces:  # it may have left in the meantime
                if not workspace.events_dropped_until:
                    await self._installations.note_heard(team)
                self._reconciled.add(team)

    async def _note_joined(self, workspace: SlackWorkspace, now: datetime) -> None:
        """Note what may have changed in channels that the bot was removed from and is in again."""
        joined = frozenset(workspace.joined)
        if joined and await self._catch_up.note_joined(workspace, joined & workspace.channels.keys(), now):
            await self._cards.note_pending(workspace)
        workspace.joined -= joined

    async def _continue(self, workspace: SlackWorkspace, now: datetime) -> None:
        team, clock = workspace.team, asyncio.get_running_loop()
        if clock.time() < self._not_before.get(team, 0.0):
            return
        self._not_before.pop(team, None)
        try:
            with slack_errors():
                hidden: dict[str, Problem] = {}
                await self._catch_up.read_gap(workspace, now - self._look_back, hidden)
                problem = await self._cards.compare_pending(workspace)
                await self._catch_up.read_gap(workspace, now - self._look_back, hidden, older=True)
            temporary = (error for error in hidden.values() if isinstance(error, TryAgainError))
            if problem := next(temporary, problem):
                raise problem
        except TryAgainError as error:
            self._not_before[team] = clock.time() + (_RECORD_EVERY_SECONDS if error.after is None else error.after)
            raise
