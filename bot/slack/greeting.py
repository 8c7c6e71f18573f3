"""Greets a workspace once: in the first channel that the bot is invited to, or in one where it was before its start."""

from typing import Final

from bot.channels import languages_of
from bot.latest import Latest
from bot.locks import Locks
from bot.slack.background import Background, with_retries
from bot.slack.commands import named_commands
from bot.slack.outbound import SlackPlatform
from bot.slack.workspace import SlackWorkspace
from reunite.errors import UndeliverableError, UnknownArrivalError
from reunite.handlers import Handlers
from reunite.ports import Outgoing
from reunite.welcome import Greeting

_REMEMBERED: Final = 1000


class Greeter:
    """Greets each workspace once: what is due is in the database, so a restart loses nothing."""

    def __init__(self, handlers: Handlers, platform: SlackPlatform, background: Background) -> None:
        self._handlers = handlers
        self._platform = platform
        self._background = background
        self._settled: set[str] = set()
        """The workspaces where no greeting is due."""
        self._inviters = Latest[tuple[str, str], str](_REMEMBERED)
        """By workspace and channel, who has invited the bot last."""
        self._locks = Locks[str]()

    def note_inviter(self, team: str, channel: str, inviter: str) -> None:
        """Note who invites the bot, before anything else is done about the invitation: any round may greet then."""
        self._inviters[team, channel] = inviter

    async def invited(self, workspace: SlackWorkspace, channel: str) -> None:
        """Note that the bot was invited to a channel, and greet in it if it's the first that takes the greeting.

        The channel's name may decide the language, whether it's greeted or not.
        """
        await self._handlers.welcome.note_invitation("slack", workspace.team, channel)
        self._background.start(with_retries(lambda: self.greet(workspace, channel)))

    async def greet(self, workspace: SlackWorkspace, invited_to: str = "") -> None:
        """Send the greeting if it's due. Raises TryAgainError, UndeliverableError."""
        async with self._locks.of(workspace.team):
            if invited_to:  # meanwhile, another channel may have refused it
                await self._handlers.welcome.note_invitation("slack", workspace.team, invited_to)
                await self._adopt_language(workspace, invited_to)
                self._settled.discard(workspace.team)
            if workspace.team not in self._settled:
                try:
                    await self._greet(workspace)
                except UndeliverableError as error:  # until the next start or invitation
                    if not isinstance(error, UnknownArrivalError):
                        await self._handlers.welcome.note_refusal("slack", workspace.team)
                    self._settled.add(workspace.team)
                    raise
                self._settled.add(workspace.team)

    async def _greet(self, workspace: SlackWorkspace) -> None:
        greeting = await self._due(workspace)
        if greeting and greeting.channel:
            await self._adopt_language(workspace, greeting.channel)
            greeting = await self._due(workspace)
        if greeting and greeting.channel:
            target = workspace.target(greeting.channel, None)
            since = greeting.tried_at
            await self._handlers.welcome.note_attempt("slack", workspace.team)
            await self._platform.send(
                Outgoing(greeting.key, target, greeting.reply, maybe_sent=since is not None, since=since)
            )
            await self._handlers.welcome.note_greeting("slack", workspace.team)

    async def _due(self, workspace: SlackWorkspace) -> Greeting | None:
        names = named_commands(await workspace.language())
        return await self._handlers.welcome.greeting("slack", workspace.team, names)

    async def _adopt_language(self, workspace: SlackWorkspace, channel: str) -> None:
        """Use the language of a channel's name, unless one was adopted or somebody has set up the bot.

        If the name is the same in several languages, the one in which the inviter uses Slack decides.
        """
        await workspace.find_channel(channel)  # the invitation is noted before the list of channels is
        known, inviter = workspace.channels.get(channel), self._inviters.get((workspace.team, channel))
        languages = languages_of(known.name) if known else []
        if len(languages) > 1 and inviter:
            own = (await workspace.person(inviter)).language
            languages = [language for language in languages if language == own]
        if len(languages) == 1:
            await self._handlers.welcome.adopt_language("slack", workspace.team, languages[0])
