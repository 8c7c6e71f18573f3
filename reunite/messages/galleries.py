"""Galleries in the reader's language: what is nearest to a lost report, and what follows when the owner declines."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from reunite import rules
from reunite.entities import Label, Match, MatchState, Report
from reunite.language import on_one_line, plural, sentence, shortened
from reunite.messages.reply import Action, Button, Jump, Line, Plain, Quoted, Reply, Strong, Tile
from reunite.messages.wording import (
    asking,
    button,
    button_row,
    certainty,
    found_line,
    keep_watching,
    line,
    matches_among,
    may_be_sealed,
    moderators_react,
    of_match,
    post_of,
    why_words,
)
from reunite.text.place_names import base_form
from reunite.text.places import locate

Pair = tuple[Match, Report]
_MAX_PLACES: Final = 2
"""Places that a line names: "kitchen, third floor"."""
_MAX_WORDS: Final = 80
_PICKING: Final[frozenset[Action]] = frozenset({"pick", "none_of_these"})
_ASKS: tuple[Action, ...] = ("add_photo", "add_detail", "withdraw")


def first_gallery(report: Report, pairs: Sequence[Pair], tiles: Sequence[Tile], searched: int) -> Reply:
    """Return a lost report's first reply: the search, the possible matches, and the closest other candidates."""
    head = [headline(report, pairs, searched)]
    if report.text:
        head.append(line("looking_for", report.language, text=Quoted(report.text, report.id)))
    head += may_be_sealed(report)
    is_shown_below = lone_match(tiles) is not None
    return _gallery(report, [*head, *heading(report, pairs, searched)], pairs, tiles, is_shown_below=is_shown_below)


def next_gallery(report: Report, pairs: Sequence[Pair], tiles: Sequence[Tile]) -> Reply:
    """Show the closest of the remaining reports, after the owner has declined the previous gallery."""
    return _gallery(report, [line("closest_next", report.language)], pairs, tiles)


def with_photo(gallery: Reply, match: Match, photo: UUID | None) -> Reply:
    """Return a gallery whose tile of a match shows this photo; one that came after the gallery is added."""
    return replace(
        gallery,
        gallery=tuple(replace(tile, photo=photo) if tile.match == match.id else tile for tile in gallery.gallery),
    )


def refreshed(gallery: Reply, match: Match, found: Report, language: str) -> Reply:
    """Return a gallery that is up to date about a match: its line, and its number while it can be picked.

    The tile promises no more than the label that the headline has counted: a likelier match's card shows another one.
    """
    tile = next((tile for tile in gallery.gallery if tile.match == match.id), None)
    if tile is None:
        return gallery
    language = gallery.language or language
    entry = _entry(tile, replace(match, label=_label_on(tile, match)), found, language)
    lines = tuple(entry if _links_to(line, {found.id}) else line for line in gallery.lines)
    is_over = rules.has_gone(match, found) or _said(match) == "tile_declined"
    tiles = tuple(replace(each, over=is_over) if each is tile else each for each in gallery.gallery)
    rest = replace(gallery, lines=lines, gallery=tiles)
    if not rest.shows_match:
        rest = rest.without_small_print()
    elif rest == rest.without_small_print():
        rest = replace(rest, lines=(*rest.lines, moderators_react(language)))
    return _asking_again(rest, match, found, language)


def _label_on(tile: Tile, match: Match) -> Label | None:
    return match.label if tile.label is Label.HIGH else match.label and tile.label


def _asking_again(gallery: Reply, match: Match, found: Report, language: str) -> Reply:
    """Return a gallery that asks for what can still be said, once that has changed for a match."""
    tiles, others = gallery.gallery, tuple(each for each in gallery.buttons if each.action not in _PICKING)
    if lone_match(tiles) and len(others) == len(gallery.buttons):  # its card is right below
        return gallery
    is_gone = rules.has_gone(match, found)
    left = {each.subject for each in gallery.buttons if each.action == "pick"} - {match.id}
    if not (is_gone or _said(match)):
        left.add(match.id)
    picks = _numbers(tile for tile in tiles if tile.match in left)
    decline = () if is_gone and not left else (_decline(match.lost, tiles, language),)
    lines, asked = list(gallery.lines), [asking(key, language) for key in ("pick_one", "pick_only_one")]
    if not left:
        lines = [line for line in lines if line not in asked]
    elif not any(line in asked for line in lines):
        shown = {tile.report for tile in tiles}
        last = max((number for number, line in enumerate(lines) if _links_to(line, shown)), default=-1)
        lines.insert(last + 1, _pick_one(tiles, language))
    return replace(gallery, lines=tuple(lines), buttons=(*picks, *decline, *others))


def _said(match: Match) -> str | None:
    """Return the key of what a tile says instead of its label, once somebody has said something about it."""
    if rules.is_folded(match) or match.state is MatchState.REJECTED:
        return "tile_declined"
    return "tile_picked" if match.picked or rules.is_claimed(match) else None


def _links_to(line: Line, reports: Collection[UUID]) -> bool:
    return any(isinstance(span, Jump) and span.report in reports for span in line)


def closed_gallery(report: Report, tiles: int) -> Reply:
    """Replace a gallery whose tiles the owner has all declined."""
    key = "gallery_closed" if tiles > 1 else "only_one_closed"
    return Reply("first_reply", (line(key, report.language),), about=frozenset({report.id}))


