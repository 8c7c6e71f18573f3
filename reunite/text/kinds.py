"""Which names of things mean the same thing, a kind of it, or another one (kinds.toml)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Final, Literal

from reunite.text.data import read_toml
from reunite.text.phrases import listed
from reunite.text.remembered import remembered
from reunite.text.words import stem

Relation = Literal["same", "broader", "narrower", "near", "other", "unknown"]
"""How one name relates to another: `broader` if it may mean the other, `narrower` if the other may mean it."""

_TABLES: Final = read_toml("kinds.toml")


def _key(name: str) -> str:
    return " ".join(stem(word) for word in name.casefold().replace("-", " ").split())


_FIRST: Final = {_key(name): _key(listed(names)[0]) for names in _TABLES["same"] for name in listed(names)}


def _kind(name: str) -> str:
    """Return one name for all names of a thing."""
    return _FIRST.get(key := _key(name), key)


def _narrower() -> Mapping[str, frozenset[str]]:
    """Return all that each general name may mean, also by way of another one."""
    direct = {_kind(name): {_kind(member) for member in listed(cell)} for name, cell in _TABLES["kinds"].items()}
    for _ in direct:
        for members in direct.values():
            members |= {deeper for name in tuple(members) for deeper in direct.get(name, ())}
    return {name: frozenset(members - {name}) for name, members in direct.items()}


def _near() -> Mapping[str, frozenset[str]]:
    neighbours: dict[str, set[str]] = defaultdict(set)
    for names in _TABLES["near"]:
        alike = {_kind(name) for name in listed(names)}
        for name in alike:
            neighbours[name] |= alike
    return {name: frozenset(alike) for name, alike in neighbours.items()}


_ONE_KIND: Final = frozenset[Relation](("broader", "narrower"))
_BY_USE: Final[Sequence[Relation]] = ("broader", "narrower", "near", "other")
_CONTAINS: Final = frozenset[Relation](("same", "broader"))
_TOY: Final = "toy"
KEPT_IN: Final = frozenset(listed(_TABLES["others"]["containers"]))
BY_BRAND: Final[Mapping[str, str]] = _TABLES["by_brand"]
"""What a thing of each of these names is if its brand makes no such thing."""
CONTAINERS: Final = frozenset(map(stem, listed(_TABLES["others"]["holding"])))
"""What things of any kind are found in, as stems."""
_NARROWER: Final = _narrower()
_NEAR: Final = _near()
_KNOWN: Final = (
    frozenset(_FIRST.values())
    .union(_NARROWER, *_NARROWER.values(), _NEAR)
    .union(map(_kind, listed(_TABLES["others"]["things"])))
)

_LONGEST: Final = max(len(name.split()) for name in (*_KNOWN, *_FIRST))
"""Words of a name."""
_SHARES: Final = {
    name: share
    for names, share in (("often", 0.05), ("sometimes", 0.02))
    for name in listed(_TABLES["frequency"][names])
}
RARE_SHARE: Final = 0.01
"""The share of all lost things that a kind has if the table doesn't list it."""


@remembered(4_096)
def share_of_lost(name: str) -> float:
    """Return the share of all lost things that are of the kind with this English name."""
    shares = (share for kind, share in _SHARES.items() if relation(kind, name) in _CONTAINS)
    return max(shares, default=RARE_SHARE)


def is_known(name: str) -> bool:
    """Whether the table says what a name may mean; of "sports towel" the last word counts."""
    return _kind_named(name) in _KNOWN


@remembered(16_384)
def relation(first: str, second: str) -> Relation:
    """Return how the things with these two English names are related."""
    one, other = _kind_named(first), _kind_named(second)
    if one == other and one in {_kind(first), _kind(second)}:
        return "same"
    if (of_uses := _of_uses(first, second)) is not None:
        return "near" if one == _TOY else of_uses  # one sees a dog where another sees a wolf
    if is_kept_in(first, second) or is_kept_in(second, first):
        return "near"
    return "same" if one == other else _of_kinds(one, other)


def is_kept_in(first: str, second: str) -> bool:
    """Whether one is the other's case: a violin and a violin case are lost together."""
    *before, container = second.split()
    inside, thing = _kind(" ".join(before)), _kind_named(first)
    return container in KEPT_IN and bool(before) and (inside == thing or _of_kinds(inside, thing) in _ONE_KIND)


def _of_kinds(one: str, other: str) -> Relation:
    if other in _NARROWER.get(one, ()):
        return "broader"
    if one in _NARROWER.get(other, ()):
        return "narrower"
    if other in _NEAR.get(one, ()):
        return "near"
    return "other" if {one, other} <= _KNOWN else "unknown"


def kind_part(name: str) -> str:
    """Return the words of a name that say what kind it is: all, or else the last ones that are known."""
    words = name.replace("-", " ").split()
    ends = (" ".join(words[start:]) for start in range(max(0, len(words) - _LONGEST), len(words)))
    return next((end for end in ends if _kind(end) in _KNOWN), words[-1] if words else "")


def _kind_named(name: str) -> str:
    """Return the kind that a name means."""
    return _kind(kind_part(name))


def _of_uses(first: str, second: str) -> Relation | None:
    """Return how one noun after two others is related: a guitar case and a flute case, but no instrument case."""
    *uses, noun = _key(first).split()
    *other_uses, other_noun = _key(second).split()
    if not (uses and other_uses) or noun != other_noun:
        return None
    pairs = list(product(map(_kind, uses), map(_kind, other_uses)))
    related = {"same" if one == other else _of_kinds(one, other) for one, other in pairs} | {"other"}
    return None if "same" in related else next(relation for relation in _BY_USE if relation in related)
