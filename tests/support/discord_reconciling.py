"""A reconciler made of stand-ins."""

from typing import Any

from bot.discord.config import DiscordConfig
from bot.discord.reconcile import Reconciler


def reconciling(client: Any, other: Any, handlers: Any = None, workspaces: Any = None) -> Reconciler:
    """Return a reconciler; `other` stands in for each part that isn't given."""
    return Reconciler(
        client,
        handlers or other,
        workspaces or other,
        inbound=other,
        verdicts=other,
        destinations=other,
        missed=other,
        config=DiscordConfig(token="token"),
    )
