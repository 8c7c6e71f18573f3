"""What commands are called on Discord, which shows people their own language's names."""

from reunite.language import command_names
from reunite.messages.reply import Command


def name_for_one(named: Command) -> str:
    """Name a command in a reply that one person sees, in their language."""
    return f"{command_names(named.language):{named.name}}"


def name_for_all(named: Command) -> str:
    """Name a command in a reply that several people see: in the guild's language, and in English for the others."""
    local = name_for_one(named)
    return local if local == named.text else f"{local} ({named.text})"
