"""What Block Kit refuses, and the words that people see in blocks.

The limits were read on 2026-11-26 in https://docs.slack.dev/reference/views/modal-views,
https://api.slack.com/reference/block-kit/blocks, and Slack's own types for them, packages/types of
slackapi/node-slack-sdk, as of 2026-08-21 (4322e14f).
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

# reference/block-kit/blocks: 50 blocks in a message, 100 in modals and home tabs.
MAX_BLOCKS: Final = 50
MAX_VIEW_BLOCKS: Final = 100
# reference/methods/views.open, "view_too_large".
_MAX_VIEW: Final = 250_000
# Not documented; about as many characters were seen (slackapi/bolt-js#2509, read 2026-11-29).
_MAX_IN_ALL: Final = 13_200
# composition-objects.ts, "text object".
MAX_ELEMENT_TEXT: Final = 3000
# block-elements.ts, "Button".
MAX_BUTTON_TEXT: Final = 75
# reference/views/modal-views: title, submit and close.
MAX_TITLE: Final = 24
# blocks.ts, "SectionBlock" and "HeaderBlock".
_MAX: Final = {"section": 3000, "header": 150}
"""The longest text of a block, in characters."""
# blocks.ts, "ActionsBlock" and "ContextBlock".
_MAX_ELEMENTS: Final = {"actions": 25, "context": 10}
# block-elements.ts: checkboxes and radio buttons, then the menus.
_MAX_OPTIONS: Final = {"checkboxes": 10, "radio_buttons": 10, "static_select": 100, "multi_static_select": 100}
# The properties of each block in blocks.ts; Slack refuses others ("invalid additional property").
_PROPERTIES: Final = {
    "actions": {"elements"},
    "context": {"elements"},
    "divider": set[str](),
    "header": {"text"},
    "image": {"alt_text", "image_url", "slack_file", "title"},
    "input": {"dispatch_action", "element", "hint", "label", "optional"},
    "rich_text": {"elements"},
    "section": {"accessory", "expand", "fields", "text"},
}
_VIEW_BLOCKS: Final = {"input", "section", "actions", "rich_text", "header", "context", "divider", "image"}
_INPUTS: Final = {
    "plain_text_input",
    "file_input",
    "number_input",
    "checkboxes",
    "radio_buttons",
    "static_select",
    "multi_static_select",
    "conversations_select",
    "multi_conversations_select",
    "multi_users_select",
}

Block = dict[str, Any]


class RefusedError(Exception):
    """Slack answers with this error."""


def loaded(blocks: Any) -> list[Block]:
    """Return blocks that came as JSON, or as they are."""
    return list(json.loads(blocks) if isinstance(blocks, str) else blocks or [])


def check_message(blocks: list[Block], files: dict[str, Block]) -> None:
    """Refuse the blocks of a message that Slack would refuse."""
    if len(json.dumps(blocks, ensure_ascii=False)) > _MAX_IN_ALL:
        raise RefusedError("msg_blocks_too_long")
    _require(len(blocks) <= MAX_BLOCKS)
    _check_ids(blocks)
    for block in blocks:
        _require(block["type"] != "input")
        _check(block, files)


def check_answer(answer: Block, files: dict[str, Block]) -> None:
    """Refuse what a response_url takes no more than chat.postMessage does."""
    # interactivity/handling-user-interaction, "Composing a response" (read 2026-11-29).
    _require(answer.keys() <= {"blocks", "delete_original", "replace_original", "response_type", "text", "thread_ts"})
    _require(
        answer.get("response_type", "ephemeral") in {"ephemeral", "in_channel"}
        and (answer.get("text") or answer.get("blocks"))
    )
    check_message(answer.get("blocks") or [], files)


def is_rich(blocks: list[Block]) -> bool:
    return any(block["type"] == "rich_text" for block in blocks)


def _check_ids(blocks: list[Block]) -> None:
    # blocks.ts, "Block": unique in a message or view.
    named = [block["block_id"] for block in blocks if "block_id" in block]
    _require(len(set(named)) == len(named) and all(named))


def check_view(view: Block, files: dict[str, Block]) -> None:
    """Refuse a modal or a home tab that Slack would refuse."""
    _require(view["type"] in {"modal", "home"} and len(view["blocks"]) <= MAX_VIEW_BLOCKS)
    # reference/views/modal-views: private_metadata up to 3000, callback_id up to 255, submit where there is an input.
    _require(len(view.get("private_metadata", "")) <= 3000 and len(view.get("callback_id", "")) <= 255)
    for name in ("title", "submit", "close"):
        if text := view.get(name):
            _require(text["type"] == "plain_text" and 0 < len(text["text"]) <= MAX_TITLE)
    _require(view["type"] == "home" or "title" in view)
    _require("submit" in view or not any(block["type"] == "input" for block in view["blocks"]))
    _check_ids(view["blocks"])
    _require(view["type"] == "modal" or not {"title", "submit", "close"} & view.keys())
    if len(json.dumps(view)) > _MAX_VIEW:
        raise RefusedError("view_too_large")
    for block in view["blocks"]:
        _require(block["type"] in _VIEW_BLOCKS)
        _require(view["type"] == "modal" or block.get("element", {}).get("type") != "file_input")
        _check(block, files)


def _check(block: Block, files: dict[str, Block]) -> None:
    kind = block["type"]
    _require(block.keys() - {"type", "block_id"} <= _PROPERTIES[kind])
    _require(len(block.get("block_id", "")) <= 255)  # blocks.ts, "Block"
    if kind == "image":
        file = files.get(block.get("slack_file", {}).get("id", ""))
        _require(file is not None and file["mimetype"] and 0 < len(block["alt_text"]) <= 2000)
    if kind in _MAX:
        _require(0 < len(block["text"]["text"]) <= _MAX[kind])
        _check_text(block["text"], plain_only=kind == "header")
    if kind == "context":
        for element in block["elements"]:
            _check_text(element)
    if kind in _MAX_ELEMENTS:
        _require(0 < len(block["elements"]) <= _MAX_ELEMENTS[kind])
    pressed = buttons([block])
    _require(len({button["action_id"] for button in pressed}) == len(pressed))
    for button in pressed:
        _check_button(button)
    if kind == "rich_text":
        _check_rich_text(block)
    if kind == "input":
        _check_input(block)


def _check_rich_text(block: Block) -> None:
    _require(bool(block["elements"]))
    for leaf in leaves([block]):
        # block-elements/date-element, and SlackNet's issue 239: a timestamp is an integer.
        _require(leaf["type"] != "date" or (isinstance(leaf["timestamp"], int) and leaf["format"]))
        _require(leaf.get("text", "x") != "" and len(leaf.get("text", "")) <= MAX_ELEMENT_TEXT)
        # block-elements.ts, "Button", gives 3000 for a URL.
        _require(leaf["type"] != "link" or (re.match("https?://", leaf["url"]) and len(leaf["url"]) <= 3000))


def _check_text(text: Block, *, plain_only: bool = False) -> None:
    # composition-objects.ts, "PlainTextElement" and "MrkdwnElement"; "text object": 1 to 3000 characters.
    _require(0 < len(text["text"]) <= MAX_ELEMENT_TEXT)
    is_plain = text["type"] == "plain_text"
    _require(text.keys() <= {"type", "text", "emoji" if is_plain else "verbatim"})
    _require(is_plain or (text["type"] == "mrkdwn" and not plain_only))


def _check_button(button: Block) -> None:
    _require(button["type"] == "button" and 0 < len(button["text"]["text"]) <= MAX_BUTTON_TEXT)
    _check_text(button["text"], plain_only=True)
    _require(0 < len(button.get("accessibility_label", "none")) <= 75)  # @slack/types, Button
    # extensions.ts, "Actionable"; block-elements.ts, "Button".
    _require(0 < len(button["action_id"]) <= 255 and len(button.get("value", "")) <= 2000)
    _require(button.get("style", "primary") in {"primary", "danger"})
    if dialog := button.get("confirm"):
        # tools/node-slack-sdk/reference/web-api/interfaces/ConfirmationDialog (read 2026-11-29).
        for name, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
            _require(0 < len(dialog[name]["text"]) <= most)
            _check_text(dialog[name], plain_only=name != "text")


def _check_input(block: Block) -> None:
    element = block["element"]
    kind = element["type"]
    # blocks.ts, "InputBlock"; extensions.ts, "Placeholdable"; block-elements.ts, "PlainTextInput" and "FileInput".
    for name in ("label", "hint"):
        if name in block:
            _check_text(block[name], plain_only=True)
    _require(kind in _INPUTS and 0 < len(block["label"]["text"]) <= 2000)
    _require(0 < len(block.get("hint", {"text": "x"})["text"]) <= 2000)
    _require(0 < len(element.get("placeholder", {"text": "x"})["text"]) <= 150)
    if kind == "plain_text_input":
        _require(0 < element.get("max_length", 1) <= 3000)
        _require(len(element.get("initial_value", "")) <= element.get("max_length", 3000))
    if kind == "file_input":
        _require(1 <= element.get("max_files", 10) <= 10 and "placeholder" not in element)
    if kind in _MAX_OPTIONS:
        options = element["options"]
        _require(0 < len(options) <= _MAX_OPTIONS[kind])
        for option in options:
            # composition-objects.ts, "Option", gives 75 for the text; for the value Slack takes 150.
            _require(0 < len(option["text"]["text"]) <= 75 and 0 < len(option["value"]) <= 150)
        chosen = element.get("initial_options") or [element["initial_option"]] if _has_initial(element) else []
        _require(all(candidate in options for candidate in chosen))


def _has_initial(element: Block) -> bool:
    _require(element.get("initial_options") != [])  # Slack refuses an empty list
    return bool(element.get("initial_options") or element.get("initial_option"))


def _require(holds: Any) -> None:
    if not holds:
        raise RefusedError("invalid_blocks")


def leaves(blocks: list[Block]) -> Iterator[Block]:
    """Go through the innermost elements of rich text."""
    for block in blocks:
        if block["type"] == "rich_text":
            for group in block["elements"]:
                yield from group["elements"]


def buttons(blocks: list[Block]) -> list[Block]:
    """Return the buttons of blocks, each with the id of its block."""
    found = []
    for number, block in enumerate(blocks):
        held = block["elements"] if block["type"] == "actions" else [block["accessory"]] if "accessory" in block else []
        found += [{**element, "block_id": block.get("block_id", f"B{number}")} for element in held]
    return found


def words_of(blocks: list[Block]) -> str:
    """Return the words that people see in blocks."""

    def words(element: Block) -> str:
        if "elements" in element:
            return "".join(words(inner) for inner in element["elements"]) + "\n"
        text = element.get("text") or element.get("user_id") or element.get("fallback", "")
        return str(text["text"] if isinstance(text, dict) else text)

    shown = ("rich_text", "section", "header", "context")
    return "\n".join(words(block) for block in blocks if block["type"] in shown)


def shown(message: Block) -> str:
    """The words that people see in a message's blocks."""
    return words_of(loaded(message.get("blocks")))