def folded_card(match: Match, lost: Report, found: Report, *, may_claim: bool = True) -> Reply:
    """Replace the card of a match that the owner has declined; they may still change their mind."""
    folded = line("card_folded", lost.language, post=post_of(found, lost.language))
    buttons = (button("mine", match.id, lost.language),) if may_claim else ()
    return of_match("match", match, folded, buttons=buttons)


def owner_folded(match: Match, lost: Report, found: Report) -> Reply:
    """Replace a finder's card of a match that its owner has declined or a moderator has rejected."""
    language = found.language
    folded = line("owner_folded", language, report=Jump(lost.id, sentence("jump_report", language)))
    buttons = (button("proof_question", found.id, language),)  # this may be all that the finder's thread says
    return of_match("match", match, folded, buttons=buttons)


def still_watching(report: Report) -> Reply:
    """Say that nothing else comes close, and until when the bot keeps watching."""
    lines = (line("nothing_closer", report.language), keep_watching(report))
    return Reply("nothing", lines, buttons=button_row(report.id, report.language, *_ASKS))


def _gallery(
    report: Report, head: Sequence[Line], pairs: Sequence[Pair], tiles: Sequence[Tile], *, is_shown_below: bool = False
) -> Reply:
    """Return a gallery; `is_shown_below` says that the card of all there is follows."""
    language = report.language
    has_cards = any(match.label for match, _ in pairs)
    picking = () if is_shown_below else (*_numbers(tiles), _decline(report.id, tiles, language))
    rest = [moderators_react(language)] if has_cards else [keep_watching(report)]
    how = [] if is_shown_below else [_pick_one(tiles, language)]
    return Reply(
        "first_reply",
        (*head, *entries(report, pairs, tiles), *how, *rest),
        buttons=(*picking, *button_row(report.id, language, *_ASKS)),
        about=frozenset({report.id}),
        gallery=tuple(tiles),
        language=language,
    )


def lone_match(tiles: Sequence[Tile]) -> Tile | None:
    """Return the tile of a gallery that has nothing but a match."""
    return tiles[0] if len(tiles) == 1 and tiles[0].label else None


def _pick_one(tiles: Sequence[Tile], language: str) -> Line:
    return asking("pick_one" if len(tiles) > 1 else "pick_only_one", language)


def _numbers(tiles: Iterable[Tile]) -> tuple[Button, ...]:
    return tuple(Button("pick", tile.match, str(tile.number)) for tile in tiles)


def _decline(lost: UUID, tiles: Sequence[Tile], language: str) -> Button:
    """Return the button that declines a whole gallery; of a single thing, nobody says "none of these"."""
    words = "button_none_of_these" if len(tiles) > 1 else "button_not_this_one"
    return Button("none_of_these", lost, sentence(words, language))


def headline(report: Report, pairs: Sequence[Pair], searched: int) -> Line:
    """Say how many matches there are, and among how many found reports."""
    language = report.language
    labels = [match.label for match, _ in pairs if match.label]
    if not labels:
        return line("no_likely_match", language, searched)
    matches = sentence("likely_match", language) if Label.HIGH in labels else plural("matches", len(labels), language)
    return matches_among(report, matches, searched)


def heading(report: Report, pairs: Sequence[Pair], searched: int) -> list[Line]:
    """Return the heading of the closest candidates, if none is a match and there's more than one."""
    is_needed = searched > 1 and not any(match.label for match, _ in pairs)
    return [line("closest", report.language)] if is_needed else []


def entries(report: Report, pairs: Sequence[Pair], tiles: Sequence[Tile]) -> Iterator[Line]:
    """A line for each tile, and a heading between the labelled ones and the others."""
    language, last = report.language, False
    for (match, found), tile in zip(pairs, tiles, strict=True):
        if last and not match.label:
            yield line("closest_otherwise", language)
        last = match.label is not None
        yield _entry(tile, match, found, language)


def _entry(tile: Tile, match: Match, found: Report, language: str) -> Line:
    said = _said(match)
    if rules.has_gone(match, found) and said != "tile_declined":
        said = "tile_gone"
    said_of_label: Line = (Strong(sentence("less_likely_now", language)),) if tile.label else ()
    said_of_label = certainty(match, language) if match.label else said_of_label
    known: Line = (Strong(sentence(said, language)),) if said else said_of_label
    why = why_words(tuple(why for why in match.why if why.agreement != "unknown"), language)  # the card says it all
    reasons: Line = (Plain(f" · {why}"),) if why else ()
    number = (Strong(str(tile.number)), Plain("  "))
    words = () if tile.photo or match.label else _words_of(found)  # a labelled match has a card that quotes it
    place = "" if words else _place_in(found)
    label: Line = (*known, Plain(" · ")) if known else ()
    return (*number, *label, *found_line(found, language, place), *words, *reasons)


def _words_of(found: Report) -> Line:
    """Quote the beginning of a caption, where no photo shows what it is."""
    words = shortened(on_one_line(found.text), _MAX_WORDS)
    return (Plain(" · "), Quoted(words, found.id)) if words else ()


def _place_in(found: Report) -> str:
    """Return where a caption says that something was found: a gallery with photos shows no captions."""
    return ", ".join(base_form(place, found.text) for place in locate(found.text).places[:_MAX_PLACES])
