"""Replies in the reader's language: short, warm, no jargon. The words themselves are in reunite/languages/."""

from collections.abc import Sequence
from string import Formatter
from typing import Final, Literal
from uuid import UUID

from reunite.entities import Label, Match, MatchState, Question, Report, ReportKind, Why
from reunite.errors import TellUserError
from reunite.language import date_words, moment_words, plural, template, weekday
from reunite.language import sentence as sentence  # noqa: PLC0414 - for those who say a single sentence
from reunite.messages.reply import Action, Button, Choice, Jump, Line, Person, Plain, Quoted, Reply, Span, Strong
from reunite.text.lexicon import from_english

UNSURE: Final = "unsure"
"""The `Choice.id` of "not sure"."""


def tell(error: TellUserError, language: str = "en") -> str:
    """Return what a person is to be told of an error."""
    return sentence(error.key, language, **error.params)


def line(key: str, language: str, number: int | None = None, /, **slots: str | Span | Line) -> Line:
    """Return a sentence as spans, its slots filled with words or spans; what stands between ** is set off.

    `number` decides between plural forms, and fills the slot of this name.
    """
    if number is not None:
        slots = {"number": str(number), **slots}
    spans: list[Span] = []
    strong = False
    for words, slot, _, _ in Formatter().parse(template(key, language, number)):
        for part, text in enumerate(words.split("**")):
            strong ^= part > 0
            _add(spans, text, strong=strong)
        if slot:
            _add(spans, slots[slot], strong=strong)
    return tuple(spans)


def _add(spans: list[Span], added: str | Span | Line, *, strong: bool) -> None:
    """Add words, joined to the words before them where these look the same."""
    if isinstance(added, tuple):
        for span in added:
            _add(spans, span, strong=strong)
        return
    span = (Strong(added) if strong else Plain(added)) if isinstance(added, str) else added
    if isinstance(span, Plain | Strong) and not span.text:
        return
    before = spans[-1] if spans else None
    if isinstance(span, Plain) and isinstance(before, Plain):
        spans[-1] = Plain(before.text + span.text)
    elif isinstance(span, Strong) and isinstance(before, Strong) and not (span.label or before.label):
        spans[-1] = Strong(before.text + span.text)
    else:
        spans.append(span)


# Replies: each in the language of the report in whose thread it stands


def opening(report: Report) -> Reply:
    """Open the thread of a report that came by command; of a sealed find, with no more than everyone may know."""
    if report.sealed:
        return _sealed(report)
    key = "looking" if report.kind is ReportKind.LOST else "has_found"
    lines = [line(key, report.language, person=Person(report.target.platform, report.author))]
    if report.text:
        lines.append((Quoted(report.text),))
    return Reply("looking", (*lines, *circumstances(report, report.language)))


def _sealed(report: Report) -> Reply:
    language = report.language
    slots: dict[str, str | Span | Line] = {
        "category": sentence(f"category_{report.category}", language),
        "day": date_words(report.happened_at or report.created_at, language),
    }
    if report.place:
        head = line("sealed_posted_at", language, place=Quoted(report.place), **slots)
    else:
        head = line("sealed_posted", language, **slots)
    return Reply("looking", (head, line("sealed_how", language)))


def ended(language: str) -> Reply:
    """Take the place of a post that the bot wrote for a report, once that is over."""
    return Reply("looking", (line("ended", language),))


def sealed_kept(report: Report) -> Reply:
    """Answer a sealed find, with nothing of what was found for it."""
    return Reply("answer", (line("sealed_kept", report.language),))


def answer(report: Report, matches: int, searched: int) -> Reply:
    """Head the list of matches of a lost report."""
    language = report.language
    found = plural("matches", matches, language)
    head = line("answer", language, matches=found, among=plural("among_finds", searched, language))
    quote = [line("looking_for", language, text=Quoted(report.text))] if report.text else []
    return Reply("answer", (head, *quote))


