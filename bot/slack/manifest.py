"""The commands, shortcuts and events of the app, as slack/manifest.yaml declares them to Slack."""

from typing import Final

from reunite.language import CommandNames, command

LOST, FOUND = "/lost", "/found"
COMMANDS: Final = frozenset({LOST, FOUND})
SUBCOMMANDS: Final = ("sealed", "search", "mine", "privacy", "setup", "stats", "timezone", "link", "unlink")
"""What other platforms have commands for is a word after `/lost` here, and "sealed" one after `/found`."""
THINGS: Final = frozenset(
    {"chiffres", "cifras", "collega", "conectar", "fuseau", "fuso", "masque", "numeros", "números", "zahlen"}
)
"""Names of subcommands, perhaps without their accents, that are also things which people lose, or everyday words."""
REPORT_LOST, REPORT_FOUND, REPORT_SEALED = "report_lost", "report_found", "report_sealed"
REPORT_SHORTCUTS: Final = frozenset({REPORT_LOST, REPORT_FOUND, REPORT_SEALED})
SEARCH_FOUND: Final = "search_found"
FOUND_THIS, LOST_THIS = "found_this", "lost_this"
MESSAGE_SHORTCUTS: Final = frozenset({FOUND_THIS, LOST_THIS})
REACTION_EVENTS: Final = frozenset({"reaction_added", "reaction_removed"})
DELETED_CHANNEL_EVENTS: Final = frozenset({"channel_deleted", "group_deleted"})
MOVED_CHANNEL_EVENT: Final = "channel_id_changed"
"""A private channel gets another id when it's shared with another organisation."""
CHANNEL_EVENTS: Final = DELETED_CHANNEL_EVENTS | frozenset(
    {MOVED_CHANNEL_EVENT, "member_joined_channel"}
    | {f"{kind}_{change}" for kind in ("channel", "group") for change in ("archive", "left", "rename", "unarchive")}
)
"""They may change where the bot listens."""
LEAVE_EVENTS: Final = frozenset({"app_uninstalled", "tokens_revoked"})
"""The workspace has removed the app; Slack sends both, in either order."""
LIMITED_EVENT: Final = "app_rate_limited"
"""Slack drops a workspace's events for a minute after 30,000 in an hour; no subscription is needed."""
HOME_EVENT: Final = "app_home_opened"
EVENTS_PATH, INSTALL_PATH, REDIRECT_PATH = "/slack/events", "/slack/install", "/slack/oauth_redirect"


def command_names(language: str) -> CommandNames:
    """Return what sentences in a language call the commands."""

    def name(key: str) -> str:
        if f"/{key}" in COMMANDS:
            return f"/{key}"
        return f"{FOUND if key == 'sealed' else LOST} {typed_name(key, language)}"

    return CommandNames(name)


def typed_name(key: str, language: str) -> str:
    """Return what people should type after `/lost` or `/found`: in their language, unless that may be a report."""
    named = command(key, language)
    if key == "search":
        return named.before_words or key
    return key if named.name in THINGS else named.name
