"""What is found on drawn cards, and how well it is covered."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from reunite.encoder import Pixels
from tests.cards import papers, payment
from tests.cards.drawn import FONTS, Draw
from tests.cards.scenes import SCENES, Photo, photographed
from workers import photos
from workers.decoder.cards import CardFinder, blanked

KINDS: Final[Mapping[str, tuple[str, Draw]]] = {
    "flat": ("payment card", payment.flat),
    "embossed": ("payment card, embossed", payment.embossed),
    "upright": ("payment card, number in rows", payment.upright),
    "back": ("payment card, back", payment.back),
    "account": ("bank card with an IBAN", payment.account),
    "passport": ("passport", papers.passport),
    "back_of_id": ("identity card, back", papers.back_of_id),
    "older_id": ("identity card, larger", papers.older_id),
    "licence": ("driving licence", papers.licence),
    "insurance": ("insurance card", papers.insurance),
    "student": ("student card", papers.student),
    "library": ("library card", papers.library),
}
_IN_LANGUAGES: Final = {"account", "licence", "insurance", "student", "library"}
_LANGUAGES: Final = ("en", "de", "ja", "fr", "es", "pl")


@dataclass(frozen=True, slots=True)
class Card:
    """A drawn card in a drawn scene."""

    kind: str
    scene: str
    language: str
    photo: Photo


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether a card was found, how tall its largest secret is in the copy, and the share of secrets covered."""

    found: bool
    height: float
    covered: float


def cards(is_wanted: Callable[[int], bool] = lambda _: True) -> Iterator[Card]:
    """Yield the set of drawn cards: each kind in each scene, those with labels twice."""
    number = 0
    for row, (scene_name, scene) in enumerate(SCENES.items()):
        for column, (kind, (title, draw)) in enumerate(KINDS.items()):
            for again in range(2 if kind in _IN_LANGUAGES else 1):
                number += 1
                if is_wanted(number):
                    chance = Random(f"{scene_name}{kind}{again}")  # noqa: S311 - no secret
                    language = _LANGUAGES[(row + column + 4 * again) % len(_LANGUAGES)]
                    language = "en" if language == "ja" and not FONTS.has_japanese else language
                    yield Card(title, scene_name, language, photographed(draw(chance, language), scene, chance))


def outcome(finder: CardFinder, card: Card) -> Outcome:
    """Look for a card's print in the stored copy of its photo."""
    pixels = photos.make_stored_copy(card.photo.data).pixels
    size = np.array(pixels.shape[1::-1])
    secrets = [corners * size for corners in card.photo.secrets]
    lines = finder.find(pixels)
    changed = (blanked(pixels, lines) != pixels).any(axis=2)
    covered = [float(changed[_inside(secret, pixels)].mean()) for secret in secrets]
    height = max(float(np.linalg.norm(secret[3] - secret[0])) for secret in secrets)
    return Outcome(bool(lines), height, sum(share > 0.8 for share in covered) / len(covered))


def _inside(corners: NDArray[np.float64], pixels: Pixels) -> NDArray[np.bool_]:
    mask = np.zeros(pixels.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, corners.round().astype(np.int32), 1)
    return mask > 0


def table(groups: Mapping[str, list[Outcome]]) -> str:
    """Return lines: group, number of cards, how many were found, and the share of what is secret on these covered."""
    width = max(map(len, groups), default=0)
    rows = [f"{'':{width}}  drawn  found  covered"]
    for name, outcomes in groups.items():
        found = [each for each in outcomes if each.found]
        covered = sum(each.covered for each in found) / max(1, len(found))
        rows.append(f"{name:{width}}  {len(outcomes):5}  {len(found):5}  {covered:7.1%}")
    return "\n".join(rows)


def heights(outcomes: list[Outcome]) -> Mapping[str, list[Outcome]]:
    """Group cards by the height of their largest secret in the stored copy."""
    limits = Counter(int(each.height) // 3 * 3 for each in outcomes)
    return {
        f"{low} to {low + 2} pixels tall": [each for each in outcomes if int(each.height) // 3 * 3 == low]
        for low in sorted(limits)
    }
