"""The arguments that the methods of Slack's Web API take, and the values that they refuse.

From the methods' pages below https://docs.slack.dev/reference/methods/, as of 2026-08-20 in slack-ruby/slack-api-ref
(f4837c0c; read 2026-11-29). Slack ignores some unknown arguments and refuses others; the double refuses all.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from tests.doubles.slack_blocks import RefusedError

_SHOWN: Final = "attachments blocks link_names markdown_text metadata parse text thread_ts"
_PAGES: Final = "cursor include_all_metadata inclusive latest limit oldest"
_REQUIRED_AND_OTHERS: Final[Mapping[str, tuple[str, str]]] = {
    "apps.connections.open": ("", ""),
    "auth.revoke": ("", "test"),
    "auth.test": ("", ""),
    "chat.delete": ("channel ts", "as_user"),
    "chat.postEphemeral": ("channel user", _SHOWN),
    "chat.postMessage": ("channel", f"{_SHOWN} mrkdwn reply_broadcast unfurl_links unfurl_media"),
    "chat.update": ("channel ts", f"{_SHOWN} file_ids reply_broadcast"),
    "conversations.create": ("name", "is_private team_id"),
    "conversations.history": ("channel", _PAGES),
    "conversations.info": ("channel", "include_locale include_num_members"),
    "conversations.invite": ("channel users", "force"),
    "conversations.open": ("", "channel prevent_creation return_im users"),
    "conversations.replies": ("channel ts", _PAGES),
    "files.completeUploadExternal": ("files", "blocks channel_id channels initial_comment thread_ts"),
    "files.delete": ("file", ""),
    "files.getUploadURLExternal": ("filename length", "alt_txt snippet_type"),
    "files.info": ("file", "count cursor limit page"),
    "oauth.v2.access": ("", "client_id client_secret code code_verifier grant_type redirect_uri refresh_token"),
    "reactions.add": ("channel name timestamp", ""),
    "reactions.get": ("channel timestamp", "full"),
    "reactions.remove": ("channel name timestamp", ""),
    "usergroups.list": ("", "include_count include_disabled include_users team_id"),
    "users.conversations": ("", "cursor exclude_archived exclude_muted limit team_id types user"),
    "users.info": ("user", "include_locale"),
    "views.open": ("trigger_id view", "interactivity_pointer"),
    "views.publish": ("user_id view", "hash"),
    "views.update": ("view", "external_id hash view_id"),
}
_FLAGS: Final = {
    "exclude_archived", "full", "include_all_metadata", "include_locale", "include_users", "inclusive", "is_private",
    "unfurl_links", "unfurl_media",
}  # fmt: skip
_MAX_LIMIT: Final = 999
_MAX_METADATA: Final = 16_384
# chat.update gives 4,000; chat.postMessage cuts off what is longer than 40,000.
_MAX_TEXT: Final = {"chat.update": 4_000, "chat.postEphemeral": 40_000, "chat.postMessage": 40_000}


def check_arguments(method: str, given: Mapping[str, Any]) -> None:
    """Refuse a call that lacks an argument or has one that its method doesn't take, or a wrong value."""
    required, others = (names.split() for names in _REQUIRED_AND_OTHERS[method])
    if not set(required) <= given.keys() <= {*required, *others}:
        raise RefusedError("invalid_arguments")
    if not all(str(given[name]).lower() in {"0", "1", "false", "true"} for name in _FLAGS & given.keys()):
        raise RefusedError("invalid_arguments")
    if not 1 <= int(given.get("limit", 1)) <= _MAX_LIMIT:
        raise RefusedError("invalid_limit")
    if method in _MAX_TEXT:
        _check_text(method, given)


def _check_text(method: str, given: Mapping[str, Any]) -> None:
    if not (given.get("text") or given.get("blocks")):
        raise RefusedError("no_text")
    if len(given.get("text") or "") > _MAX_TEXT[method]:
        raise RefusedError("msg_too_long")
    metadata = given.get("metadata", {})
    metadata = json.loads(metadata) if isinstance(metadata, str) else metadata
    if metadata and not metadata.keys() == {"event_type", "event_payload"}:
        raise RefusedError("invalid_metadata_format")
    if len(json.dumps(metadata)) > _MAX_METADATA:  # the size is not on these pages
        raise RefusedError("metadata_too_large")
