"""What a workspace's settings offer to choose from: each value with its words. Pure."""

from collections.abc import Mapping

from reunite.entities import CATEGORIES, RETURNED_BY
from reunite.language import LANGUAGES, sentence


def languages() -> Mapping[str, str]:
    """Return the bot's languages, each under its own name."""
    return {code: sentence("language_name", code) for code in LANGUAGES}


def sealed_categories(language: str) -> Mapping[str, str]:
    """Return the categories of found items that the bot may suggest sealing."""
    return {category: sentence(f"category_{category}", language) for category in CATEGORIES if category != "other"}


def returned_by(language: str) -> Mapping[str, str]:
    """Return who may say that an item is returned."""
    return {by: sentence(f"returned_by_{by}", language) for by in RETURNED_BY}
