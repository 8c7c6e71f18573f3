"""The Web API of the Slack double, its file store included."""

import itertools
import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from tests.doubles.slack import SlackDouble

BOT_TOKEN, APP_TOKEN = "xoxb-double", "xapp-double"
TEAM, BOT_USER, BOT = "T0REUNITE", "U0REUNITE", "B0REUNITE"
SCOPES = (
    "channels:history,channels:read,chat:write,commands,files:read,files:write,groups:history,groups:read,"
    "reactions:read,reactions:write,users:read"
)
MOST_BLOCKS = 50
MOST_ELEMENT_TEXT = 3000
MOST_BUTTON_TEXT = 75

Answer = dict[str, Any]


class RefusedError(Exception):
    """The API answers with an error."""


class SlackApi:
    """Methods are found by name: `chat.postMessage` is `chat_postMessage`. Each takes the call's arguments."""

    def __init__(self, world: "SlackDouble") -> None:
        self._world = world
        self.contents: dict[str, bytes] = {}
        self._numbers = itertools.count(1)
        self.failures: dict[str, list[web.Response]] = defaultdict(list)
        self.looks_until_ready = 2
        """How often a new upload is asked for before it is ready to be shown."""
        self.before_answer: dict[str, Any] = {}
        """By method, a coroutine function that is awaited when the call's work is done and not answered yet."""

    def add_routes(self, app: web.Application) -> None:
        app.router.add_route("*", "/api/{method}", self._call)
        app.router.add_post("/upload/{file}", self._upload)
        app.router.add_get("/files-pri/{file}/download/{name}", self._download)

    def fail_next(self, method: str, status: int = 200, error: str = "", retry_after: int | None = None) -> None:
        """Let the next call of a method fail."""
        headers = {"Retry-After": str(retry_after)} if retry_after is not None else {}
        self.failures[method].append(web.json_response({"ok": False, "error": error}, status=status, headers=headers))

    def add_file(self, owner: str, name: str, content: bytes, *, ready: bool) -> Answer:
        file = f"F{next(self._numbers):09}"
        self.contents[file] = content
        self._world.files[file] = {
            "id": file,
            "name": name,
            "user": owner,
            "mimetype": "image/jpeg" if ready else "",
            "looks": 0,
            "url_private": f"{self._world.origin}/files-pri/{file}/download/{name}",
            "url_private_download": f"{self._world.origin}/files-pri/{file}/download/{name}",
        }
        return {key: value for key, value in self._world.files[file].items() if key != "looks"}

    async def _call(self, request: web.Request) -> web.Response:
        name = request.match_info["method"]
        arguments: dict[str, Any] = dict(request.query)
        if request.content_type == "application/json" and request.can_read_body:
            arguments |= await request.json()
        else:
            arguments |= {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
        self._world.calls.append((name, arguments))
        if self.failures[name]:
            return self.failures[name].pop(0)
        wanted = APP_TOKEN if name == "apps.connections.open" else BOT_TOKEN
        if request.headers.get("Authorization") != f"Bearer {wanted}":
            return web.json_response({"ok": False, "error": "invalid_auth"})
        try:
            answer = getattr(self, name.replace(".", "_"))(arguments)
        except RefusedError as error:
            return web.json_response({"ok": False, "error": str(error)})
        if name in self.before_answer:
            await self.before_answer.pop(name)(request)
        return web.json_response({"ok": True, **answer}, headers={"x-oauth-scopes": SCOPES})

    async def _upload(self, request: web.Request) -> web.Response:
        self.contents[request.match_info["file"]] = await request.read()
        return web.Response(text="OK")

    async def _download(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {BOT_TOKEN}":
            return web.Response(text="<!DOCTYPE html><title>Sign in</title>", content_type="text/html")
        return web.Response(body=self.contents[request.match_info["file"]], content_type="image/jpeg")

    # Methods

    def auth_test(self, _: Answer) -> Answer:
        who = {"team": "Doubletown", "team_id": TEAM, "user": "reunite", "user_id": BOT_USER, "bot_id": BOT}
        return {"url": "https://doubletown.slack.com/", **who}

    def apps_connections_open(self, _: Answer) -> Answer:
        return {"url": f"{self._world.origin.replace('http', 'ws')}/socket"}

    def users_info(self, arguments: Answer) -> Answer:
        user = self._world.members.get(arguments["user"])
        if user is None:
            raise RefusedError("user_not_found")
        return {"user": user}

    def users_conversations(self, arguments: Answer) -> Answer:
        inside = [each for each in self._world.channels.values() if each["is_member"]]
        start = int(arguments.get("cursor") or 0)
        end = start + 2  # pages are small, so that every reader has to turn them
        more = str(end) if end < len(inside) else ""
        return {"channels": inside[start:end], "response_metadata": {"next_cursor": more}}

    def conversations_replies(self, arguments: Answer) -> Answer:
        self._channel(arguments)
        channel, root = arguments["channel"], arguments["ts"]
        first = self._world.message(channel, root)
        if first is None:
            raise RefusedError("thread_not_found")
        return self._page([first, *self._world.thread(channel, root)], arguments)

    def conversations_history(self, arguments: Answer) -> Answer:
        self._channel(arguments)
        everything = self._world.messages[arguments["channel"]]
        return self._page([each for each in reversed(everything) if "thread_ts" not in each], arguments)

    def _page(self, messages: list[Answer], arguments: Answer) -> Answer:
        """Metadata only where it was asked for."""
        start = int(arguments.get("cursor") or 0)
        end = start + 3
        shown = messages[start:end]
        if arguments.get("include_all_metadata") not in {True, "1", "true"}:
            shown = [{key: value for key, value in each.items() if key != "metadata"} for each in shown]
        return {"messages": shown, "response_metadata": {"next_cursor": str(end) if end < len(messages) else ""}}

    def chat_postMessage(self, arguments: Answer) -> Answer:  # noqa: N802 - Slack's name
        self._channel(arguments)
        blocks = arguments.get("blocks", [])
        self._check(json.loads(blocks) if isinstance(blocks, str) else blocks)
        channel, root = arguments["channel"], arguments.get("thread_ts")
        message: Answer = {"type": "message", "user": BOT_USER, "bot_id": BOT, "ts": self._world.next_ts()}
        message |= {key: arguments[key] for key in ("text", "blocks", "metadata") if key in arguments}
        first = self._world.message(channel, root) if root else None
        if first and first.get("subtype") != "tombstone":
            message["thread_ts"] = root
        self._world.messages[channel].append(message)
        self._world.tell({**message, "channel": channel, "channel_type": "channel"})
        return {"channel": channel, "ts": message["ts"], "message": message}

    def chat_delete(self, arguments: Answer) -> Answer:
        if self._world.message(arguments["channel"], arguments["ts"]) is None:
            raise RefusedError("message_not_found")
        self._world.delete(arguments["channel"], arguments["ts"])
        return {"channel": arguments["channel"], "ts": arguments["ts"]}

    def reactions_add(self, arguments: Answer) -> Answer:
        channel, ts, name = arguments["channel"], arguments["timestamp"], arguments["name"]
        message = self._world.message(channel, ts)
        if message is None:
            raise RefusedError("message_not_found")
        if BOT_USER in message.get("reactions", {}).get(name, []):
            raise RefusedError("already_reacted")
        self._world.react(channel, ts, name, BOT_USER)
        return {}

    def files_getUploadURLExternal(self, arguments: Answer) -> Answer:  # noqa: N802 - Slack's name
        file = self.add_file(BOT_USER, arguments["filename"], b"", ready=False)["id"]
        return {"upload_url": f"{self._world.origin}/upload/{file}", "file_id": file}

    def files_completeUploadExternal(self, arguments: Answer) -> Answer:  # noqa: N802 - Slack's name
        files = arguments["files"]
        return {"files": json.loads(files) if isinstance(files, str) else files}

    def files_info(self, arguments: Answer) -> Answer:
        file = self._world.files[arguments["file"]]
        file["looks"] += 1
        if file["looks"] >= self.looks_until_ready:
            file["mimetype"] = "image/jpeg"
        return {"file": file}

    def _channel(self, arguments: Answer) -> None:
        channel = self._world.channels.get(arguments["channel"])
        if channel is None:
            raise RefusedError("channel_not_found")
        if not channel["is_member"]:
            raise RefusedError("not_in_channel")

    def _check(self, blocks: list[Answer]) -> None:
        """Refuse what Block Kit refuses."""
        if len(blocks) > MOST_BLOCKS:
            raise RefusedError("invalid_blocks")
        for block in blocks:
            file = self._world.files.get(block.get("slack_file", {}).get("id"))
            if block["type"] == "image" and (file is None or not file["mimetype"] or not block["alt_text"]):
                raise RefusedError("invalid_blocks")
            buttons = block["elements"] if block["type"] == "actions" else []
            if len({each["action_id"] for each in buttons}) < len(buttons) or any(
                not 0 < len(each["text"]["text"]) <= MOST_BUTTON_TEXT for each in buttons
            ):
                raise RefusedError("invalid_blocks")
            for group in block.get("elements", ()) if block["type"] == "rich_text" else ():
                if any(
                    not each.get("text", "x") or len(each.get("text", "")) > MOST_ELEMENT_TEXT
                    for each in group["elements"]
                ):
                    raise RefusedError("invalid_blocks")
