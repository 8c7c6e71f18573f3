"""Forms as Slack's modals, and their values; replies and sentences as modals."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.slack.render import MAX_TEXT, Element, LinkTo, blocks
from reunite.language import sentence, shortened
from reunite.messages.forms import Field, Form
from reunite.messages.reply import Reply

NAME: Final = "Reunite"
REPORT: Final = "report:"
"""The prefix of a report modal's callback; which form it is follows."""
LOOK: Final = "look"
"""The callback of the search's modal."""
VALUE: Final = "value"
"""The action id of every input; the block's id is the field's name."""
_MAX_TITLE: Final = 24  # Slack's limits
_MAX_HEADER: Final = 150
_MAX_LABEL: Final = 2000
_MAX_INPUT: Final = 3000
_MAX_FILES: Final = 10
_MAX_OPTION: Final = 75
_MAX_BLOCKS: Final = 100

View = dict[str, Any]


def form_modal(form: Form, callback: str, language: str, context: Mapping[str, str]) -> View:
    """Return a form as a modal; `callback` and `context` come back with the submission."""
    inputs = [_input(field) for field in form.fields]
    return modal(form.title, inputs, language, callback=callback, context=context)


def modal(
    title: str,
    content: Sequence[Element],
    language: str,
    *,
    callback: str = "",
    context: Mapping[str, str] | None = None,
) -> View:
    """Return a modal; one with a `callback` can be submitted."""
    view: View = {"type": "modal", "title": plain(title, _MAX_TITLE), "blocks": [*content][:_MAX_BLOCKS]}
    if callback:
        view |= {"callback_id": callback, "submit": plain(sentence("form_send", language), _MAX_TITLE)}
    return {**view, "private_metadata": json.dumps(dict(context or {}))}


def reply_modal(replies: Sequence[Reply], link_to: LinkTo, language: str, file: str | None = None) -> View:
    """Return replies for one person as a modal; `file` is the id of their uploaded picture."""
    return modal(NAME, [block for reply in replies for block in blocks(reply, link_to, file, language)], language)


def words_modal(words: str, language: str) -> View:
    """Return a modal with a paragraph; `words` are escaped, and may name channels."""
    return modal(NAME, [section(words)], language)


def section(words: str) -> Element:
    """Return a paragraph; `words` are escaped, and may name channels."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": shortened(words, MAX_TEXT)}}


def header(words: str) -> Element:
    return {"type": "header", "text": plain(words, _MAX_HEADER)}


def plain(words: str, limit: int = _MAX_LABEL) -> Element:
    """Return text without formatting."""
    return {"type": "plain_text", "text": shortened(words, limit), "emoji": True}


def labelled(name: str, label: str, element: Element, *, hint: str = "", required: bool = False) -> Element:
    """Return an input with its label; its value comes back under `name`."""
    block = {"type": "input", "block_id": name, "label": plain(label), "optional": not required}
    if hint:
        block["hint"] = plain(hint)
    return {**block, "element": {**element, "action_id": VALUE}}


def option(value: str, words: str) -> Element:
    return {"value": value, "text": plain(words, _MAX_OPTION)}


def form_input(view: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the values by field name: text, an option's value, or a list of values, ids or files."""
    values = {name: _value(inputs[VALUE]) for name, inputs in view["state"]["values"].items()}
    return {name: value for name, value in values.items() if value is not None}


def context_of(view: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the context with which a modal was opened."""
    context: Mapping[str, str] = json.loads(view.get("private_metadata") or "{}")
    return context


def _value(state: Mapping[str, Any]) -> Any:
    if (chosen := state.get("selected_option")) is not None:
        return chosen["value"]
    if (several := state.get("selected_options")) is not None:
        return [chosen["value"] for chosen in several]
    names = ("value", "files", "selected_users", "selected_conversations", "selected_conversation")
    return next((state[name] for name in names if state.get(name) is not None), None)


def _input(field: Field) -> Element:
    return labelled(field.name, field.label, _element(field), hint=field.hint, required=field.required)


def _element(field: Field) -> Element:
    match field.kind:
        case "photos":
            return {"type": "file_input", "max_files": min(field.most, _MAX_FILES)}
        case "choice":
            options = [option(choice.value, choice.words) for choice in field.options]
            initial = [choice for choice in options if choice["value"] == field.value]
            return {"type": "static_select", "options": options, **({"initial_option": initial[0]} if initial else {})}
        case _:
            element = {"type": "plain_text_input", "multiline": field.kind == "text"}
            if field.value:
                element["initial_value"] = field.value
            return {**element, "max_length": min(field.most, _MAX_INPUT)}
