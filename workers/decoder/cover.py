"""Covers what nobody else should see in a stored copy: faces, and the print on cards."""

from typing import NamedTuple

from reunite.encoder import Pixels
from workers.decoder.cards import CardFinder, blanked
from workers.decoder.faces import FaceFinder, covered


class Seen(NamedTuple):
    """A picture in which what was found is covered."""

    pixels: Pixels
    has_face: bool
    has_card: bool


class Cover:
    """Finds and covers faces and cards, each if asked to."""

    def __init__(self, *, faces: bool, cards: bool) -> None:
        """Load the networks' weights, which takes a moment."""
        self._faces = FaceFinder() if faces else None
        self._cards = CardFinder() if cards else None

    def over(self, pixels: Pixels) -> Seen:
        """Look for both in the picture as it came."""
        faces = self._faces.find(pixels) if self._faces else []
        print_on_cards = self._cards.find(pixels) if self._cards else []
        pixels = covered(pixels, faces) if faces else pixels
        pixels = blanked(pixels, print_on_cards) if print_on_cards else pixels
        return Seen(pixels, bool(faces), bool(print_on_cards))
