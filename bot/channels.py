"""Which channels are for found and for lost reports. Pure."""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import cache, lru_cache
from itertools import product
from typing import Final, Literal, get_args

from reunite.entities import ReportKind, Settings
from reunite.errors import TellUserError
from reunite.language import LANGUAGES, words_in

_WORD: Final = re.compile(r"[^\W_丨\u1175〡]+")
"""Letters that look like a bar separate words in channels' names; NFKC makes U+1175 of ㅣ."""
_FANCY: Final = re.compile(r"(?:LETTER SMALL|NEGATIVE (?:CIRCLED|SQUARED) LATIN) CAPITAL (?:LETTER )?([A-Z])\Z")
"""Ends the Unicode names of letters such as ʟ and 🅻, which stand for plain ones though NFKC keeps them."""
_CYRILLIC_F: Final = "ғ"
"""Stands for the small capital F, which few fonts have."""
_FIRST: Final = frozenset({"found", "lost"})
"""Where several channels are known by their names, commands report in the one with such a name."""
ChannelUse = Literal["found", "lost", "log"]
CHANNEL_USES: Final[tuple[ChannelUse, ...]] = get_args(ChannelUse)
"""What the setup can create channels for; `log` is the moderators' channel."""


def role_of(channel: str, name: str, settings: Settings) -> ReportKind | None:
    """Return a channel's kind of report: as the moderators chose, or by its name if they chose none."""
    if channel == settings.log_channel:
        return None
    if channel in settings.found_channels:
        return ReportKind.FOUND
    if channel in settings.lost_channels:
        return ReportKind.LOST
    by_name = kind_named(name)
    chosen = settings.found_channels if by_name is ReportKind.FOUND else settings.lost_channels
    return None if chosen else by_name


def kind_named(name: str) -> ReportKind | None:
    """Return the kind of report that a name of a channel, or of a tag in a forum, says; None if it says none."""
    return _named().get(_bare(name))


def languages_of(name: str) -> list[str]:
    """Return the languages in which a channel for reports has this name."""
    return [code for code in LANGUAGES if _bare(name) in _named_in(code)]


@cache
def _named() -> Mapping[str, ReportKind]:
    """Return the kinds of report by the names of their channels in all languages."""
    return {name: kind for code in LANGUAGES for name, kind in _named_in(code).items()}


@cache
def _named_in(language: str) -> Mapping[str, ReportKind]:
    """Return the kinds of report by the names of their channels in one language.

    Names of both kinds, like "lost and found" and "objets perdus", are for found reports: most photos there are of
    found things, and words of a loss get the offer to look for it (`reunite/messages/offers.py`).
    """
    names = words_in(language).channels
    named = {_bare(name): kind for kind in ReportKind for name in names[kind]}
    both = product(names["lost"], ["", *names["and"]], names["found"])
    orders = (order for one, joint, other in both for order in ((one, joint, other), (other, joint, one)))
    return {_bare("-".join(order)): ReportKind.FOUND for order in orders} | named


@lru_cache(maxsize=1024)
def _bare(name: str) -> str:
    """Return a channel's letters without case, accents, emoji and signs: "📦┃Objets-trouvés" as "objetstrouves"."""
    plain = unicodedata.normalize("NFKC", "".join(map(_plain_letter, name)))
    letters = unicodedata.normalize("NFKD", "".join(_WORD.findall(plain)).casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _plain_letter(letter: str) -> str:
    fancy = _FANCY.search(unicodedata.name(letter, ""))
    return "f" if letter == _CYRILLIC_F else fancy[1] if fancy else letter


def comes_first(name: str) -> bool:
    """Return whether a channel for reports comes before others that are also known by their names."""
    return _bare(name) in _FIRST


def check_log(settings: Settings, name: str, before: str | None) -> None:
    """Raise TellUserError if the moderators' channel, of this name, is for reports too: all there would see all.

    The name of the one chosen `before` doesn't matter: it's no channel for reports since.
    """
    log, others = settings.log_channel, replace(settings, log_channel=None)
    if log and role_of(log, "" if log == before else name, others):
        raise TellUserError("log_channel_for_reports")


def without_deleted(settings: Settings, exists: Callable[[str], bool]) -> Settings:
    """Drop deleted channels from the settings.

    One that stayed would still count as chosen, and sealed reports would go where nobody reads them.
    """
    return replace(
        settings,
        found_channels=tuple(filter(exists, settings.found_channels)),
        lost_channels=tuple(filter(exists, settings.lost_channels)),
        log_channel=settings.log_channel if settings.log_channel and exists(settings.log_channel) else None,
    )


def lacking(settings: Settings, roles: Collection[ReportKind | None]) -> list[ChannelUse]:
    """Return what a workspace has no channel for; `roles` are those of its channels."""
    has: Mapping[ChannelUse, object] = {
        "found": ReportKind.FOUND in roles,
        "lost": ReportKind.LOST in roles,
        "log": settings.log_channel,
    }
    return [use for use in CHANNEL_USES if not has[use]]


def with_created(settings: Settings, ids: Mapping[ChannelUse, str]) -> Settings:
    """Choose channels that have just been created."""
    return replace(
        settings,
        found_channels=(ids["found"],) if "found" in ids else settings.found_channels,
        lost_channels=(ids["lost"],) if "lost" in ids else settings.lost_channels,
        log_channel=ids.get("log", settings.log_channel),
    )