def nothing(report: Report, searched: int) -> Reply:
    """Say honestly that there is nothing yet, and until when the bot keeps watching."""
    if report.kind is ReportKind.LOST:
        key = "nothing_fits" if searched else "nothing_found"
    else:
        key = "nobody_fits" if searched else "nobody_misses"
    until = date_words(report.expires_at, report.language)
    said = line(key, report.language, searched, until=until)
    actions: tuple[Action, ...] = ("secret",) if report.kind is ReportKind.FOUND else ("add_photo", "add_detail")
    buttons = tuple(button(each, report.id, report.language) for each in (*actions, "withdraw"))
    return Reply("nothing", (said,), buttons=buttons)


def match_card(match: Match, other: Report, reader: Report, picture: UUID | None) -> Reply:
    """Show a match in the thread of `reader`: what the other side posted, how sure we are, and why."""
    language = reader.language
    sure = certainty(match, language)
    lines: list[Line] = []
    if reader.kind is ReportKind.LOST:
        lines.append((Person(reader.target.platform, reader.author, notify=True),))
        lines += [line("may_be_yours", language, certainty=sure), _find(other, language)]
    else:
        lines += [line("owner_found", language, certainty=sure), _loss(other, language)]
    if other.text and not other.sealed:
        lines.append((Quoted(other.text),))
    if (why := why_words(match.why, language)) and not other.sealed:
        lines.append(line("why", language, why=why))
    lines.append(line("moderators_react", language))
    buttons = [button("mine", match.id, language), button("not_mine", match.id, language)]
    if reader.kind is ReportKind.FOUND:  # this may be all that its thread says
        buttons.append(button("secret", reader.id, language))
    return Reply("match", tuple(lines), match=match.id, picture=picture, buttons=tuple(buttons))


def question(report: Report, asked: Question) -> Reply:
    """Ask what tells the possible matches apart."""
    language = report.language
    asking = line("question", language, question=sentence(f"ask_{asked.aspect}", language))
    choices = tuple(Choice(str(number), option(asked, words, language)) for number, words in enumerate(asked.options))
    unsure = Choice(UNSURE, sentence("not_sure", language))
    return Reply("question", (asking,), asked=report.id, choices=(*choices, unsure))


def option(asked: Question, words: str, language: str = "en") -> str:
    """Return one of a question's options as its button says it: colours are translated, places are members' words."""
    return from_english(words, language) if asked.aspect == "colour" else words


def thanks(report: Report, shown: Sequence[tuple[Match, Report]]) -> Reply:
    """Say what an answer has changed: how many possible matches are left, and which comes first."""
    language = report.language
    if not shown:
        return Reply("thanks", (line("thanks_none", language),))
    match, first = shown[0]
    slots: dict[str, str | Span | Line] = {
        "certainty": certainty(match, language),
        "post": Jump(first.id, sentence("jump_post", language)),
    }
    if first.place:
        what = line("thanks_there", language, day=_day(first, language), place=Quoted(first.place), **slots)
    else:
        what = line("thanks_then", language, **slots)
    return Reply("thanks", (line("thanks_left", language, len(shown), what=what),))


def verdict(before: MatchState, now: MatchState, moderator: Person, other: Report, reader: Report) -> Reply:
    """Say in a thread what a verdict, or its taking back, has changed."""
    language = reader.language
    that = "that_post" if other.kind is ReportKind.FOUND else "that_report"
    post = Jump(other.id, sentence(that, language))
    if now is MatchState.CONFIRMED:
        return Reply("returned", (line("returned", language, moderator=moderator),))
    if now is MatchState.REFUSED:
        return Reply("refused", (line("refused", language, moderator=moderator, post=post),))
    if before is MatchState.CONFIRMED:
        return Reply("reopened", (line("confirmation_back", language, moderator=moderator),))
    return Reply("reopened", (line("refusal_back", language, moderator=moderator, post=post),))


def expired(language: str = "en") -> Reply:
    """Say that a report's time is over, and that nothing is kept."""
    return Reply("expired", (line("expired", language),))


