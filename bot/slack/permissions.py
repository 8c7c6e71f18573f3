"""The bot token's scopes, as few as possible, as in slack/manifest.yaml."""

from collections.abc import Mapping
from typing import Final

SCOPES: Final = frozenset(
    {
        "channels:history",
        "channels:read",
        "chat:write",
        "commands",
        "files:read",
        "files:write",
        "groups:history",
        "groups:read",
        "im:history",
        "im:write",
        "mpim:history",
        "mpim:write",
        "reactions:read",
        "reactions:write",
        "usergroups:read",
        "users:read",
    }
)
"""`groups` are private channels, `im` direct messages, `mpim` those of several people."""


def missing(headers: Mapping[str, str]) -> list[str]:
    """Return the scopes that a token lacks, by the headers of an answer to it."""
    return sorted(SCOPES - set(headers.get("x-oauth-scopes", "").replace(" ", "").split(",")))
