"""Forms as Discord's modals, and their values. A modal's id says what it's for, even after a restart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import discord
from discord import ui

from bot.discord.button_ids import KEEP
from bot.discord.markup import escape
from bot.discord.posts import photo_files
from bot.discord.private_replies import PrivateReply
from bot.discord.render import Rendered, RenderedButton
from reunite.entities import IncomingPhoto
from reunite.language import shortened
from reunite.messages.forms import Confirmation, Field, Form

_MAX_TITLE: Final = 45  # Discord's limits, in characters
_MAX_LABEL: Final = 45
_MAX_HINT: Final = 100
_LABEL, _ROW = 18, 1
"""Types of component that contain an input."""


@dataclass(frozen=True, slots=True)
class FormInput:
    """The values by field name; an absent field is empty."""

    values: Mapping[str, tuple[str, ...]]
    photos: tuple[IncomingPhoto, ...] = ()
    not_photos: tuple[str, ...] = ()
    """Names of the files that are not photos."""

    def __getitem__(self, name: str) -> str:
        return next(iter(self.values.get(name, ())), "")


def form_modal(form: Form, custom_id: str) -> ui.Modal:
    """Return a form as a modal; its submission comes as an event of the client."""
    return modal(form.title, custom_id, [_labelled(field) for field in form.fields])


def modal(title: str, custom_id: str, inputs: Sequence[ui.Label[Any]]) -> ui.Modal:
    """Return a modal, which the library doesn't keep."""
    made = ui.Modal(title=shortened(title, _MAX_TITLE), custom_id=custom_id)
    for field in inputs:
        made.add_item(field)
    made.stop()
    return made


def labelled(label: str, component: ui.Item[Any], hint: str = "") -> ui.Label[Any]:
    """Return an input with its label."""
    return ui.Label(
        text=shortened(label, _MAX_LABEL), description=shortened(hint, _MAX_HINT) or None, component=component
    )


def form_input(interaction: discord.Interaction) -> FormInput:
    """Read a modal's submission."""
    data: Mapping[str, Any] = interaction.data or {}
    parts = data.get("components", [])
    inputs = [part["component"] if part["type"] == _LABEL else part for part in parts if part["type"] != _ROW]
    values = {
        field["custom_id"]: tuple(field["values"]) if "values" in field else (field.get("value") or "",)
        for field in inputs
    }
    files = data.get("resolved", {}).get("attachments", {})
    photos, not_photos = photo_files(files.values())
    return FormInput(values, photos, not_photos)


def _labelled(field: Field) -> ui.Label[Any]:
    is_text = field.kind not in {"photos", "choice"}
    return labelled(field.label, _component(field), "" if is_text else field.hint)


def _component(field: Field) -> ui.Item[Any]:
    match field.kind:
        case "photos":
            least = 1 if field.required else 0
            return ui.FileUpload(custom_id=field.name, required=field.required, min_values=least, max_values=field.most)
        case "choice":
            options = [
                discord.SelectOption(label=option.words, value=option.value, default=option.value == field.value)
                for option in field.options
            ]
            return ui.Select(custom_id=field.name, options=options, required=field.required)
        case _:
            return ui.TextInput(
                custom_id=field.name,
                style=discord.TextStyle.paragraph if field.kind == "text" else discord.TextStyle.short,
                placeholder=shortened(field.hint, _MAX_HINT) or None,
                default=field.value[: field.most] or None,
                required=field.required,
                max_length=field.most,
            )


def confirmation_reply(asked: Confirmation, yes: str, yes_id: str) -> PrivateReply:
    """Ask whether something is meant; both answers are buttons, so it may be answered at any time."""
    buttons = (
        RenderedButton(yes_id, yes, discord.ButtonStyle.danger),
        RenderedButton(KEEP, asked.keep, discord.ButtonStyle.secondary),
    )
    embed = discord.Embed(description=escape(asked.question))
    return PrivateReply(embeds=(Rendered(None, embed, discord.AllowedMentions.none(), buttons),))
