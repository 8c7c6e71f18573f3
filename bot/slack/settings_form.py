"""The modal by which moderators say how their workspace wants it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.errors import SlackApiError

from bot.slack.background import Background
from bot.slack.forms import View, filled_in, labelled, modal, option, words_view
from bot.slack.private_replies import submitted
from bot.slack.render import Element
from bot.slack.workspace import SlackWorkspace
from reunite.commands import ChangeSettings
from reunite.community import KEEP_DAYS
from reunite.entities import CATEGORIES, Settings
from reunite.errors import TellUserError
from reunite.handlers import Handlers
from reunite.language import LANGUAGES, sentence

SETUP: Final = "setup"
"""The callback of the modal."""
_CHANNELS: Final = {"include": ["public", "private"], "exclude_bot_users": True}
_MOST_GROUPS: Final = 100
_GROUP: Final = "S"


class Setup:
    """Opens the modal and takes what it says."""

    def __init__(self, handlers: Handlers, background: Background) -> None:
        """Own nothing."""
        self._handlers = handlers
        self._background = background

    async def form(self, workspace: SlackWorkspace, language: str) -> View:
        """Return the modal, filled in with how it is now."""
        settings = await self._handlers.settings("slack", workspace.team)
        shown = [
            *_channels(settings, language),
            *_moderators(settings, await _groups(workspace), language),
            *_rules(settings, language),
        ]
        title = sentence("home_setup", language)
        return modal(title, shown, language, callback=SETUP, context={"language": language})

    async def submit(self, workspace: SlackWorkspace, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """Take the modal. Where the bot is not in a channel that was chosen, the modal stays and says so."""
        given = filled_in(body["view"])
        strange = [
            name
            for name in ("found_channels", "lost_channels", "log_channel")
            if not set(_listed(given.get(name))) <= workspace.channels.keys()
        ]
        if strange:
            await workspace.refresh()  # it may just have been invited
            strange = [name for name in strange if not set(_listed(given.get(name))) <= workspace.channels.keys()]
        if strange:
            person = await workspace.person(body["user"]["id"])
            said = sentence("setup_invite", person.language)
            await ack(response_action="errors", errors=dict.fromkeys(strange, said))
            return
        await submitted(
            ack, workspace, body["view"], self._save(workspace, body["user"]["id"], given), self._background
        )

    async def _save(self, workspace: SlackWorkspace, user: str, given: Mapping[str, Any]) -> View:
        person = await workspace.person(user)
        if not person.is_moderator:
            raise TellUserError("only_moderators_here")
        settings = Settings(
            found_channels=tuple(given.get("found_channels", ())),
            lost_channels=tuple(given.get("lost_channels", ())),
            log_channel=given.get("log_channel"),
            moderators=(*given.get("moderators", ()), *given.get("groups", ())),
            language=given["language"],
            private_reports="private" in given.get("private_reports", ()),
            sealed_categories=tuple(given.get("sealed_categories", ())),
            keep_days=int(given["keep_days"]),
        )
        await self._handlers.set_up(ChangeSettings(platform="slack", workspace=workspace.team, settings=settings))
        await workspace.refresh()
        return words_view(sentence("setup_saved", person.language), person.language)


def _listed(given: str | Sequence[str] | None) -> Sequence[str]:
    return [given] if isinstance(given, str) else given or ()


async def _groups(workspace: SlackWorkspace) -> list[Element]:
    """Return the workspace's user groups to choose from; none where it has none, or may not have any."""
    try:
        found = (await workspace.client.usergroups_list())["usergroups"]
    except SlackApiError:
        return []
    return [option(each["id"], f"@{each['handle']}") for each in found][:_MOST_GROUPS]


def _channels(settings: Settings, language: str) -> list[Element]:
    """Return the fields for the channels."""
    fields = []
    for name, label, chosen in (
        ("found_channels", "setup_found", settings.found_channels),
        ("lost_channels", "setup_lost", settings.lost_channels),
    ):
        element = {"type": "multi_conversations_select", "filter": _CHANNELS, **_set("initial_conversations", chosen)}
        fields.append(labelled(name, sentence(label, language), element, hint=sentence("setup_by_name", language)))
    log = {"type": "conversations_select", "filter": _CHANNELS, **_set("initial_conversation", settings.log_channel)}
    hint = sentence("setup_log_hint", language)
    return [*fields, labelled("log_channel", sentence("setup_log", language), log, hint=hint)]


def _moderators(settings: Settings, groups: list[Element], language: str) -> list[Element]:
    """Return the fields for who moderates: members, and user groups where there are any."""
    users = [each for each in settings.moderators if not each.startswith(_GROUP)]
    element = {"type": "multi_users_select", **_set("initial_users", users)}
    fields = [labelled("moderators", sentence("setup_moderators", language), element)]
    if groups:
        chosen = [each for each in groups if each["value"] in settings.moderators]
        element = {"type": "multi_static_select", "options": groups, **_set("initial_options", chosen)}
        fields.append(labelled("groups", sentence("setup_groups", language), element))
    return fields


def _rules(settings: Settings, language: str) -> list[Element]:
    """Return the fields for language, privacy and how long reports are kept."""
    tongues = [option(each, sentence("language_name", each)) for each in LANGUAGES]
    spoken = next(each for each in tongues if each["value"] == settings.language)
    hidden = [option("private", sentence("setup_private_on", language))]
    kinds = [option(each, sentence(f"category_{each}", language)) for each in CATEGORIES]
    sealed = [each for each in kinds if each["value"] in settings.sealed_categories]
    private = {"type": "checkboxes", "options": hidden, **_set("initial_options", hidden * settings.private_reports)}
    days = {
        "type": "number_input",
        "is_decimal_allowed": False,
        "min_value": str(KEEP_DAYS.start),
        "max_value": str(KEEP_DAYS.stop - 1),
        "initial_value": str(settings.keep_days),
    }
    choose = {"type": "static_select", "options": tongues, "initial_option": spoken}
    better = {"type": "checkboxes", "options": kinds, **_set("initial_options", sealed)}
    return [
        labelled("language", sentence("setup_language", language), choose, required=True),
        labelled("private_reports", sentence("setup_private", language), private),
        labelled("sealed_categories", sentence("setup_sealed", language), better),
        labelled("keep_days", sentence("setup_keep_days", language), days, required=True),
    ]


def _set(name: str, value: Any) -> dict[str, Any]:
    """Return what is set beforehand; Slack refuses it empty."""
    return {name: value} if value else {}