def problem(key: str, language: str = "en", /, **params: str | int) -> Reply:
    """Tell a thread what was wrong and what to do."""
    return Reply("problem", ((Plain(sentence(key, language, **params)),),))


# Parts of replies


def button(action: Action, subject: UUID, language: str) -> Button:
    """Return a button with its words."""
    style: Literal["plain", "good", "bad"] = "plain"
    if action in {"mine", "confirm", "accept_claim", "release"}:
        style = "good"
    elif action in {"withdraw", "forget", "refuse", "reject_claim"}:
        style = "bad"
    return Button(action, subject, sentence(f"button_{action}", language), style)


def label_word(label: Label | None, language: str = "en") -> str:
    """Return the label, or a word for its absence, for tables."""
    return sentence(f"label_{label.name.lower()}", language) if label else "–"


def why_words(why: tuple[Why, ...], language: str = "en") -> str:
    """Return the reason as it stands in a match reply."""
    return " · ".join(_why(each, language) for each in why)


_MARKS: Final = {"agrees": "✓", "partly": "~", "differs": "✗"}


def _why(why: Why, language: str) -> str:
    word = _word(why, language)
    if why.agreement == "unknown":
        return sentence("not_said", language, aspect=word)
    return f"{word} {_MARKS[why.agreement]}"


def _word(why: Why, language: str) -> str:
    """Return what agrees or not; members' own words stay as they are, where the lexicon doesn't know them."""
    if why.aspect == "time" and why.word.lstrip("-").isdecimal():
        minutes = int(why.word)
        return sentence("lost_after" if minutes < 0 else "lost_before", language, gap=_duration(abs(minutes), language))
    if not why.word:
        return sentence("looks_alike" if why.aspect == "thing" else f"aspect_{why.aspect}", language)
    if why.aspect == "place":
        return why.word
    word = from_english(why.word, language)
    is_noun = language == "de" and why.aspect != "colour" and word != why.word
    return f"{word[0].upper()}{word[1:]}" if is_noun else word


def _duration(minutes: int, language: str) -> str:
    """Return a length of time as people say it: `40 min`, `3 h`, `2 days`."""
    if minutes < 60:  # noqa: PLR2004 - minutes of an hour
        return plural("minutes", minutes, language)
    hours = round(minutes / 60)
    if hours < 48:  # noqa: PLR2004 - after two days nobody counts hours
        return plural("hours", hours, language)
    return plural("days", round(hours / 24), language)


def certainty(match: Match, language: str) -> Line:
    """Return the label, and the percentage where the model is fit to say one."""
    label = Strong(label_word(match.label, language), match.label)
    if not match.percent:
        return line("certainty", language, label=label)
    percent = f"{min(match.probability, 0.99) * 100:.0f}"  # nobody is ever quite sure
    return line("certainty_percent", language, label=label, percent=percent)


def _day(report: Report, language: str) -> str:
    return weekday(report.happened_at or report.created_at, language)


def _find(find: Report, language: str) -> Line:
    day, post = _day(find, language), Jump(find.id, sentence("jump_post", language))
    if find.place:
        return line("found_there", language, day=day, place=Quoted(find.place), post=post)
    return line("found_then", language, day=day, post=post)


def _loss(loss: Report, language: str) -> Line:
    who, report = Person(loss.target.platform, loss.author), Jump(loss.id, sentence("jump_report", language))
    return line("lost_then", language, person=who, day=_day(loss, language), report=report)


def circumstances(report: Report, language: str) -> list[Line]:
    """Return where and when, as far as they were said, in one line."""
    parts: list[Line] = []
    if report.place:
        parts.append(line("where", language, place=Quoted(report.place)))
    if report.happened_at:
        parts.append(line("when", language, when=moment_words(report.happened_at, language)))
    if not parts:
        return []
    first, *others = parts
    return [(*first, *(span for each in others for span in (Plain(" · "), *each)))]


def thread_name(kind: ReportKind, words: str, language: str = "en") -> str:
    """Return how the thread of a post is called."""
    return sentence(f"thread_{kind}", language, what=words)
