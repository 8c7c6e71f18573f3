"""A look's results in its author's language: pages of pictures that only they see."""

from collections.abc import Iterator, Sequence

from reunite.entities import Match, Report
from reunite.language import sentence
from reunite.messages.galleries import entries, heading, headline
from reunite.messages.reply import Button, Line, Reply, Tile
from reunite.messages.wording import button, line

Page = Sequence[tuple[Match, Report]]


def page(look: Report, pages: Sequence[Page], number: int, tiles: Sequence[Tile], head: Sequence[Line]) -> Reply:
    """Return the page `number` (from 0) of `pages`, below `head`."""
    language = look.language
    which = [line("look_page", language, page=str(number + 1), pages=str(len(pages)))] if len(pages) > 1 else []
    how = "look_how" if len(tiles) > 1 else "look_how_only_one"
    mine = tuple(
        Button("look_mine", tile.match, sentence("button_look_mine", language, tile=tile.number), "good")
        for tile in tiles
    )
    return Reply(
        "look",
        (*head, *which, *entries(look, pages[number], tiles), line(how, language)),
        buttons=(*mine, *_turns(pages, number, language), _report(look)),
        about=frozenset({look.id}),
        gallery=tuple(tiles),
    )


def head(look: Report, pairs: Page, searched: int, failed: Sequence[str]) -> list[Line]:
    """Say what was found among how many found reports; `failed` names the photos that couldn't be used."""
    return [*_failed(failed, look.language), headline(look, pairs, searched), *heading(look, pairs, searched)]


def nothing(look: Report, searched: int, failed: Sequence[str], *, leaves_out: bool) -> Reply:
    """Say that nothing comes close, and what else the person can do.

    `leaves_out`: whether open items were left out because they aren't this person's.
    """
    language = look.language
    key = "look_nothing" if searched else "look_nothing_found"
    key = "look_nothing_else" if searched and leaves_out else key
    return Reply("look", (*_failed(failed, language), line(key, language, searched)), buttons=(_report(look),))


def nothing_to_search(look: Report, failed: Sequence[str]) -> Reply:
    """Say that none of the photos could be used, where there was nothing else to search for."""
    return Reply("look", tuple(line("look_no_photo", look.language, name=name) for name in failed))


def _report(look: Report) -> Button:
    """Return the button that keeps looking, in a report with the look's words and photo."""
    return button("look_report", look.id, look.language)


def _failed(names: Sequence[str], language: str) -> Iterator[Line]:
    for name in names:
        yield line("look_without_photo", language, name=name)


def _turns(pages: Sequence[Page], number: int, language: str) -> Iterator[Button]:
    for step, key in ((-1, "button_look_back"), (1, "button_look_on")):
        if 0 <= number + step < len(pages):
            first, _ = pages[number + step][0]
            yield Button("look_page", first.id, sentence(key, language))
