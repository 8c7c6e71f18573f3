"""The file store of the Slack double: uploads in three steps, downloads with a token of the file's workspace."""

import itertools
import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.doubles.slack_blocks import RefusedError

if TYPE_CHECKING:
    from tests.doubles.slack import SlackDouble
    from tests.doubles.slack_api import Bot

Answer = dict[str, Any]


class SlackFiles:
    """Files by id; `contents` are their bytes. An upload is ready at the `looks_until_ready`-th call of files.info."""

    def __init__(self, world: "SlackDouble") -> None:
        self._world = world
        self._numbers = itertools.count(1)
        self.contents: dict[str, bytes] = {}
        self.looks_until_ready = 2

    def add_routes(self, app: web.Application) -> None:
        app.router.add_post("/upload/{file}", self._upload)
        app.router.add_get("/sign-in", self._sign_in)
        app.router.add_get("/files-pri/{file}/download/{name}", self._download)

    def add(self, owner: str, name: str, content: bytes, *, ready: bool = True) -> Answer:
        """Store a file; return it as events and modals show it."""
        file = f"F{next(self._numbers):09}"
        self.contents[file] = content
        url = f"{self._world.origin}/files-pri/{file}/download/{name}"
        self._world.files[file] = {
            "id": file,
            "name": name,
            "user": owner,
            "mimetype": "image/jpeg" if ready else "",
            "looks": 0,
            "url_private": url,
            "url_private_download": url,
        }
        return {key: value for key, value in self._world.files[file].items() if key != "looks"}

    async def _upload(self, request: web.Request) -> web.Response:
        self.contents[request.match_info["file"]] = await request.read()
        return web.Response(text="OK")

    async def _download(self, request: web.Request) -> web.Response:
        """Serve a file to a token of a workspace that it was shared in; others go to the page for signing in.

        https://docs.slack.dev/reference/objects/file-object, "url_private".
        """
        file = self._world.files[request.match_info["file"]]
        team = self._world.members[file["user"]]["team_id"]
        shared = {self._world.channels[channel]["team"] for channel in self._channels_with(file["id"])}
        known = self._world.api.team_of(request.headers.get("Authorization", ""))
        if known not in {team, *shared}:
            # Not documented: Slack shows its page for signing in, not 401 or 403. Reported below
            # https://gist.github.com/ErikKalkoken/f3ab28617d5099531ded865d111dbac1 (read 2026-11-26).
            raise web.HTTPFound(f"{self._world.origin.replace('127.0.0.1', 'localhost')}/sign-in")
        return web.Response(body=self.contents[file["id"]], content_type="image/jpeg")

    @staticmethod
    async def _sign_in(_: web.Request) -> web.Response:
        return web.Response(text="<!DOCTYPE html><title>Sign in</title>", content_type="text/html")

    def _channels_with(self, file: str) -> list[str]:
        return [
            channel
            for channel, messages in self._world.messages.items()
            if any(file == attached["id"] for message in messages for attached in message.get("files", ()))
        ]

    # Methods

    # docs.slack.dev/reference/methods/files.getUploadURLExternal and files.completeUploadExternal (read 2026-11-26): a
    # URL, the upload, its completion. That a file is ready only some time later is not documented.

    def getUploadURLExternal(self, arguments: Answer, bot: "Bot") -> Answer:  # noqa: N802 - Slack's name
        file = self.add(bot.user, arguments["filename"], b"", ready=not self.looks_until_ready)["id"]
        return {"upload_url": f"{self._world.origin}/upload/{file}", "file_id": file}

    @staticmethod
    def completeUploadExternal(arguments: Answer, _: "Bot") -> Answer:  # noqa: N802 - Slack's name
        files = arguments["files"]
        return {"files": json.loads(files) if isinstance(files, str) else files}

    def info(self, arguments: Answer, _: "Bot") -> Answer:
        file = self._world.files.get(arguments["file"])
        if file is None:
            raise RefusedError("file_not_found")
        if file.get("is_denied"):  # docs.slack.dev/reference/methods/files.info, for Slack Connect (read 2026-11-26)
            raise RefusedError("access_denied")
        file["looks"] += 1
        if file["looks"] >= self.looks_until_ready and file.get("mode") != "hidden_by_limit":
            file["mimetype"] = "image/jpeg"
        return {"file": file}

    def delete(self, arguments: Answer, bot: "Bot") -> Answer:
        """Delete one of the bot's own files.

        https://docs.slack.dev/reference/methods/files.delete (read 2026-11-29)
        """
        file = self._world.files.get(arguments["file"])
        if file is None:
            raise RefusedError("file_not_found")
        if file["user"] != bot.user:
            raise RefusedError("cant_delete_file")
        del self._world.files[arguments["file"]], self.contents[arguments["file"]]
        return {}
