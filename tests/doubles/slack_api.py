"""The Web API of the Slack double: conversations, messages, people, and the app's installation.

What a method takes and refuses is on its page below https://docs.slack.dev/reference/methods/. These pages were read on
2026-11-26 in slack-ruby/slack-api-ref, as of 2026-08-20 (f4837c0c).
"""

import asyncio
import itertools
import re
import time
from base64 import b64decode
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from tests.doubles.slack_arguments import check_arguments
from tests.doubles.slack_blocks import RefusedError, check_message, is_rich, loaded
from tests.doubles.slack_files import SlackFiles
from tests.doubles.slack_reactions_api import SlackReactionsApi, reactions_shown
from tests.doubles.slack_views_api import SlackViewsApi

if TYPE_CHECKING:
    from tests.doubles.slack import SlackDouble

BOT_TOKEN, APP_TOKEN = "xoxb-double", "xapp-double"
TEAM, BOT_USER, BOT = "T0REUNITE", "U0REUNITE", "B0REUNITE"
CLIENT_ID, CLIENT_SECRET = "111.222", "client-secret-of-the-double"
SCOPES = (
    "channels:history,channels:read,chat:write,commands,files:read,files:write,groups:history,groups:read,im:history,im:write,"
    "mpim:history,mpim:write,reactions:read,reactions:write,usergroups:read,users:read"
)

_MAX_PEOPLE = 8

_MINUTE: Final = 60.0
_TIER_2: Final = 20
"""Calls of usergroups.list that it answers within a minute: docs.slack.dev/reference/methods/usergroups.list."""

Answer = dict[str, Any]


async def _at_once() -> None:
    """Wait for nothing."""


