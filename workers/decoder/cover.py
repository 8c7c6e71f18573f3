"""Covers what nobody else should see in a stored copy: faces, and the print on cards."""

from typing import NamedTuple

from reunite.encoder import Pixels
from workers.decoder.cards import CardFinder, blanked
from workers.decoder.faces import FaceFinder, covered


class Covered(NamedTuple):
    """A picture with faces and cards covered, and which of them were found."""

    pixels: Pixels
    has_face: bool
    has_card: bool


class Cover:
    """Finds and covers faces, cards or both."""

    def __init__(self, *, faces: bool, cards: bool) -> None:
        """Load the networks' weights, which takes a moment."""
        self._faces = FaceFinder() if faces else None
        self._cards = CardFinder() if cards else None

    def apply(self, pixels: Pixels) -> Covered:
        """Cover a picture; both finders see it uncovered."""
        faces = self._faces.find(pixels) if self._faces else []
        print_on_cards = self._cards.find(pixels) if self._cards else []
        pixels = covered(pixels, faces) if faces else pixels
        pixels = blanked(pixels, print_on_cards) if print_on_cards else pixels
        return Covered(pixels, bool(faces), bool(print_on_cards))
