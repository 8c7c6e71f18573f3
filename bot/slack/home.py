"""The App Home: a member's own reports and data; for moderators also settings, statistics and linking."""

import json
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Final

from bot.backfill import BackfillRequests
from bot.locks import Locks
from bot.saved import WENT_WRONG
from bot.slack.background import Background, with_retries
from bot.slack.errors import slack_errors
from bot.slack.forms import NAME, View, header, modal, section, words_modal
from bot.slack.linking import Linking
from bot.slack.markup import escape
from bot.slack.new_channels import NewChannels
from bot.slack.people import Person
from bot.slack.posts import Body
from bot.slack.private_replies import PrivateReplies
from bot.slack.render import Element, blocks, button
from bot.slack.reports import Reports
from bot.slack.samples import Samples
from bot.slack.settings_form import SettingsForm
from bot.slack.setup_warnings import setup_warnings
from bot.slack.workspace import SlackWorkspace
from reunite import rights
from reunite.handlers import Handlers
from reunite.language import sentence
from reunite.messages.forms import ReportForm
from reunite.messages.reply import Reply

HOME: Final = "home:"
"""The prefix of the action id of the home tab's own buttons."""
_FORMS: Final[Mapping[str, ReportForm]] = {"lost": "lost", "found": "found", "sealed": "sealed"}
_MODERATORS: Final = ("setup", "past_posts", "numbers", "make_code", "use_code", "unlink")
_CREATE: Final = "create_channels"
_SAMPLES: Final = "samples"
_BOARD: Final = "board"
_MAX_BLOCKS: Final = 100


