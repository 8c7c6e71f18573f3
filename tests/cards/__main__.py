"""Measure what is found on drawn cards, and on photos of ordinary things, which have none.

python -m tests.cards --photos FOLDER --fonts FOLDER

Fonts may be named machine.otf (OCR-B, as documents have it) and japanese.ttf; without them, others take their place.
"""

import argparse
import time
from collections import defaultdict
from pathlib import Path

from reunite.errors import TellUserError
from tests.cards.drawn import FONTS
from tests.cards.measure import Outcome, cards, heights, outcome, table
from workers import photos
from workers.decoder.cards import CardFinder


def main() -> None:
    """Print tables by kind, by scene and by size, then what ordinary photos show, and what a look takes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, action="append", default=[], help="a folder of photos without cards")
    parser.add_argument("--fonts", type=Path, help="a folder of further fonts")
    parser.add_argument("--every", type=int, default=1, help="take only every nth card and photo")
    given = parser.parse_args()
    if given.fonts:
        FONTS.files.update({file.stem: file for file in given.fonts.iterdir()})
    finder = CardFinder()
    _drawn(finder, given.every)
    ordinary = [file for folder in given.photos for file in sorted(folder.iterdir()) if file.is_file()]
    if ordinary:
        _ordinary(finder, ordinary[:: given.every])


def _drawn(finder: CardFinder, every: int) -> None:
    kinds, scenes = defaultdict[str, list[Outcome]](list), defaultdict[str, list[Outcome]](list)
    for card in cards(lambda number: number % every == 0):
        result = outcome(finder, card)
        kinds[card.kind].append(result)
        scenes[card.scene].append(result)
        if not result.found:
            print(f"missed: {card.kind}, {card.scene}, {card.language}, {result.height:.1f} pixels")
    everything = [each for outcomes in kinds.values() for each in outcomes]
    for groups in ({"all": everything}, kinds, scenes, heights(everything)):
        print(table(groups), flush=True)


def _ordinary(finder: CardFinder, files: list[Path]) -> None:
    wrong, looked_at = list[str](), 0
    decoding = looking = 0.0
    for file in files:
        began = time.process_time()
        try:
            pixels = photos.make_stored_copy(file.read_bytes()).pixels
        except TellUserError:
            continue
        decoded = time.process_time()
        lines = finder.find(pixels)
        looked_at += 1
        decoding, looking = decoding + decoded - began, looking + time.process_time() - decoded
        wrong += [file.name] if lines else []
    print(f"a card in {len(wrong)} of {looked_at} photos without one: {', '.join(wrong)}")
    print(f"looking takes {looking / looked_at:.3f} s a photo, decoding {decoding / looked_at:.3f} s", flush=True)


if __name__ == "__main__":
    main()
