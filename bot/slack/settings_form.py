"""The modal with a workspace's settings."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import structlog

from bot import setting_choices
from bot.channels import check_log
from bot.saved import answering
from bot.slack.errors import FAILURES, part_of
from bot.slack.forms import View, form_input, labelled, modal, option, plain, words_modal
from bot.slack.people import Person, is_group
from bot.slack.posts import Body
from bot.slack.render import Element
from bot.slack.submissions import FieldsError
from bot.slack.workspace import SlackWorkspace
from reunite import rights
from reunite.commands import ChangeSettings
from reunite.community import KEEP_DAYS
from reunite.entities import Settings
from reunite.errors import TryAgainError
from reunite.handlers import Handlers
from reunite.language import sentence, words_in

SETUP: Final = "setup"
"""The callback of the modal."""
_CHANNEL_FIELDS: Final = ("found_channels", "lost_channels", "log_channel")
_CHANNELS: Final = {"include": ["public", "private"], "exclude_bot_users": True}
_MAX_GROUPS: Final = 100
_REFRESH_SECONDS: Final = 1.5
_log = structlog.get_logger(__name__)


class SettingsForm:
    """Shows and changes a workspace's settings."""

    def __init__(self, handlers: Handlers) -> None:
        self._handlers = handlers

    async def form(self, workspace: SlackWorkspace, language: str) -> View:
        """Return the modal, filled in with the present settings."""
        settings = await self._handlers.settings("slack", workspace.team)
        inputs = [
            *_channel_inputs(settings, language),
            *_moderator_inputs(settings, await _groups(workspace, settings), language),
            *_rule_inputs(settings, language),
        ]
        title = sentence("home_setup", language)
        save = words_in(language).board["save"]
        form = modal(title, inputs, language, callback=SETUP, context={"language": language})
        return {**form, "submit": plain(save)}

    async def submit(self, workspace: SlackWorkspace, body: Body) -> View:
        """Save the settings. Raises FieldsError if the bot isn't in a chosen channel."""
        given = form_input(body["view"])
        if _unjoined(workspace, given):
            await _refresh_in_time(workspace)  # the bot may just have been invited
        if fields := _unjoined(workspace, given):
            raise FieldsError("setup_invite", fields)
        person = await workspace.person(body["user"]["id"])
        rights.check_member("set_up", is_moderator=person.is_moderator)
        before = await self._handlers.settings("slack", workspace.team)
        if (groups := given.get("groups")) is None:  # Slack didn't list them for the form
            groups = [*filter(is_group, before.moderators)]
        unseen = await _unseen(workspace, person, before, given)
        settings = Settings(
            found_channels=(*given.get("found_channels", ()), *filter(unseen.__contains__, before.found_channels)),
            lost_channels=(*given.get("lost_channels", ()), *filter(unseen.__contains__, before.lost_channels)),
            log_channel=given.get("log_channel") or (before.log_channel if before.log_channel in unseen else None),
            moderators=(*given.get("moderators", ()), *groups),
            language=given["language"],
            private_reports="private" in given.get("private_reports", ()),
            sealed_categories=tuple(given.get("sealed_categories", ())),
            returned_by=given["returned_by"],
            digest="on" in given.get("digest", ()),
            keep_days=int(given["keep_days"]),
        )
        log = workspace.channels.get(settings.log_channel or "")
        check_log(settings, log.name if log else "", before.log_channel)
        await self._handlers.set_up(ChangeSettings(platform="slack", workspace=workspace.team, settings=settings))
        with answering():
            await workspace.try_to_refresh()
            return words_modal(sentence("setup_saved", person.language), person.language)


async def _refresh_in_time(workspace: SlackWorkspace) -> None:
    """Read the channels again, if Slack answers before it gives up on the modal."""
    try:
        async with asyncio.timeout(_REFRESH_SECONDS):
            await workspace.try_to_refresh()
    except TimeoutError:
        _log.warning("slack_channels_unread", team=workspace.team, error="TimeoutError")


async def _unseen(
    workspace: SlackWorkspace, person: Person, before: Settings, given: Mapping[str, Any]
) -> Collection[str]:
    """Return the saved channels that someone can't open: Slack's form didn't show them, so it doesn't drop them."""
    saved = {*before.found_channels, *before.lost_channels, *_listed(before.log_channel)} & workspace.channels.keys()
    chosen = {channel for field in _CHANNEL_FIELDS for channel in _listed(given.get(field))}
    return await workspace.lookup.closed_to(person, saved - chosen)


