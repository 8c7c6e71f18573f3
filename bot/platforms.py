"""The registry of platforms: the one place that names them all.

Every adapter has the same shape (docs/architecture.md): `bot.<name>.app.running` connects, `bot.<name>.doctor.check`
checks. Both are imported when they are used, because the libraries of a platform are an extra.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from bot.discord.config import DiscordConfig
from bot.doctor import Finding
from bot.slack.config import FILE_HOST, SlackConfig
from bot.web.config import WebConfig
from bot.webhook.config import WebhookConfig
from db.config import Connections
from db.store import Store
from reunite.entities import PlatformName
from reunite.handlers import Handlers
from reunite.ports import Platform

AdapterConfig = DiscordConfig | SlackConfig | WebConfig | WebhookConfig

Running = Callable[[Handlers, Store, Any], AbstractAsyncContextManager[Platform]]
"""Connects with an adapter's settings. Raises SetupError."""
Check = Callable[[Any, Connections], AsyncIterator[Finding]]
"""Checks an adapter's settings; the second argument says where the servers are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformEntry:
    """What the program needs to know of a platform.

    `guide` says how to set it up, and `extra` names its optional dependencies in pyproject.toml.
    """

    name: PlatformName
    title: str
    config: type[AdapterConfig]
    guide: str = ""
    extra: str | None = None
    photo_hosts: frozenset[str] = frozenset()
    has_doctor: bool = True

    def running(self) -> Running:
        """Load the adapter."""
        running: Running = import_module(f"bot.{self.name}.app").running
        return running

    def check(self) -> Check:
        """Load the adapter's checks."""
        check: Check = import_module(f"bot.{self.name}.doctor").check
        return check


PLATFORMS: Final[Mapping[str, PlatformEntry]] = {
    entry.name: entry
    for entry in (
        PlatformEntry(
            name="discord",
            title="Discord",
            config=DiscordConfig,
            guide="docs/discord-in-ten-minutes.md",
            extra="discord",
            photo_hosts=frozenset({"cdn.discordapp.com", "media.discordapp.net"}),
        ),
        PlatformEntry(
            name="slack",
            title="Slack",
            config=SlackConfig,
            guide="docs/slack-in-ten-minutes.md",
            extra="slack",
            photo_hosts=frozenset({FILE_HOST}),
        ),
        PlatformEntry(name="web", title="The chat page", config=WebConfig, has_doctor=False),
        PlatformEntry(name="webhook", title="Your own chat", config=WebhookConfig, guide="docs/webhook.md"),
    )
}


def photo_hosts() -> frozenset[str]:
    """Return the hosts from which photos may be fetched."""
    return frozenset[str]().union(*(entry.photo_hosts for entry in PLATFORMS.values()))


def entry_of(config: AdapterConfig) -> PlatformEntry:
    """Return the platform of an adapter's settings."""
    return next(entry for entry in PLATFORMS.values() if isinstance(config, entry.config))
