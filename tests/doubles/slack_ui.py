"""The app's interface on the Slack double: the buttons, modals, shortcuts and home tabs that members use."""

import asyncio
from typing import TYPE_CHECKING, Any, Final

from tests.doubles.slack_api import BOT_USER
from tests.doubles.slack_blocks import buttons, loaded, words_of
from tests.doubles.slack_delivery import Envelope
from tests.support.waiting import PATIENCE, eventually

if TYPE_CHECKING:
    from tests.doubles.slack import SlackDouble

View = dict[str, Any]
Message = dict[str, Any]
_STATES: Final = {
    "plain_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "file_input": ("files", ""),
    "static_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "multi_users_select": ("selected_users", "initial_users"),
}
"""The names of an input's value in a submission, and of its initial value."""


class SlackUi:
    """Members' side of the app's interface. `views` are open modals by id, `homes` the home tabs by user."""

    def __init__(self, slack: "SlackDouble") -> None:
        self._slack = slack
        self.views: dict[str, View] = {}
        self.homes: dict[str, View] = {}
        self.triggers: dict[str, tuple[str, float]] = {}
        """Triggers that were not used yet: whose they are, and when they were given."""

    async def modal(self, user: str, words: str = "") -> View:
        """Wait for an open modal of someone's that has these words in it, or in its title."""

        def seen() -> View | None:
            return next((view for view in reversed(self.views.values()) if _shows(view, user, words)), None)

        return dict(await eventually(seen))

    async def shortcut(self, callback: str, user: str) -> Envelope:
        """Choose a global shortcut and wait until it is acknowledged."""
        payload = {**self._slack.interaction(user, "shortcut"), "callback_id": callback}
        payload.pop("response_url")
        return await self._slack.delivery.send_and_wait(Envelope("interactive", payload, self._slack.last_id()))

    async def submit(self, view: View, user: str, **values: Any) -> Envelope:
        """Fill in a modal and submit it: text, lists of ids or values, or files, by the block's id.

        Other inputs keep their initial values. The answer may change the modal or close it.
        """
        filled: dict[str, dict[str, Any]] = {}
        for block in view["blocks"]:
            if block["type"] == "input":
                element = block["element"]
                value = values.pop(block["block_id"], None)
                if value is None and element["type"].endswith("conversations_select"):
                    value = self._shown_to(user, element)
                filled[block["block_id"]] = {element["action_id"]: _filled(element, value)}
        assert not values, f"the modal has no {list(values)}"
        payload = {**self._slack.interaction(user, "view_submission"), "view": {**view, "state": {"values": filled}}}
        payload["response_urls"] = []
        payload.pop("response_url")
        envelope = await self._slack.delivery.send_and_wait(Envelope("interactive", payload, self._slack.last_id()))
        answer = (envelope.ack or {}).get("payload") or {}
        match answer.get("response_action"):
            case "errors":
                pass
            case "update":
                self.views[view["id"]] = {**view, **answer["view"]}
            case _:
                self.views.pop(view["id"], None)
        return envelope

    def _shown_to(self, user: str, element: dict[str, Any]) -> Any:
        """Return the initial channels that someone sees: "public and private channels visible to the current user".

        https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element (read 2026-12-01).
        """
        initial = element.get(_STATES[element["type"]][1]) or []
        ids = [initial] if isinstance(initial, str) else initial
        shown = [at for at in ids if user in self._slack.channels.get(at, {}).get("people", [user])]
        return shown if element["type"].startswith("multi") else next(iter(shown), None)

    async def press_in(self, view: View, words: str, user: str) -> Envelope:
        """Press a button in a modal or the home tab and wait until it is acknowledged."""
        button = next(button for button in buttons(view["blocks"]) if button["text"]["text"] == words)
        payload = {
            **self._slack.interaction(user, "block_actions"),
            "container": {"type": "view", "view_id": view["id"]},
            "view": {**view, "state": {"values": {}}},
            "actions": [{**button, "action_ts": "1"}],
        }
        payload.pop("response_url")
        return await self._slack.delivery.send_and_wait(Envelope("interactive", payload, self._slack.last_id()))

    async def press_whisper(self, whisper: dict[str, Any], words: str, user: str) -> Envelope:
        """Press a button below an ephemeral message; `whisper` is what the bot said to a response_url or in one."""
        ts = self._slack.next_ts()
        box = {"type": "message", "message_ts": ts, "channel_id": whisper["channel"], "is_ephemeral": True}
        if whisper.get("thread_ts"):  # the container names the thread: slackapi/java-slack-sdk#1200 (read 2026-11-30)
            box["thread_ts"] = whisper["thread_ts"]
        return await self.press_button({**whisper, "ts": ts, "user": BOT_USER}, box, words, user)

    async def press_button(self, message: Message, box: dict[str, Any], words: str, user: str) -> Envelope:
        """Press the button with these words in a message, which is shown in `box`."""
        blocks = loaded(message["blocks"])
        [button] = [button for button in buttons(blocks) if button["text"]["text"] == words]
        payload = {
            **self._slack.interaction(user, "block_actions"),
            # In a shared channel it's the app's workspace, and the user's own is in `user`:
            # slackapi/java-slack-sdk#1041 (read 2026-11-29).
            "team": {"id": self._slack.channels[box["channel_id"]]["team"]},
            "container": box,
            "channel": {"id": box["channel_id"], "name": self._slack.channels[box["channel_id"]]["name"]},
            "actions": [{**button, "action_ts": self._slack.next_ts()}],
        }
        # https://docs.slack.dev/reference/interaction-payloads/block_actions-payload (read 2026-11-26).
        if not box["is_ephemeral"]:  # of an ephemeral message Slack tells no more than its container
            payload["message"] = {**message, "blocks": blocks}
        return await self._slack.delivery.send_and_wait(Envelope("interactive", payload, self._slack.last_id()))

    async def use_message(self, callback: str, channel: str, ts: str, user: str) -> Envelope:
        """Choose a message shortcut and wait until it is acknowledged."""
        payload = {
            **self._slack.interaction(user, "message_action"),
            "callback_id": callback,
            "channel": {"id": channel, "name": self._slack.channels[channel]["name"]},
            "message": self._slack.message(channel, ts),
            "message_ts": ts,
        }
        return await self._slack.delivery.send_and_wait(Envelope("interactive", payload, self._slack.last_id()))

    async def open_home(self, user: str, *, team: str | None = None) -> View:
        """Open the app's home tab, and return what it shows once it was published again."""
        before = self.homes.pop(user, None)
        event = {"type": "app_home_opened", "user": user, "channel": f"D{user[1:]}", "tab": "home"}
        envelope = self._slack.tell({**event, **({"view": before} if before else {})}, team=team)
        await asyncio.wait_for(envelope.acked.wait(), PATIENCE)
        return await self.home(user)

    async def home(self, user: str, words: str = "") -> View:
        """Wait for someone's home tab to show these words."""

        def seen() -> View | None:
            view = self.homes.get(user)
            return view if view and words in words_of(view["blocks"]) else None

        return dict(await eventually(seen))


def _shows(view: View, user: str, words: str) -> bool:
    return view["user"] == user and words in view["title"]["text"] + "\n" + words_of(view["blocks"])


def _filled(element: dict[str, Any], value: Any) -> dict[str, Any]:
    """Return an input's state, in the form in which Slack tells it."""
    kind = element["type"]
    name, default = _STATES[kind]
    if kind in {"static_select", "radio_buttons"}:
        value = next((option for option in element["options"] if option["value"] == value), None)
    elif kind in {"checkboxes", "multi_static_select"} and value is not None:
        value = [option for option in element["options"] if option["value"] in value]
    elif value is not None and kind in {"plain_text_input", "number_input"}:
        value = str(value) or None
    if value is None and default:
        is_filtered = kind.endswith("conversations_select")
        value = (None if is_filtered else element.get(default)) or ([] if default.endswith("s") else None)
    return {"type": kind, name: value if value is not None or name != "files" else []}