def _unjoined(workspace: SlackWorkspace, given: Mapping[str, Any]) -> list[str]:
    """Return the fields with channels that the bot isn't in."""
    return [field for field in _CHANNEL_FIELDS if not set(_listed(given.get(field))) <= workspace.channels.keys()]


def _listed(given: str | Sequence[str] | None) -> Sequence[str]:
    return [given] if isinstance(given, str) else given or ()


async def _groups(workspace: SlackWorkspace, settings: Settings) -> list[Element]:
    """Return the workspace's user groups as options, the chosen ones first; none if its plan has none."""
    try:
        groups = part_of(await workspace.client.usergroups_list(), "usergroups")
    except (*FAILURES, TryAgainError):
        return []
    groups = sorted(groups, key=lambda group: group["id"] not in settings.moderators)
    return [option(group["id"], f"@{group['handle']}") for group in groups][:_MAX_GROUPS]


def _channel_inputs(settings: Settings, language: str) -> list[Element]:
    fields = []
    for name, label, chosen in (
        ("found_channels", "setup_found", settings.found_channels),
        ("lost_channels", "setup_lost", settings.lost_channels),
    ):
        initial = _initial("initial_conversations", chosen)
        element = {"type": "multi_conversations_select", "filter": _CHANNELS, **initial}
        fields.append(labelled(name, sentence(label, language), element, hint=sentence("setup_by_name", language)))
    initial = _initial("initial_conversation", settings.log_channel)
    log = {"type": "conversations_select", "filter": _CHANNELS, **initial}
    hint = sentence("setup_log_hint", language)
    return [*fields, labelled("log_channel", sentence("setup_log", language), log, hint=hint)]


def _moderator_inputs(settings: Settings, groups: list[Element], language: str) -> list[Element]:
    """Return the fields for members who moderate, and for user groups if there are any."""
    users = [moderator for moderator in settings.moderators if not is_group(moderator)]
    element = {"type": "multi_users_select", **_initial("initial_users", users)}
    fields = [labelled("moderators", sentence("setup_moderators", language), element)]
    if groups:
        chosen = [group for group in groups if group["value"] in settings.moderators]
        element = {"type": "multi_static_select", "options": groups, **_initial("initial_options", chosen)}
        fields.append(labelled("groups", sentence("setup_groups", language), element))
    return fields


def _rule_inputs(settings: Settings, language: str) -> list[Element]:
    """Return the fields for language, privacy and how long reports are kept."""
    days = {
        "type": "number_input",
        "is_decimal_allowed": False,
        "min_value": str(KEEP_DAYS.start),
        "max_value": str(KEEP_DAYS.stop - 1),
        "initial_value": str(settings.keep_days),
    }
    language_select = _select(setting_choices.languages(), settings.language)
    returned_by = _select(setting_choices.returned_by(language), settings.returned_by)
    return [
        labelled("language", sentence("setup_language", language), language_select, required=True),
        labelled("private_reports", sentence("setup_private", language), _private_boxes(settings, language)),
        labelled("sealed_categories", sentence("setup_sealed", language), _category_boxes(settings, language)),
        labelled("keep_days", sentence("setup_keep_days", language), days, required=True),
        labelled("returned_by", sentence("setup_returned_by", language), returned_by, required=True),
        labelled("digest", sentence("setup_digest", language), _digest(settings, language)),
    ]


def _digest(settings: Settings, language: str) -> Element:
    boxes = [option("on", sentence("setup_digest_on", language))]
    return {"type": "checkboxes", "options": boxes, **_initial("initial_options", boxes if settings.digest else [])}


def _select(choices: Mapping[str, str], chosen: str) -> Element:
    options = [option(value, label) for value, label in choices.items()]
    return {"type": "static_select", "options": options, "initial_option": option(chosen, choices[chosen])}


def _private_boxes(settings: Settings, language: str) -> Element:
    boxes = [option("private", sentence("setup_private_on", language))]
    return {
        "type": "checkboxes",
        "options": boxes,
        **_initial("initial_options", boxes if settings.private_reports else []),
    }


def _category_boxes(settings: Settings, language: str) -> Element:
    boxes = [option(category, label) for category, label in setting_choices.sealed_categories(language).items()]
    checked = [box for box in boxes if box["value"] in settings.sealed_categories]
    return {"type": "checkboxes", "options": boxes, **_initial("initial_options", checked)}


def _initial(name: str, value: Any) -> dict[str, Any]:
    """Return an initial value; Slack refuses an empty one."""
    return {name: value} if value else {}
