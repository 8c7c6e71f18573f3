"""Forms as Discord's modals, and what was filled in. A modal's id says what for, so it outlives the bot's process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import discord
from discord import ui

from bot.discord.posts import photo_files
from reunite.entities import IncomingPhoto
from reunite.language import shortened
from reunite.messages.forms import Field, Form

_MOST_TITLE: Final = 45  # Discord's limits, in characters
_MOST_LABEL: Final = 45
_MOST_HINT: Final = 100
_LABEL, _ROW = 18, 1
"""What an input stands in."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What was filled in, by the fields' names; an empty or absent one is empty."""

    values: Mapping[str, tuple[str, ...]]
    photos: tuple[IncomingPhoto, ...] = ()
    not_photos: tuple[str, ...] = ()
    """Names of files that are none."""

    def __getitem__(self, name: str) -> str:
        """Return the answer of a field that takes one."""
        return next(iter(self.values.get(name, ())), "")


def modal_of(form: Form, custom_id: str) -> ui.Modal:
    """Return a form as a modal; its submission comes as an event of the client."""
    return modal(form.title, custom_id, [_labelled(field) for field in form.fields])


def modal(title: str, custom_id: str, labels: Sequence[ui.Label[Any]]) -> ui.Modal:
    """Return a modal of these inputs, which the library need not remember."""
    made = ui.Modal(title=shortened(title, _MOST_TITLE), custom_id=custom_id)
    for each in labels:
        made.add_item(each)
    made.stop()
    return made


def label(words: str, component: ui.Item[Any], hint: str = "") -> ui.Label[Any]:
    """Return an input with the words above it."""
    return ui.Label(
        text=shortened(words, _MOST_LABEL), description=shortened(hint, _MOST_HINT) or None, component=component
    )


def filled(interaction: discord.Interaction) -> Filled:
    """Read a modal's submission."""
    data: Mapping[str, Any] = interaction.data or {}
    given = [each["component"] if each["type"] == _LABEL else each for each in data.get("components", [])]
    values = {
        each["custom_id"]: tuple(each["values"]) if "values" in each else (each.get("value") or "",)
        for each in given
        if each["type"] != _ROW
    }
    files = data.get("resolved", {}).get("attachments", {})
    photos, not_photos = photo_files(files.values())
    return Filled(values, photos, not_photos)


def _labelled(field: Field) -> ui.Label[Any]:
    is_text = field.kind not in {"photos", "choice"}
    return label(field.label, _input(field), "" if is_text else field.hint)


def _input(field: Field) -> ui.Item[Any]:
    match field.kind:
        case "photos":
            least = 1 if field.required else 0
            return ui.FileUpload(custom_id=field.name, required=field.required, min_values=least, max_values=field.most)
        case "choice":
            options = [
                discord.SelectOption(label=each.words, value=each.value, default=each.value == field.value)
                for each in field.options
            ]
            return ui.Select(custom_id=field.name, options=options, required=field.required)
        case _:
            return ui.TextInput(
                custom_id=field.name,
                style=discord.TextStyle.paragraph if field.kind == "text" else discord.TextStyle.short,
                placeholder=shortened(field.hint, _MOST_HINT) or None,
                default=field.value[: field.most] or None,
                required=field.required,
                max_length=field.most,
            )