class Home:
    """Shows the home tab and handles its own buttons."""

    def __init__(  # noqa: PLR0913 - the parts of the adapter
        self,
        handlers: Handlers,
        reports: Reports,
        settings_form: SettingsForm,
        linking: Linking,
        background: Background,
        *,
        requests: BackfillRequests,
    ) -> None:
        self._handlers = handlers
        self._requests = requests
        self._reports = reports
        self._settings_form = settings_form
        self._linking = linking
        self._new_channels = NewChannels(handlers)
        self._samples = Samples(handlers)
        self._background = background
        self._locks = Locks[tuple[str, str]]()
        """By workspace and user: an update that began earlier never replaces a later one."""
        self._waiting: set[tuple[str, str]] = set()

    async def opened(self, workspace: SlackWorkspace, event: Body) -> None:
        """Update someone's home tab when they open it."""
        if event.get("tab", "home") == "home":
            self._background.start(self.publish(workspace, event["user"]))

    async def publish(self, workspace: SlackWorkspace, user: str) -> None:
        """Update someone's home tab; what is asked for while another update waits is shown by that one."""
        key = (workspace.team, user)
        if key in self._waiting:
            return
        self._waiting.add(key)
        async with AsyncExitStack() as turn:
            try:
                await turn.enter_async_context(self._locks.of(key))
            finally:  # only here: once it has its turn, the mark is that of the next one
                self._waiting.discard(key)
            await with_retries(lambda: self._publish(workspace, user))

    async def _publish(self, workspace: SlackWorkspace, user: str) -> None:
        with slack_errors():
            person = await workspace.person(user)
            own = await self._handlers.my_reports("slack", workspace.team, person.member, person.language)
            lacks = bool(person.moderates) and bool(await self._new_channels.lacking(workspace))
            more = (*[_BOARD] * self._handlers.board.is_there, *[_CREATE] * lacks)
            warnings = []
            if person.moderates is not False:
                settings = await self._handlers.settings("slack", workspace.team)
                warnings = await setup_warnings(workspace, person, settings)
            view = home_view(person, own, workspace, more, warnings)
            await workspace.client.views_publish(user_id=user, view=view)

    async def pressed(self, private: PrivateReplies) -> None:
        """Handle one of the home tab's own buttons."""
        action = private.body["actions"][0]["action_id"].removeprefix(HOME)
        await private.attempt(lambda person: self._pressed(person, action, private), WENT_WRONG, opens_modal=True)

    async def _pressed(self, person: Person, action: str, private: PrivateReplies) -> None:
        workspace = private.workspace
        if action in _FORMS:
            await self._reports.open(person, private, _FORMS[action])
        elif action in {"privacy", "export"}:
            await private.show(await self._own_data(workspace, person, action))
        elif action in {*_MODERATORS, _BOARD, _CREATE}:
            await private.show(await self._for_moderators(workspace, person, action))
        elif action == _SAMPLES:
            await private.show(await self._samples.post(workspace, person))

    async def _own_data(self, workspace: SlackWorkspace, person: Person, action: str) -> View:
        language = person.language
        if action == "export":
            await self._export(workspace, person)
            return words_modal(sentence("home_exported", language), language)
        reply = await self._handlers.privacy("slack", workspace.team, person.member, language)
        export = {"type": "actions", "elements": [button(f"{HOME}export", sentence("home_export", language))]}
        return modal(NAME, [*blocks(reply, workspace.link_to, language=language), export], language)

    async def _export(self, workspace: SlackWorkspace, person: Person) -> None:
        """Send someone all of their data."""
        export = await self._handlers.export("slack", workspace.team, person.member)
        with slack_errors():
            await workspace.client.files_upload_v2(
                filename="reunite.json",
                content=json.dumps(export, indent=2, ensure_ascii=False),
                channel=await workspace.direct(person.member.id),
            )

    async def _board(self, workspace: SlackWorkspace, person: Person) -> str:
        """Return a sentence with a link to the board."""
        link = await self._handlers.board.link(
            "slack", workspace.team, person.member, person.language, is_moderator=person.is_moderator
        )
        return sentence("board_link", person.language, link=f"<{link}>")

    async def _for_moderators(self, workspace: SlackWorkspace, person: Person, action: str) -> View:
        acts: Mapping[str, rights.Act] = {
            **dict.fromkeys(("setup", "past_posts", _CREATE), "set_up"),
            "numbers": "statistics",
            _BOARD: "open_board",
        }
        # They may have been one when the tab was shown.
        rights.check_member(acts.get(action, "link"), is_moderator=person.is_moderator)
        language = person.language
        match action:
            case "setup":
                return await self._settings_form.form(workspace, language)
            case "use_code":
                return self._linking.form(language)
            case "unlink":
                return await self._linking.question(workspace, person)
            case "numbers":
                reply = await self._handlers.statistics("slack", workspace.team, language, for_moderators=True)
                return modal(sentence("home_numbers", language), blocks(reply, workspace.link_to), language)
            case _:
                return words_modal(await self._carry_out(workspace, person, action), language)

    async def _carry_out(self, workspace: SlackWorkspace, person: Person, action: str) -> str:
        """Do what a button says; return a sentence with the result."""
        match action:
            case "board":
                return await self._board(workspace, person)
            case "past_posts":
                return await self._requests.start_or_report("slack", workspace.team, person.language)
            case "make_code":
                return await self._linking.make_code(workspace, person)
            case _:
                return await self._new_channels.create(workspace, person)


def home_view(
    person: Person,
    own: Sequence[Reply],
    workspace: SlackWorkspace,
    more: Sequence[str],
    warnings: Sequence[str],
) -> View:
    """Return the home tab: the report forms, someone's own reports, and what moderators can do, `more` included.

    They also read the `warnings`, and so does everybody while Slack doesn't say who moderates.
    """
    language = person.language
    forms = [button(f"{HOME}{form}", sentence(f"form_{form}", language)) for form in _FORMS]
    moderating: list[Element] = []
    if person.moderates:
        actions = (*_MODERATORS, _SAMPLES, *more)
        buttons = [button(f"{HOME}{action}", sentence(f"home_{action}", language)) for action in actions]
        moderating = [{"type": "actions", "elements": buttons}]
    moderating = [*map(section, warnings), *moderating]
    if moderating:
        moderating = [header(sentence("home_moderators", language)), *moderating]
    first = [
        section(sentence("home_intro", language)),
        {"type": "actions", "elements": forms},
        header(sentence("home_reports", language)),
    ]
    privacy = button(f"{HOME}privacy", sentence("home_privacy", language))
    last = [{"type": "divider"}, {"type": "actions", "elements": [privacy]}, *moderating]
    reports = [block for reply in own for block in blocks(reply, workspace.link_to, language=language)]
    reports = reports or [section(escape(sentence("home_no_reports", language)))]
    return {"type": "home", "blocks": [*first, *reports[: _MAX_BLOCKS - len(first) - len(last)], *last]}