class TooManyError(Exception):
    """Slack asks to repeat a call after this many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.headers = {"Retry-After": f"{seconds:g}"}


@dataclass
class Bot:
    """The app in one workspace. `installed` is false once the token was revoked."""

    team: str
    user: str
    token: str
    name: str
    installed: bool = True


class SlackApi:
    """Methods are found by name: `chat.postMessage` is `chat_postMessage`. Each takes the call's arguments.

    The methods of a family are those of its object in `_families`.
    """

    def __init__(self, world: "SlackDouble") -> None:
        self._world = world
        self._numbers = itertools.count(1)
        self.files = SlackFiles(world)
        self._families = {
            "files": self.files,
            "reactions": SlackReactionsApi(world),
            "views": SlackViewsApi(world),
        }
        self.scopes = SCOPES
        self.shown_since = "0"
        """The ts of the oldest message that a free workspace still shows."""
        self.hides_older = False
        """Whether it says that it hides some that are older still."""
        self.not_inside = "not_in_channel"
        """The refusal where the bot isn't in the channel: chat.postMessage, conversations.history."""
        self.unreadable: dict[str, str] = {}
        """By channel, the error of conversations.history, such as the lack of a scope that private channels need."""
        self.codes: dict[str, str] = {}
        """Teams by the codes that an app may exchange for their token."""
        self.failures: dict[str, list[web.Response]] = defaultdict(list)
        self.always: dict[str, Callable[[], web.Response]] = {}
        """By method, what makes the answer to each of its calls, as of a compatible server that lacks it."""
        self.delays: dict[str, float] = {}
        """By method, the seconds by which its answers are delayed."""
        self._groups_asked: list[float] = []
        self._posted_at: dict[str, float] = {}
        self.message_every = 1.0
        """Seconds between the messages that a channel takes."""
        self._read_at: dict[str, float] = {}
        self.history_every = 0.0
        """Seconds between two calls of conversations.history, and also of conversations.replies.

        60 for an app that is distributed outside the Marketplace, which gets 15 objects:
        https://docs.slack.dev/changelog/2025/05/29/rate-limit-changes-for-non-marketplace-apps (read 2026-11-26).
        """
        self.history_max = 3
        """Objects on a page: few, so that every reader has to turn pages."""
        self.before_effect: dict[str, Callable[[], Awaitable[object]]] = {}
        """By method, what its next call waits for before it takes effect, whether or not its sender still waits."""
        self.before_answer: dict[str, Any] = {}
        """By method, a coroutine function that is awaited after a call has taken effect and before it is answered.

        What it returns is the answer, unless that is None.
        """

    @property
    def contents(self) -> dict[str, bytes]:
        """The bytes of every file."""
        return self.files.contents

    def add_routes(self, app: web.Application) -> None:
        app.router.add_route("*", "/api/{method}", self._call)
        self.files.add_routes(app)

    def fail_next(self, method: str, status: int = 200, error: str = "", retry_after: float | None = None) -> None:
        """Let the next call of a method fail."""
        # https://docs.slack.dev/apis/web-api/rate-limits: 429 with Retry-After (read 2026-11-26).
        headers = {"Retry-After": str(retry_after)} if retry_after is not None else {}
        self.failures[method].append(web.json_response({"ok": False, "error": error}, status=status, headers=headers))

    def team_of(self, authorization: str) -> str | None:
        """Return the workspace whose token this header carries."""
        for bot in self._world.teams.values():
            if bot.installed and authorization == f"Bearer {bot.token}":
                return bot.team
        return None

    def _refusal(self, authorization: str) -> str:
        # auth.test: account_inactive for the bot token of a workspace that removed the app (slackapi/bolt-python#1029,
        # read 2026-11-29); invalid_auth for an unknown token, and for an address that the app doesn't allow.
        is_removed = any(authorization == f"Bearer {bot.token}" for bot in self._world.teams.values())
        return "account_inactive" if is_removed else "invalid_auth"

    async def _call(self, request: web.Request) -> web.Response:
        name = request.match_info["method"]
        arguments: dict[str, Any] = dict(request.query)
        if request.content_type == "application/json" and request.can_read_body:
            arguments |= await request.json()
        else:
            arguments |= {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
        self._world.calls.append((name, arguments))
        await self.before_effect.pop(name, _at_once)()
        if failure := self._failure(name):
            return failure
        given = request.headers.get("Authorization", "")
        team = self.team_of(given)
        if name == "apps.connections.open":
            team = TEAM if given == f"Bearer {APP_TOKEN}" else None
        if name == "oauth.v2.access" and given.startswith("Basic "):
            login = b64decode(given.removeprefix("Basic ")).decode().split(":")
            arguments |= dict(zip(("client_id", "client_secret"), login, strict=True))
        elif team is None:
            return web.json_response({"ok": False, "error": self._refusal(given)})
        bot = self._world.teams[team or TEAM]
        try:
            check_arguments(name, {key: value for key, value in arguments.items() if key != "token"})
            if channel := arguments.get("channel"):
                self._check_channel(str(channel), bot)
            answer = self._method(name)(arguments, bot)
        except TooManyError as error:
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=error.headers)
        except RefusedError as error:
            return web.json_response({"ok": False, "error": str(error)})
        await asyncio.sleep(self.delays.get(name, 0))
        other = await self._other_answer(name, request)
        if other is not None:
            return other
        return web.json_response({"ok": True, **answer}, headers={"x-oauth-scopes": self.scopes})

    def _failure(self, name: str) -> web.Response | None:
        if self.failures[name]:
            return self.failures[name].pop(0)
        return self.always[name]() if name in self.always else None

    async def _other_answer(self, name: str, request: web.Request) -> web.Response | None:
        hook: Any = self.before_answer.pop(name, None)
        other: web.Response | None = await hook(request) if hook else None
        return other

    def _method(self, name: str) -> Callable[[Answer, Bot], Answer]:
        family, _, method = name.partition(".")
        part, found = (self._families[family], method) if family in self._families else (self, name.replace(".", "_"))
        answer: Callable[[Answer, Bot], Answer] = getattr(part, found)
        return answer

    def _check_channel(self, channel: str, bot: Bot) -> None:
        known = self._world.channels.get(channel)
        if known is None or known["team"] != bot.team:
            raise RefusedError("channel_not_found")
        if not known["is_member"]:
            raise RefusedError(self.not_inside)

    # The app

    def auth_test(self, _: Answer, bot: Bot) -> Answer:
        who = {"team": bot.name, "team_id": bot.team, "user": "reunite", "user_id": bot.user, "bot_id": BOT}
        return {"url": f"https://{bot.name.lower()}.slack.com/", **who}

    def auth_revoke(self, _: Answer, bot: Bot) -> Answer:
        bot.installed = False
        return {"revoked": True}

    def apps_connections_open(self, _: Answer, __: Bot) -> Answer:
        return {"url": f"{self._world.origin.replace('http', 'ws')}{self._world.delivery.new_path()}"}

    def oauth_v2_access(self, arguments: Answer, _: Bot) -> Answer:
        team = self.codes.pop(arguments["code"], None)
        if team is None or (arguments["client_id"], arguments["client_secret"]) != (CLIENT_ID, CLIENT_SECRET):
            raise RefusedError("invalid_code")  # oauth.v2.access
        bot = self._world.teams[team]
        bot.installed = True
        return {
            "app_id": "A0REUNITE",
            "authed_user": {"id": "U0INSTALLER"},
            "scope": self.scopes,
            "token_type": "bot",
            "access_token": bot.token,
            "bot_user_id": bot.user,
            "team": {"id": team, "name": bot.name},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    # People

    def users_info(self, arguments: Answer, _: Bot) -> Answer:
        user = self._world.members.get(arguments["user"])
        if user is None or user.get("hidden"):  # users.info: somebody of another organization may not be visible
            raise RefusedError(user["hidden"] if user else "user_not_found")
        wanted = str(arguments.get("include_locale", "")).lower() in {"1", "true"}
        return {"user": {key: value for key, value in user.items() if key != "locale" or wanted}}

    def usergroups_list(self, arguments: Answer, bot: Bot) -> Answer:
        if "usergroups:read" not in self.scopes.split(","):  # usergroups.list: its scope
            raise RefusedError("missing_scope")
        self._groups_asked = [asked for asked in self._groups_asked if time.monotonic() - asked < _MINUTE]
        if len(self._groups_asked) >= _TIER_2:
            raise TooManyError(_MINUTE)
        self._groups_asked.append(time.monotonic())
        groups = [group for group in self._world.groups.values() if group["team"] == bot.team]
        hidden = set() if str(arguments.get("include_users", "")).lower() in {"1", "true"} else {"users"}
        return {"usergroups": [{key: value for key, value in group.items() if key not in hidden} for group in groups]}

    # Conversations

    def users_conversations(self, arguments: Answer, bot: Bot) -> Answer:
        inside = [
            channel
            for channel in self._world.channels.values()
            if channel["is_member"] and channel["team"] == bot.team
            # That a channel may be listed only later isn't documented.
            if not (channel.get("is_im") or channel.get("is_unlisted"))
        ]
        if str(arguments.get("exclude_archived", "")).lower() in {"1", "true"}:
            inside = [channel for channel in inside if not channel["is_archived"]]
        if user := arguments.get("user"):  # users.conversations: of private ones, those that the app is in too
            inside = [channel for channel in inside if user in channel.get("people", self._world.members)]
        start = int(arguments.get("cursor") or 0)
        end = start + 2  # pages are small, so that every reader has to turn them
        more = str(end) if end < len(inside) else ""
        return {"channels": inside[start:end], "response_metadata": {"next_cursor": more}}

    def conversations_info(self, arguments: Answer, _: Bot) -> Answer:
        return {"channel": self._world.channels[arguments["channel"]]}

    def conversations_create(self, arguments: Answer, bot: Bot) -> Answer:
        # conversations.create: each kind of channel has its scope, the name has up to 80 lowercase letters, numbers,
        # hyphens and underscores, and no other channel has it.
        is_private = str(arguments.get("is_private", "")).lower() in {"1", "true"}
        needed = "groups:write" if is_private else "channels:manage"
        if needed not in self.scopes.split(","):
            raise RefusedError("missing_scope")
        if not re.fullmatch(r"[a-z0-9_-]{1,80}", arguments["name"]):
            raise RefusedError("invalid_name_specials")
        team = [channel for channel in self._world.channels.values() if channel["team"] == bot.team]
        if any(channel.get("name") == arguments["name"] for channel in team):
            raise RefusedError("name_taken")
        channel = self._world.admin.add_channel(arguments["name"], team=bot.team, is_private=is_private)
        return {"channel": self._world.channels[channel]}

    def conversations_invite(self, arguments: Answer, bot: Bot) -> Answer:
        # conversations.invite: users, but not the app itself.
        users = arguments["users"].split(",")
        if bot.user in users:
            raise RefusedError("cant_invite_self")
        if not set(users) <= self._world.members.keys():
            raise RefusedError("user_not_found")
        self._world.channels[arguments["channel"]]["invited"] = users
        return {"channel": self._world.channels[arguments["channel"]]}

    def conversations_open(self, arguments: Answer, bot: Bot) -> Answer:
        # conversations.open: 1 to 8 users; the same users, the same conversation; and
        # docs.slack.dev/reference/scopes/mpim.write for more than one (read 2026-11-26).
        users = arguments["users"].split(",")
        for user in users:
            member = self._world.members.get(user)
            if member is None or member["team_id"] != bot.team or member.get("is_bot"):
                raise RefusedError("user_not_found")
        if len(users) == 1:
            return {"channel": {"id": self._world.direct(users[0])}}
        if len(users) > _MAX_PEOPLE:
            raise RefusedError("too_many_users")
        if "mpim:write" not in self.scopes.split(","):
            raise RefusedError("missing_scope")
        return {"channel": {"id": self._world.group(users)}}

    def conversations_replies(self, arguments: Answer, _: Bot) -> Answer:
        channel, root = arguments["channel"], arguments["ts"]
        first = self._world.message(channel, root)
        if first is None or root < self.shown_since:  # the latter isn't documented
            raise RefusedError("thread_not_found")  # conversations.replies
        self._read("conversations.replies")
        oldest = str(arguments.get("oldest") or "0")
        return self._page(
            [first, *(reply for reply in self._world.thread(channel, root) if reply["ts"] > oldest)], arguments
        )

    def _read(self, method: str) -> None:
        now = time.monotonic()
        if now < self._read_at.get(method, now):
            raise TooManyError(self._read_at[method] - now)
        self._read_at[method] = now + self.history_every

    def read_freely(self) -> None:
        """Let the app read again as if the time had passed."""
        self._read_at.clear()

    def conversations_history(self, arguments: Answer, _: Bot) -> Answer:
        if error := self.unreadable.get(str(arguments["channel"])):
            raise RefusedError(error)
        self._read("conversations.history")
        everything = self._world.messages[arguments["channel"]]
        oldest, latest = str(arguments.get("oldest") or "0"), str(arguments.get("latest") or "9")
        roots = [
            message for message in reversed(everything) if message.get("thread_ts", message["ts"]) == message["ts"]
        ]
        # conversations.history: without `inclusive`, both ends are left out.
        is_inclusive = str(arguments.get("inclusive", "")).lower() in {"1", "true"}
        ends = set() if is_inclusive else {oldest, latest}
        seen = [root for root in roots if oldest <= root["ts"] <= latest and root["ts"] not in ends]
        shown = [root for root in seen if root["ts"] >= self.shown_since]
        # conversations.history, `is_limited`: a free workspace hides messages older than those of this page.
        is_limited = self.hides_older or len(shown) < len(seen)
        return {**self._page(shown, arguments), **({"is_limited": True} if is_limited else {})}

    def _page(self, messages: list[Answer], arguments: Answer) -> Answer:
        """Metadata only where it was asked for."""
        # conversations.history, conversations.replies: `cursor`, and metadata where `include_all_metadata` asks for it.
        start = int(arguments.get("cursor") or 0)
        end = start + min(self.history_max, int(arguments.get("limit") or 3))
        shown = messages[start:end]
        if arguments.get("include_all_metadata") not in {True, "1", "true"}:
            shown = [{key: value for key, value in message.items() if key != "metadata"} for message in shown]
        shown = [
            {**message, "reactions": reactions_shown(message)} if "reactions" in message else message
            for message in shown
        ]
        return {"messages": shown, "response_metadata": {"next_cursor": str(end) if end < len(messages) else ""}}

    # Messages

    def chat_postMessage(self, arguments: Answer, bot: Bot) -> Answer:  # noqa: N802 - Slack's name
        check_message(loaded(arguments.get("blocks")), self._world.files)
        channel, root = arguments["channel"], arguments.get("thread_ts")
        self._check_writable(channel, root)
        self._limit(channel)
        message: Answer = {"type": "message", "user": bot.user, "bot_id": BOT, "ts": self._world.next_ts()}
        message |= {key: arguments[key] for key in ("text", "blocks", "metadata") if key in arguments}
        first = self._world.message(channel, root) if root else None
        is_shown = first is not None and first["ts"] >= self.shown_since  # that a hidden one isn't is not documented
        if first and is_shown and first.get("subtype") != "tombstone":
            message["thread_ts"] = root
        self._world.messages[channel].append(message)
        self._world.tell({**message, "channel": channel, "channel_type": "channel"})
        return {"channel": channel, "ts": message["ts"], "message": message}

    def _check_writable(self, channel: str, root: str | None) -> None:
        """Refuse a message as chat.postMessage does in archived and restricted channels."""
        if self._world.channels[channel].get("is_archived"):
            raise RefusedError("is_archived")
        restriction = self._world.restrictions.get(channel, "")
        if restriction and (root is None or restriction != "restricted_action_thread_only_channel"):
            raise RefusedError(restriction)

    def _limit(self, channel: str) -> None:
        """Take one message a second in a channel: docs.slack.dev/apis/web-api/rate-limits (read 2026-11-26)."""
        now = time.monotonic()
        if now - self._posted_at.get(channel, -1.0) < self.message_every:
            raise TooManyError(self.message_every)
        self._posted_at[channel] = now

    def chat_postEphemeral(self, arguments: Answer, _: Bot) -> Answer:  # noqa: N802 - Slack's name
        check_message(loaded(arguments.get("blocks")), self._world.files)
        self._world.whispers.append({**arguments, "blocks": loaded(arguments.get("blocks"))})
        return {"message_ts": self._world.next_ts()}

    def chat_update(self, arguments: Answer, bot: Bot) -> Answer:
        message = self._own(arguments, bot, "cant_update_message")  # chat.update
        blocks = loaded(arguments.get("blocks"))
        check_message(blocks, self._world.files)
        if self._world.channels[arguments["channel"]].get("is_archived"):
            raise RefusedError("is_inactive")  # chat.update
        if is_rich(loaded(message.get("blocks"))) and not is_rich(blocks):
            raise RefusedError("block_mismatch")  # chat.update
        before = dict(message)
        message |= {key: arguments[key] for key in ("text", "blocks", "metadata") if key in arguments}
        hidden = {"type": "message", "subtype": "message_changed", "channel": arguments["channel"], "hidden": True}
        self._world.tell({**hidden, "ts": self._world.next_ts(), "message": message, "previous_message": before})
        return {"channel": arguments["channel"], "ts": arguments["ts"]}

    def chat_delete(self, arguments: Answer, bot: Bot) -> Answer:
        self._own(arguments, bot, "cant_delete_message")  # chat.delete
        self._world.delete(arguments["channel"], arguments["ts"])
        return {"channel": arguments["channel"], "ts": arguments["ts"]}

    def _own(self, arguments: Answer, bot: Bot, refusal: str) -> Answer:
        message = self._world.message(arguments["channel"], arguments["ts"])
        if message is None or message.get("subtype") == "tombstone":
            raise RefusedError("message_not_found")
        if message["user"] != bot.user:
            raise RefusedError(refusal)
        return message
