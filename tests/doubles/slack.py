"""Slack for tests: workspaces with members and channels, the Web API, Socket Mode and signed requests, on 127.0.0.1.

It behaves as Slack was seen to behave, unpleasant sides included: envelopes that are not acknowledged come again, files
need a while and the bot's token, a deleted post with answers becomes a tombstone, an answer to one goes to everybody.
"""

import itertools
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Self

from aiohttp import web

from tests.doubles.slack_admin import SlackAdmin
from tests.doubles.slack_api import BOT_USER, TEAM, Bot, SlackApi
from tests.doubles.slack_blocks import RefusedError, check_answer, shown
from tests.doubles.slack_delivery import Envelope, SlackDelivery
from tests.doubles.slack_ui import SlackUi
from tests.support.waiting import eventually

__all__ = ["BOT_USER", "TEAM", "Envelope", "SlackDouble", "shown"]

Message = dict[str, Any]
MAX_ANSWERS = 5
TRIGGER_SECONDS = 3.0
"""When a trigger expires: docs.slack.dev/reference/methods/dialog.open, `trigger_expired` (read 2026-11-26)."""


class SlackDouble:
    """Members act by the methods below; what the bot did is in `calls`, `messages`, `whispers`, `views`, `homes`."""

    def __init__(self, *, acknowledge_within: float = 3, retries: int = 3) -> None:
        """Events not acknowledged within `acknowledge_within` seconds are sent again, at most `retries` times.

        Slack takes 3 for both: https://docs.slack.dev/tools/bolt-python/concepts/acknowledge gives 3 seconds, and
        https://docs.slack.dev/apis/events-api, "Retries", 3 retries: at once, after 1 and after 5 minutes (read
        2026-11-26). The double waits for none of them.
        """
        self.triggers_live = TRIGGER_SECONDS
        """Seconds; most tests let them live longer, because a busy machine may be late."""
        self.delivery = SlackDelivery(acknowledge_within=acknowledge_within, retries=retries)
        self.numbers = itertools.count(1)
        self._latest = 0
        self.teams: dict[str, Bot] = {}
        self.members: dict[str, dict[str, Any]] = {}
        self.groups: dict[str, dict[str, Any]] = {}
        self.channels: dict[str, dict[str, Any]] = {}
        self.messages: dict[str, list[Message]] = {}
        self.files: dict[str, dict[str, Any]] = {}
        self.restrictions: dict[str, str] = {}
        """By channel, the error that meets a message of the bot: posting there is restricted."""
        self.response_urls_expired = False
        self.response_urls_say: str | None = None
        """What a response_url answers with status 200 although nothing was taken, as a proxy does."""
        self.response_urls_break = False
        """Whether connections to them end once an answer is taken, before it's acknowledged."""
        self.response_urls_fail = False
        """Whether a response_url answers 503, though the answer was taken."""
        self.whispers: list[dict[str, Any]] = []
        """Ephemeral messages: each with its channel, user, text and blocks."""
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.organisation: str | None = None
        """The Enterprise Grid organisation of all workspaces."""
        self.is_org_wide = False
        """Whether the organisation has installed the app as a whole, too, and events name that installation."""
        self.origin = ""
        self.api = SlackApi(self)
        self.admin = SlackAdmin(self)
        self.ui = SlackUi(self)
        self.admin.add_team(TEAM)

    @property
    def api_base(self) -> str:
        """The address of the Web API."""
        return f"{self.origin}/api/"

    @classmethod
    @asynccontextmanager
    async def running(cls, *, host: str = "127.0.0.1", **settings: Any) -> AsyncIterator[Self]:
        """Serve until the context ends; `host` is another address of this machine, which containers reach."""
        double = cls(**settings)
        app = web.Application(client_max_size=32 << 20, middlewares=[double.delivery.lateness.middleware])
        double.api.add_routes(app)
        app.router.add_get("/socket", double.delivery.socket)
        app.router.add_post("/response/{envelope}", double._answer)
        runner = web.AppRunner(app, shutdown_timeout=1)
        await runner.setup()
        site = web.TCPSite(runner, host, 0)
        await site.start()
        double.origin = f"http://{host}:{runner.addresses[0][1]}"
        try:
            yield double
        finally:
            await double.delivery.close()
            await runner.cleanup()

    # Workspaces and people

    def direct(self, user: str) -> str:
        """Return the channel of the bot's direct messages with someone."""
        return self._conversation(f"D{user[1:]}", [user])

    def group(self, users: Sequence[str]) -> str:
        """Return the channel of the bot's direct messages with several people, the same for the same people."""
        return self._conversation("G" + "".join(user[1:] for user in sorted(users)), users)

    def _conversation(self, channel: str, users: Sequence[str]) -> str:
        about = {"id": channel, "name": "", "is_member": True, "team": self.members[users[0]]["team_id"]}
        self.channels.setdefault(channel, {**about, "is_im": True, "people": set(users)})
        self.messages.setdefault(channel, [])
        return channel

    # Posts

    def post_photo(self, channel: str, author: str, jpeg: bytes, caption: str = "", **more: Any) -> str:
        """Post a photo; return its ts. `more` overrides the event's fields; if `unheard`, the bot is not told."""
        unheard = more.pop("unheard", False)
        file = self.api.files.add(author, more.pop("name", "photo.jpg"), jpeg, ready=True)
        if self.members.get(author, {}).get("team_id") != self.channels[channel]["team"]:  # Slack Connect
            file = {"id": file["id"], "file_access": "check_file_info"}
        more = {"files": [file], **more}
        return (self.post_unheard if unheard else self.post)(channel, author, caption, **more)

    def forward(self, channel: str, author: str, jpeg: bytes, words: str = "", caption: str = "") -> str:
        """Forward somebody else's photo; return the ts.

        Not documented: the files are in the attachment (NousResearch/hermes-agent#75481, read 2026-11-26).
        """
        file = self.api.files.add(author, "photo.jpg", jpeg, ready=True)
        shared = {"is_share": True, "is_msg_unfurl": True, "author_id": "U0ELSEWHERE", "text": words, "files": [file]}
        return self.post(channel, author, caption, attachments=[shared])

    def post(self, channel: str, author: str, text: str, **more: Any) -> str:
        """Post a message; return its ts."""
        message = self._post_silently(channel, author, text, more)
        # Only the event of a post with files says file_share (slackapi/java-slack-sdk#496), and conversations.history
        # doesn't (slackapi/bolt-python#980; both read 2026-11-26).
        event = {"subtype": "file_share"} if message.get("files") else {}
        self.tell({**event, **message, "channel": channel, "channel_type": "channel"})
        return str(message["ts"])

    def post_unheard(self, channel: str, author: str, text: str, **more: Any) -> str:
        """Post a message that the bot is not told of, as when it is down for long; return its ts."""
        return str(self._post_silently(channel, author, text, more)["ts"])

    def _post_silently(self, channel: str, author: str, text: str, more: dict[str, Any]) -> Message:
        team = self.members.get(author, {}).get("team_id", TEAM)
        message = {"type": "message", "user": author, "text": text, "ts": self.next_ts(), "team": team, **more}
        self.messages[channel].append(message)
        return message

    def edit(self, channel: str, ts: str, text: str, *, unheard: bool = False, **more: Any) -> None:
        """Change a message's words, or also its files."""
        message = self.message(channel, ts)
        assert message
        before = dict(message)
        message |= {"text": text, "edited": {"user": message["user"], "ts": self.next_ts()}, **more}
        hidden = {"type": "message", "subtype": "message_changed", "channel": channel, "hidden": True}
        if not unheard:
            self.tell({**hidden, "ts": self.next_ts(), "message": dict(message), "previous_message": before})

    def delete(self, channel: str, ts: str, *, unheard: bool = False) -> None:
        """Delete a message; where it has answers, a tombstone stays."""
        message = self.message(channel, ts)
        assert message
        event: dict[str, Any] = {"type": "message", "channel": channel, "hidden": True, "ts": self.next_ts()}
        # Not documented; recorded in slack-edge/slack-edge#10 and 42wim/matterbridge#600 (read 2026-11-26).
        if self.thread(channel, ts):
            tombstone = {"type": "message", "subtype": "tombstone", "user": "USLACKBOT", "ts": ts, "thread_ts": ts}
            self.messages[channel][self.messages[channel].index(message)] = tombstone
            event |= {"subtype": "message_changed", "message": tombstone, "previous_message": message}
        else:
            self.messages[channel].remove(message)
            event |= {"subtype": "message_deleted", "deleted_ts": ts, "previous_message": message}
        if not unheard:
            self.tell(event)

    def react(self, channel: str, ts: str, name: str, user: str, *, given: bool = True) -> Envelope:
        """Add a reaction to a message, or remove it."""
        message = self.react_unheard(channel, ts, name, user, given=given)
        kind = "reaction_added" if given else "reaction_removed"
        item = {"type": "message", "channel": channel, "ts": ts}
        return self.tell({"type": kind, "user": user, "reaction": name, "item": item, "item_user": message["user"]})

    def react_unheard(self, channel: str, ts: str, name: str, user: str, *, given: bool = True) -> Message:
        """React without the bot being told; return the message."""
        message = self.message(channel, ts)
        assert message
        reactions = message.setdefault("reactions", {}).setdefault(name, [])
        (reactions.append if given else reactions.remove)(user)
        return message

    # Commands and presses

    async def slash(self, command: str, text: str, user: str, channel: str) -> Envelope:
        """Use a command and wait until it is acknowledged."""
        payload = {
            **self.interaction(user),
            "command": f"/{command}",
            "text": text,
            "user_id": user,
            "user_name": self.members[user]["name"],
            "channel_id": channel,
            "team_id": self.members[user]["team_id"],
        }
        for name in ("user", "team", "type", "enterprise"):
            payload.pop(name, None)
        # docs.slack.dev/interactivity/implementing-slash-commands: these are the fields of a form (read 2026-11-30).
        payload |= {"is_enterprise_install": "false", "enterprise_id": self.organisation or ""}
        return await self.delivery.send_and_wait(Envelope("slash_commands", payload, self.last_id()))

    async def press(self, channel: str, ts: str, words: str, user: str) -> Envelope:
        """Press the button with these words below a message and wait until it is acknowledged."""
        message = self.message(channel, ts)
        assert message
        box = {"type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": False}
        return await self.ui.press_button(message, box, words, user)

    # Events

    def tell(self, event: dict[str, Any], *, team: str | None = None, at: float | None = None) -> Envelope:
        """Send an event, with retries until it is acknowledged."""
        if team is None:
            channel = event.get("channel") or event.get("item", {}).get("channel")
            team = self.channels.get(channel, {}).get("team", TEAM) if isinstance(channel, str) else TEAM
        number = next(self.numbers)
        # `team_id` may be another workspace of a shared channel: slackapi/java-slack-sdk#629 (read 2026-11-29).
        member = self.members.get(event["user"], {}) if isinstance(event.get("user"), str) else {}
        payload = {
            "type": "event_callback",
            "team_id": member.get("team_id", team),
            "context_team_id": team,
            "event_id": f"Ev{number}",
            "event_time": int(time.time() if at is None else at),
            "authorizations": [{"team_id": team, "user_id": self.teams[team].user, "is_bot": True, **self._in_grid()}],
            "event": event,
        }
        return self.delivery.send(Envelope("events_api", payload, f"E{number}"))

    async def tell_again(self, envelope: Envelope) -> Envelope:
        """Send the same event once more, as Slack does when it missed an acknowledgement, and wait for this one."""
        return await self.delivery.send_and_wait(
            Envelope(envelope.kind, envelope.payload, f"E{next(self.numbers)}", sent=envelope.sent)
        )

    def interaction(self, user: str, kind: str = "") -> dict[str, Any]:
        """Return what every command, press and submission has in common; a trigger can be used once."""
        number = next(self.numbers)
        trigger = f"{number}.{number}.trigger"
        self.ui.triggers[trigger] = user, time.monotonic()
        self._last_id = f"E{number}"
        return {
            "type": kind,
            "user": {"id": user, "username": self.members[user]["name"], "team_id": self.members[user]["team_id"]},
            "team": {"id": self.members[user]["team_id"]},
            "trigger_id": trigger,
            "response_url": f"{self.origin}/response/E{number}",
            "enterprise": {"id": self.organisation, "name": "Grid"} if self.organisation else None,
            "is_enterprise_install": False,
        }

    def _in_grid(self) -> dict[str, Any]:
        """Return what an authorization says of the organisation: docs.slack.dev/apis/events-api, "Callback field".

        There is one even if several installations see the event, and the organisation's names no workspace:
        slackapi/bolt-python#1107, and "org_apps" among its tests (both read 2026-11-30).
        """
        workspace: dict[str, Any] = {"team_id": None} if self.is_org_wide else {}
        return {"enterprise_id": self.organisation, "is_enterprise_install": self.is_org_wide, **workspace}

    async def _answer(self, request: web.Request) -> web.Response:
        [envelope] = [envelope for envelope in self.delivery.envelopes if envelope.id == request.match_info["envelope"]]
        answer = await request.json()
        if self.response_urls_say is not None:
            return web.Response(text=self.response_urls_say, content_type="text/html")
        # Five times within 30 minutes: docs.slack.dev/interactivity/handling-user-interaction (read 2026-11-26).
        if self.response_urls_expired or len(envelope.answers) >= MAX_ANSWERS:
            error = "expired_url" if self.response_urls_expired else "used_url"
            return web.json_response({"ok": False, "error": error}, status=404)
        try:
            check_answer(answer, self.files)
        except RefusedError as error:  # which status it has isn't documented
            return web.json_response({"ok": False, "error": str(error)}, status=400)
        envelope.answers.append(answer)
        if answer.get("replace_original") and not envelope.payload["container"]["is_ephemeral"]:
            box = envelope.payload["container"]
            message = self.message(box["channel_id"], box["message_ts"])
            assert message
            message |= {"text": answer["text"], "blocks": answer["blocks"]}
        if self.response_urls_break and request.transport:
            request.transport.close()
        return web.Response(status=503) if self.response_urls_fail else web.Response(text="ok")

    # What there is to see

    def next_ts(self) -> str:
        """The next message's ts: the moment in microseconds, later than all before."""
        self._latest = max(self._latest + 1, time.time_ns() // 1000)
        return f"{self._latest // 1_000_000}.{self._latest % 1_000_000:06}"

    def last_id(self) -> str:
        """The id that belongs to the response_url of the latest interaction."""
        return self._last_id

    def message(self, channel: str, ts: str) -> Message | None:
        """A message as it is now."""
        return next((message for message in self.messages[channel] if message["ts"] == ts), None)

    def thread(self, channel: str, root: str) -> list[Message]:
        """The answers to a message."""
        return [
            message for message in self.messages[channel] if message.get("thread_ts") == root and message["ts"] != root
        ]

    def calls_of(self, method: str) -> list[dict[str, Any]]:
        """The arguments of each call of a method."""
        return [arguments for called, arguments in self.calls if called == method]

    async def wait_for_reply(self, channel: str, root: str, words: str) -> Message:
        """Wait for an answer of the bot in a thread that has these words in it."""

        def reply() -> Message | None:
            return next((message for message in self.thread(channel, root) if words in shown(message)), None)

        return dict(await eventually(reply))

    async def wait_for_post(self, channel: str, words: str) -> Message:
        """Wait for a message of the bot in a channel, outside threads, that has these words in it."""
        bot = self.teams[self.channels[channel]["team"]]

        def post() -> Message | None:
            own = [
                message
                for message in self.messages[channel]
                if message["user"] == bot.user and "thread_ts" not in message
            ]
            return next((message for message in own if words in shown(message)), None)

        return dict(await eventually(post))

    async def settle(self) -> None:
        """Wait until every envelope was acknowledged or given up."""
        await self.delivery.settle()
