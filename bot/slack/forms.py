"""Modals: forms as Slack's views, and what was filled in; replies as views."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.slack.render import Element, LinkTo, blocks, shortened
from reunite.language import sentence
from reunite.messages.forms import Field, Form
from reunite.messages.reply import Reply

NAME: Final = "Reunite"
REPORT: Final = "report:"
"""What the callback of a report's modal begins with; then comes which one it is."""
VALUE: Final = "value"
"""The action id of every input; the block's id is the field's name."""
_MOST_TITLE: Final = 24
_MOST_LABEL: Final = 2000
_MOST_INPUT: Final = 3000
_MOST_FILES: Final = 10
_MOST_OPTION: Final = 75
_MOST_VIEW: Final = 100

View = dict[str, Any]


def form_view(form: Form, callback: str, language: str, context: Mapping[str, str]) -> View:
    """Return a form as a modal; `callback` and `context` come back with what was filled in."""
    inputs = [_input(field) for field in form.fields]
    return modal(form.title, inputs, language, callback=callback, context=context)


def modal(
    title: str,
    shown: Sequence[Element],
    language: str,
    *,
    callback: str = "",
    context: Mapping[str, str] | None = None,
) -> View:
    """Return a modal; one with a `callback` can be submitted."""
    view: View = {"type": "modal", "title": plain(title, _MOST_TITLE), "blocks": [*shown][:_MOST_VIEW]}
    if callback:
        view |= {"callback_id": callback, "submit": plain(sentence("form_send", language), _MOST_TITLE)}
    return {**view, "private_metadata": json.dumps(dict(context or {}))}


def reply_view(replies: Sequence[Reply], link_to: LinkTo, language: str) -> View:
    """Return replies that are for one person, as a modal."""
    return modal(NAME, [block for reply in replies for block in blocks(reply, link_to)], language)


def words_view(words: str, language: str) -> View:
    """Return a modal that says something; `words` are escaped, and may name channels."""
    return modal(NAME, [section(words)], language)


def section(words: str) -> Element:
    """Return a paragraph; `words` are escaped, and may name channels."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": shortened(words)}}


def header(words: str) -> Element:
    """Return a headline."""
    return {"type": "header", "text": plain(words, 150)}


def plain(words: str, most: int = _MOST_LABEL) -> Element:
    """Return text in which nothing is formatted."""
    return {"type": "plain_text", "text": shortened(words, most), "emoji": True}


def labelled(name: str, label: str, element: Element, *, hint: str = "", required: bool = False) -> Element:
    """Return an input with its label; what is filled in comes back under `name`."""
    block = {"type": "input", "block_id": name, "label": plain(label), "optional": not required}
    if hint:
        block["hint"] = plain(hint)
    return {**block, "element": {**element, "action_id": VALUE}}


def option(value: str, words: str) -> Element:
    """Return one of the answers to choose from."""
    return {"value": value, "text": plain(words, _MOST_OPTION)}


def filled_in(view: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what was filled in, by the fields' names: text, an option's value, or a list of values, ids or files."""
    answers = {name: _answer(inputs[VALUE]) for name, inputs in view["state"]["values"].items()}
    return {name: answer for name, answer in answers.items() if answer is not None}


def context_of(view: Mapping[str, Any]) -> Mapping[str, str]:
    """Return what a modal was opened with."""
    found: Mapping[str, str] = json.loads(view.get("private_metadata") or "{}")
    return found


def _answer(given: Mapping[str, Any]) -> Any:
    if (option := given.get("selected_option")) is not None:
        return option["value"]
    if (options := given.get("selected_options")) is not None:
        return [each["value"] for each in options]
    names = ("value", "files", "selected_users", "selected_conversations", "selected_conversation")
    return next((given[name] for name in names if given.get(name) is not None), None)


def _input(field: Field) -> Element:
    return labelled(field.name, field.label, _element(field), hint=field.hint, required=field.required)


def _element(field: Field) -> Element:
    match field.kind:
        case "photos":
            return {"type": "file_input", "max_files": min(field.most, _MOST_FILES)}
        case "choice":
            options = [option(each.value, each.words) for each in field.options]
            chosen = [each for each in options if each["value"] == field.value]
            return {"type": "static_select", "options": options, **({"initial_option": chosen[0]} if chosen else {})}
        case _:
            element = {"type": "plain_text_input", "multiline": field.kind == "text"}
            if field.value:
                element["initial_value"] = field.value
            return {**element, "max_length": min(field.most, _MOST_INPUT)}
