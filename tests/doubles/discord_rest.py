"""The double's HTTP API, version 10: its routes, and what is not about channels or interactions."""

from aiohttp import web

from tests.doubles.discord_checks import check_commands
from tests.doubles.discord_guild import Guild
from tests.doubles.discord_rest_base import (
    MISSING_PERMISSIONS,
    PREFIX,
    UNKNOWN_MEMBER,
    Answer,
    Handler,
    Refusal,
    guarded,
    known,
)
from tests.doubles.discord_rest_channels import Channels
from tests.doubles.discord_rest_interactions import Interactions
from tests.doubles.discord_shapes import APPLICATION_ID, BOT_ID, VIEW_AUDIT_LOG, Json


def routes(double: Guild, refusals: list[Refusal]) -> list[web.RouteDef]:
    """Return the routes of the API and of the attachments."""
    api, there, used = Api(double), Channels(double), Interactions(double)
    channel, message = "/channels/{channel}", "/channels/{channel}/messages/{message}"
    hook = "/webhooks/{application}/{token}"
    table: list[tuple[str, str, Handler]] = [
        ("GET", "/gateway/bot", api.gateway),
        ("GET", "/users/@me", api.me),
        ("GET", "/users/@me/guilds", api.guilds),
        ("POST", "/users/@me/channels", api.open_direct),
        ("GET", "/oauth2/applications/@me", api.application),
        ("PUT", "/applications/{application}/commands", api.overwrite_commands),
        ("GET", "/guilds/{guild}/members/{user}", api.member),
        ("POST", "/guilds/{guild}/channels", there.create),
        ("GET", "/guilds/{guild}/audit-logs", api.audit_log),
        ("GET", channel, there.channel),
        ("PATCH", channel, there.change),
        ("DELETE", channel, there.remove),
        ("POST", f"{channel}/threads", there.open_thread),
        ("GET", f"{channel}/threads/archived/public", there.archived),
        ("PUT", f"{channel}/thread-members/{{user}}", there.add_to_thread),
        ("GET", f"{channel}/messages", there.history),
        ("POST", f"{channel}/messages", there.send),
        ("GET", message, there.message),
        ("PATCH", message, there.edit),
        ("DELETE", message, there.delete),
        ("POST", f"{message}/threads", there.start_thread),
        ("GET", f"{message}/reactions/{{emoji}}", there.reactors),
        ("PUT", f"{message}/reactions/{{emoji}}/@me", there.react),
        ("DELETE", f"{message}/reactions/{{emoji}}/@me", there.unreact),
        ("POST", "/interactions/{interaction}/{token}/callback", used.answer),
        ("PATCH", f"{hook}/messages/@original", used.edit),
        ("POST", hook, used.follow_up),
    ]
    return [
        *(web.route(method, f"{PREFIX}{path}", guarded(double, refusals, handler)) for method, path, handler in table),
        web.get("/attachments/{channel}/{attachment}/{name}", api.attachment),
    ]


class Api:
    """Request handlers: each returns JSON or raises ApiError."""

    def __init__(self, double: Guild) -> None:
        self._double = double

    async def gateway(self, _: web.Request) -> Answer:
        gateway = self._double.gateway
        # developers/events/gateway, "Session Start Limit Object" (read 2026-11-29): milliseconds.
        limit = {"total": 1000, "remaining": gateway.starts_left, "reset_after": 7_200_000, "max_concurrency": 1}
        return {"url": self._double.gateway_url, "shards": gateway.shards, "session_start_limit": limit}

    async def me(self, _: web.Request) -> Answer:
        return {**self._double.members[BOT_ID]["user"], "mfa_enabled": True, "verified": True, "flags": 0}

    async def guilds(self, _: web.Request) -> Answer:
        double = self._double
        rights = double.may_anywhere(BOT_ID)
        return [{"id": double.guild_id, "name": "The library", "owner": False, "permissions": str(rights)}]

    async def audit_log(self, request: web.Request) -> Answer:
        # developers/resources/audit-log, "Get Guild Audit Log": VIEW_AUDIT_LOG, the newest first (read 2026-11-26).
        double = self._double
        if not double.may_anywhere(BOT_ID) & VIEW_AUDIT_LOG:
            raise MISSING_PERMISSIONS
        wanted = [
            invitation
            for invitation in double.invitations
            if str(invitation["action_type"]) == request.query["action_type"]
        ]
        entries = wanted[: int(request.query.get("limit", "50"))]
        users = [double.members[entry["user_id"]]["user"] for entry in entries]
        others: Json = {key: [] for key in ("integrations", "webhooks", "threads", "application_commands")}
        return {"audit_log_entries": entries, "users": users, **others}

    async def open_direct(self, request: web.Request) -> Answer:
        user = str((await request.json())["recipient_id"])
        known(self._double.members, user, UNKNOWN_MEMBER)
        return self._double.direct(user)

    async def application(self, _: web.Request) -> Answer:
        owner = self._double.members[BOT_ID]["user"]
        content = (1 << 19) if self._double.gateway.allows_message_content else 0
        return {
            "id": APPLICATION_ID, "name": "Reunite", "description": "", "icon": None, "owner": owner, "team": None,
            "bot_public": True, "bot_require_code_grant": False, "verify_key": "0" * 64, "flags": content,
            "summary": "",
        }  # fmt: skip

    async def overwrite_commands(self, request: web.Request) -> Answer:
        commands = await request.json()
        check_commands(commands)
        about = {
            "application_id": APPLICATION_ID,
            "version": "1",
            "default_member_permissions": None,
            "description": "",
        }
        self._double.commands = [{**about, "id": self._double.new_id(), **command} for command in commands]
        return self._double.commands

    async def member(self, request: web.Request) -> Answer:
        return known(self._double.members, request.match_info["user"], UNKNOWN_MEMBER)

    async def attachment(self, request: web.Request) -> web.Response:
        """Serve a file as Discord's file host does: without any token, and as long as the link is good."""
        data = self._double.opens(request.path, request.query.get("ex", ""))
        if data is None:
            return web.Response(status=404, text="This content is no longer available.")
        return web.Response(body=data, content_type="image/jpeg")
