"""Replies in the reader's language. The words themselves are in reunite/languages/."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from string import Formatter
from typing import Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from reunite.entities import ANOTHER, Label, Match, MatchState, Question, Report, ReportKind, Why, lost_and_found
from reunite.errors import TellUserError
from reunite.language import (
    ENGLISH_NAMES,
    CommandNames,
    date_words,
    day_words,
    moment_words,
    plural,
    sentence,
    template,
    words_in,
)
from reunite.messages.reply import (
    Action,
    Ask,
    Button,
    Choice,
    Command,
    Jump,
    Line,
    Moment,
    Person,
    Picture,
    Plain,
    Quoted,
    Reply,
    ReplyKind,
    Small,
    Span,
    Strong,
)
from reunite.text.lexicon import from_english
from reunite.text.sealing import category_of

UNSURE: Final = "unsure"
"""The `Choice.id` of "not sure"."""
_ABOUT_A_YEAR: Final = timedelta(days=300)
_MAX_PERCENT: Final = 99
"""Nobody is ever quite sure."""
_MAX_OF_POSSIBLE: Final = 94
"""From 95% on, a number would promise what only "High confidence" does."""


def explain(error: TellUserError, language: str = "en", command: CommandNames = ENGLISH_NAMES) -> str:
    return sentence(error.key, language, command=command, **error.params)


def line(key: str, language: str, number: int | None = None, /, **slots: str | Span | Line) -> Line:
    """Return a sentence as spans, its slots filled with words or spans; text between ** is emphasised.

    `number` decides between plural forms, and fills the slot of this name.
    """
    if number is not None:
        slots = {"number": str(number), **slots}
    spans: list[Span] = []
    strong = False
    for words, slot, spec, _ in Formatter().parse(template(key, language, number)):
        for part, text in enumerate(words.split("**")):
            strong ^= part > 0
            _add(spans, text, strong=strong)
        if slot == "command":
            spans.append(Command(spec or "", language))
        elif slot:
            _add(spans, slots[slot] if spans else _at_start(slots[slot], language), strong=strong)
    return tuple(spans)


def _at_start(added: str | Span | Line, language: str) -> str | Span | Line:
    """Return what a sentence begins with: "someone" gets a capital letter, members' own words stay as they are."""
    unknown = sentence("unknown_member", language)
    return unknown[0].upper() + unknown[1:] if added in {unknown, Plain(unknown)} else added


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


# Replies: each in the language of its thread's report


def report_post(report: Report, picture: Picture | None = None) -> Reply:
    """Return the post of a report that came by command; for a sealed report, with what everyone may know."""
    if report.sealed:
        return _sealed_post(report)
    key = "looking" if report.kind is ReportKind.LOST else "has_found"
    key = "looking_yourself" if report.private else key
    lines = [line(key, report.language, person=author(report)), *quote(report), *circumstances(report, report.language)]
    return Reply("report_post", tuple(lines), picture=picture, about=frozenset({report.id}), opens_thread=True)


def _sealed_post(report: Report) -> Reply:
    language = report.language
    slots: dict[str, str | Span | Line] = {
        "category": sentence(f"category_{report.category}", language),
        "day": day_of(report, language),
    }
    if report.place:
        head = line("sealed_posted_at", language, place=Quoted(report.place, report.id), **slots)
    else:
        head = line("sealed_posted", language, **slots)
    lines = (head, line("sealed_how", language))
    return Reply("report_post", lines, about=frozenset({report.id}), opens_thread=True)


def ended(language: str) -> Reply:
    """Replace a post that the bot wrote for a report, once the report has ended."""
    return Reply("report_post", (line("ended", language),), opens_thread=True)


def ended_post(report: Report) -> Reply | None:
    """Return what is left of the post that the bot wrote for a report; nothing of a sample."""
    return None if report.sample else ended(report.language)


def sealed_kept(report: Report) -> Reply:
    """Answer a sealed report, without anything that was found for it."""
    return Reply("first_reply", (line("sealed_kept", report.language),), about=frozenset({report.id}))


def first_reply(report: Report, matches: int, searched: int) -> Reply:
    """Head the list of matches of a lost report."""
    language = report.language
    lines = [matches_among(report, plural("matches", matches, language), searched)]
    if report.text:
        lines.append(line("looking_for", language, text=Quoted(report.text, report.id)))
    lines.append(moderators_react(language))
    return Reply("first_reply", tuple(lines), about=frozenset({report.id}))


def matches_among(report: Report, matches: str, searched: int) -> Line:
    """Say how much matches, and among how many; samples are compared only with each other."""
    return (Strong(matches),) if report.sample else line("answer", report.language, searched, matches=matches)


def nothing(report: Report, searched: int, *, leaves_out: bool = False) -> Reply:
    """Say that nothing was found yet, and until when the bot keeps watching. It stays when the report is purged.

    `leaves_out`: whether open items were left out because they aren't this person's.
    """
    if report.kind is ReportKind.LOST:
        key = "nothing_fits" if searched else "nothing_found"
        key = "nothing_else_fits" if leaves_out else key
    else:
        key = "nobody_fits" if searched else "nobody_misses"
    news = line(key, report.language, searched)
    actions: tuple[Action, ...] = ("add_photo", "add_detail")
    if report.kind is ReportKind.FOUND:
        actions = ("proof_question",)
    buttons = button_row(report.id, report.language, *actions, "withdraw")
    return Reply("nothing", (news, *may_be_sealed(report), keep_watching(report)), buttons=buttons)


def what_is_it(report: Report) -> Reply:
    """Ask for more, instead of an answer to a report that says and shows nothing of the thing."""
    key = "what_is_it" if report.kind is ReportKind.LOST else "what_is_it_found"
    buttons = button_row(report.id, report.language, "add_detail", "add_photo", "withdraw")
    return Reply("nothing", (line(key, report.language),), buttons=buttons)


def may_be_sealed(report: Report) -> list[Line]:
    """Tell the owner of an ID, a card, a wallet, keys or a phone about sealed reports, whether one fits or not."""
    if report.kind is ReportKind.LOST and category_of(report.text):
        return [line("may_be_sealed", report.language)]
    return []


def overtaken(first: Reply, report: Report) -> Reply:
    """Return a thread's first reply without its word that there is no clear match yet, now that there's more.

    Nor does it ask for a better photo any more. One that has shown matches stays as it is.
    """
    first = first.without_photo_hint()
    below = line("news_below", first.language or report.language)
    if first.kind == "nothing":
        head = line("thanks_for_find", report.language) if report.kind is ReportKind.FOUND else below
        return replace(first, lines=(head, *first.lines[1:]))
    if first.gallery and not any(tile.label for tile in first.gallery):
        return replace(first, lines=(below, *first.lines[1:]))
    return first


def keep_watching(report: Report) -> Line:
    """Say until when the bot keeps watching: no longer than the report is open."""
    return (Ask(sentence("keep_watching", report.language, until=end_of(report, report.language))),)


def match_card(
    match: Match, other: Report, reader: Report, picture: Picture | None, *, may_claim: bool = True
) -> Reply:
    """Show a match in the thread of `reader`: what the other side posted, the label, and why.

    To an owner without a try left, it says so instead of offering another one.
    """
    language = reader.language
    is_sealed = other.sealed or reader.sealed
    lines: list[Line] = []
    if reader.kind is ReportKind.LOST and (match.label or is_sealed):
        lines.append((author(reader, notify=True),))
        lines += [_how_sure("may_be_yours", match, language, is_sealed=is_sealed), found_line(other, language)]
    elif reader.kind is ReportKind.LOST:
        lines += [line("less_likely" if match.faded else "closest_one", language), found_line(other, language)]
    elif match.label or is_sealed:
        lines += [_how_sure("owner_found", match, language, is_sealed=is_sealed), lost_line(other, language)]
    else:
        lines += [line("owner_less_likely", language), lost_line(other, language)]
    if other.sealed:  # the owner gets no more than everyone sees
        lines.insert(-1, line("sealed_match", language, category=sentence(f"category_{other.category}", language)))
    else:
        lines += quote(other)
    if (why := why_words(match.why, language)) and not is_sealed:  # else they are words of the sealed report
        lines.append(line("why", language, why=why))
    if reader.kind is ReportKind.LOST:
        if not may_claim:
            lines.append(line("no_attempts_left", language))
        owners: tuple[Action, ...] = ("mine", "not_mine") if may_claim else ("not_mine",)
        buttons = button_row(match.id, language, *owners)
    else:  # only the owner can say that it's theirs, and this may be all that the finder's thread says
        buttons = (button("proof_question", reader.id, language),)
    return of_match("match", match, *lines, picture=picture, buttons=buttons)


def _how_sure(key: str, match: Match, language: str, *, is_sealed: bool) -> Line:
    """Begin a card with how sure the match is, but not for a sealed report.

    The owner of the lost one could edit that, and learn from each change what the sealed one is.
    """
    begun = line(key, language, certainty=certainty(match, language))
    return begun[:1] if is_sealed else begun


def likelier(match: Match, lost: Report, found: Report) -> Reply:
    """Ping an owner about a match whose card came silently, and which has High confidence now."""
    language = lost.language
    told = line("likelier", language, certainty=certainty(match, language))
    return of_match("match", match, *calling(lost), told, found_line(found, language))


def question(report: Report, asked: Question) -> Reply:
    language = report.language
    asking = line("question", language, question=sentence(f"ask_{asked.aspect}", language))
    sources = frozenset(asked.sources)
    choices = tuple(
        Choice(str(number), _choice_words(asked, words, language), sources)
        for number, words in enumerate(asked.options)
    )
    others = (
        Choice(ANOTHER, sentence(f"another_{asked.aspect}", language)),
        Choice(UNSURE, sentence("not_sure", language)),
    )
    none = Button("none_fits", report.id, sentence("button_none_of_these", language))
    return Reply("question", (asking,), asked=report.id, choices=(*choices, *others), buttons=(none,))


def _choice_words(asked: Question, words: str, language: str) -> str:
    """Return the words on a button: a colour has a capital, like the buttons next to it."""
    words = option(asked, words, language)
    return f"{words[0].upper()}{words[1:]}" if asked.aspect == "colour" else words


def question_over(report: Report) -> Reply:
    """Replace a question whose answer would tell nothing apart any more."""
    return Reply("question", (line("question_over", report.language),), about=frozenset({report.id}))


def option(asked: Question, words: str, language: str = "en") -> str:
    """Return an option in words: colours are translated, places are members' words."""
    if words == ANOTHER:
        return sentence(f"another_{asked.aspect}", language)
    return from_english(words, language) if asked.aspect == "colour" else words


def thanks(report: Report, shown: Sequence[tuple[Match, Report]]) -> Reply:
    """Say what an answer has changed: how many possible matches are left, and which comes first."""
    language = report.language
    about = frozenset(other.id for _, other in shown)
    if not shown:
        return Reply("thanks", (line("thanks_none", language),))
    match, first = shown[0]
    slots: dict[str, str | Span | Line] = {"certainty": certainty(match, language), "post": post_of(first, language)}
    if first.place:
        place = Quoted(first.place, first.id)
        what = line("thanks_there", language, day=day_of(first, language), place=place, **slots)
    else:
        what = line("thanks_then", language, **slots)
    return Reply("thanks", (line("thanks_left", language, len(shown), what=what),), about=about)


def returned_by_word(match: Match, reader: Report) -> Reply:
    """Announce that the item is back, as its owner or finder has stated; those who did can undo that."""
    owner = reader.kind is ReportKind.LOST
    has_spoken = match.handover.got_back if owner else match.handover.handed_over
    undo = Button("got_back" if owner else "handed_over", match.id, sentence("button_undo", reader.language))
    return Reply("returned", (line("returned_by_word", reader.language),), buttons=(undo,) if has_spoken else ())


def word_back(reader: Report) -> Reply:
    """Announce that the item isn't back after all."""
    return Reply("reopened", (line("word_back", reader.language),))


def verdict(before: MatchState, now: MatchState, moderator: Person, other: Report, reader: Report) -> Reply:
    """Announce a change by a moderator's verdict, or by undoing one."""
    language = reader.language
    that = "that_post" if other.kind is ReportKind.FOUND else "that_report"
    post = Jump(other.id, sentence(that, language))
    if now is MatchState.CONFIRMED:
        lost, _ = lost_and_found(reader, other)
        is_own = moderator.may_be(lost.account) and (reader is lost or not lost.private)
        own = (line("own_decision", language),) if is_own else ()
        return Reply("returned", (line("returned", language, moderator=named(moderator, language)), *own))
    if now is MatchState.REJECTED:
        return Reply("rejected", (line("rejected", language, moderator=named(moderator, language), post=post),))
    if before is MatchState.CONFIRMED:
        return Reply("reopened", (line("confirmation_back", language, moderator=moderator),))
    return Reply("reopened", (line("rejection_withdrawn", language, moderator=moderator, post=post),))


def expired(language: str = "en", kind: ReportKind = ReportKind.LOST) -> Reply:
    """Say that a report has expired, and that nothing is kept."""
    return Reply("expired", (line("expired" if kind is ReportKind.LOST else "find_expired", language),))


def problem(key: str, language: str, report: UUID | None, /, **params: str | int) -> Reply:
    """Explain an error and its remedy. `report` is the affected one, None if nothing was stored."""
    about = frozenset({report} if report else ())
    return Reply("problem", ((Plain(sentence(key, language, **params)),),), about=about)


def search_failed(report: Report) -> Reply:
    """Apologise for a search that failed for good; a further detail starts another. A sealed report has none."""
    reply = problem("our_fault_kept" if report.sealed else "our_fault", report.language, report.id)
    return reply if report.sealed else replace(reply, buttons=(button("add_detail", report.id, report.language),))


# Parts of replies


def of_match(
    kind: ReplyKind, match: Match, *lines: Line, picture: Picture | None = None, buttons: tuple[Button, ...] = ()
) -> Reply:
    """Return a reply on which people can give verdicts on a match, and that has no point without its reports."""
    return Reply(kind, lines, match=match.id, picture=picture, buttons=buttons, about=match.reports)


def author(report: Report, *, notify: bool = False) -> Person:
    """Name a report's author; a sample's is nobody's to mention."""
    if report.sample:
        return Person("", report.author, notify, report.id)
    return Person.at(report.target, report.author, notify=notify, report=report.id)


def calling(report: Report) -> tuple[Line, ...]:
    """Call a report's author; a sealed report doesn't name its finder."""
    return () if report.sealed else ((author(report, notify=True),),)


def named(person: Person, language: str) -> Span:
    """Name someone, or nobody in particular once their name was deleted."""
    return person if person.member.name else Plain(sentence("unknown_member", language))


def asking(key: str, language: str) -> Line:
    """Return a line that asks for something, which goes once the report is returned or has ended."""
    return (Ask(sentence(key, language)),)


def moderators_react(language: str) -> Line:
    return (Small(sentence("moderators_react", language)),)


def quote(report: Report) -> list[Line]:
    """Return a report's text as a line of its own; none if it has no text."""
    return [(Quoted(report.text, report.id),)] if report.text else []


_GOOD: Final[frozenset[Action]] = frozenset(
    {
        *("mine", "see_claim", "accept_claim", "got_back", "handed_over", "confirm", "release"),
        *("look_for_it", "look_for_owner", "i_lost_it", "i_found_it"),
    }
)


def button(action: Action, subject: UUID, language: str) -> Button:
    style: Literal["plain", "good", "bad"] = "plain"
    if action in _GOOD:
        style = "good"
    elif action in {"forget", "reject", "reject_claim", "remove_samples"}:
        style = "bad"  # not `withdraw`: below a first answer, red would be the first thing that people see
    return Button(action, subject, sentence(f"button_{action}", language), style)


def button_row(subject: UUID, language: str, *actions: Action) -> tuple[Button, ...]:
    return tuple(button(action, subject, language) for action in actions)


def label_word(label: Label | None, language: str = "en") -> str:
    """Return the label, or a dash, for tables."""
    return sentence(f"label_{label}", language) if label else "–"


def why_words(why: tuple[Why, ...], language: str = "en") -> str:
    """Return a match reply's reasons in one line."""
    return " · ".join(_why(reason, language) for reason in why)


_MARKS: Final = {"agrees": "✓", "partly": "~", "differs": "✗"}


def _why(why: Why, language: str) -> str:
    word = _word(why, language)
    if why.agreement == "unknown":
        return sentence("not_said", language, aspect=word)
    return f"{word} {_MARKS[why.agreement]}"


def _word(why: Why, language: str) -> str:
    """Return what agrees or not; members' words that the lexicon doesn't know stay as they are."""
    if why.aspect == "time" and why.word.lstrip("-").isdecimal():
        minutes = int(why.word)
        gap = duration_words(abs(minutes), language)
        return sentence("lost_after" if minutes < 0 else "lost_before", language, gap=gap)
    if not why.word:
        return sentence("looks_alike" if why.aspect == "thing" else f"aspect_{why.aspect}", language)
    if why.aspect in {"place", "brand"}:
        return why.word
    return from_english(why.word, language) if why.aspect == "colour" else thing_words(why.word, language)


def thing_words(english: str, language: str) -> str:
    """Translate what a thing is called; German nouns have a capital."""
    word = from_english(english, language)
    is_capitalised = word != english and words_in(language).capitalised_nouns
    return f"{word[0].upper()}{word[1:]}" if is_capitalised else word


def duration_words(minutes: int, language: str) -> str:
    """Return a length of time in words: `40 min`, `3 h`, `2 days`."""
    if minutes < 60:  # noqa: PLR2004 - minutes of an hour
        return plural("minutes", minutes, language)
    hours = round(minutes / 60)
    if hours < 48:  # noqa: PLR2004 - after two days nobody counts hours
        return plural("hours", hours, language)
    return plural("days", round(hours / 24), language)


def certainty(match: Match, language: str) -> Line:
    """Return the label, and the percentage if it may be shown."""
    label = Strong(label_word(match.label, language), match.label)
    if not match.percent:
        return line("certainty", language, label=label)
    return line("certainty_percent", language, label=label, percent=str(percentage(match.label, match.probability)))


def percentage(label: Label | None, probability: float) -> int:
    """Return what is shown of a probability: a possible match's is below 95%, where high confidence begins."""
    if label is Label.HIGH:
        return min(round(100 * probability), _MAX_PERCENT)
    return min(int(100 * probability), _MAX_OF_POSSIBLE)


def day_of(report: Report, language: str) -> Span:
    """Return when a report's thing was lost or found: the day that its author said, or when it was posted.

    A moment is shown in each reader's zone, a day as its author said it. Of a sealed report only the day is public.
    """
    if report.happened_on:
        return Plain(_day_words(report.happened_on, report, language))
    at = report.happened_at or report.reported_at
    words = _day_words(_local(at, report), report, language)
    return Plain(words) if report.sealed else Moment(at, words, "day" if report.happened_at else "posted")


def _day_words(day: date, report: Report, language: str) -> str:
    """Return a day, with its year unless that's the one in which it was reported."""
    is_same_year = day.year == _local(report.reported_at, report).year
    return date_words(day, language) if is_same_year else day_words(day, language)


def end_of(report: Report, language: str) -> str:
    """Return the day on which a report ends, in the zone of its workspace, with its year if that's far away."""
    end = _local(report.expires_at, report)
    is_soon = report.expires_at - report.reported_at < _ABOUT_A_YEAR
    return date_words(end, language) if is_soon else day_words(end, language)


def _local(moment: datetime, report: Report) -> datetime:
    """Return a moment in the zone of a report's workspace, or in UTC."""
    return moment.astimezone(ZoneInfo(report.zone)) if report.zone else moment


def post_of(found: Report, language: str) -> Jump:
    return Jump(found.id, sentence("jump_post", language))


def found_line(found: Report, language: str, place: str = "") -> Line:
    """Say when and where something was found, with a link; `place` is where, as words from the finder's caption."""
    day, post = day_of(found, language), post_of(found, language)
    if found.place:
        return line("found_there", language, day=day, place=Quoted(found.place, found.id), post=post)
    if place:
        return line("found_then", language, day=day, post=(Quoted(place, found.id), Plain(" · "), post))
    return line("found_then", language, day=day, post=post)


def lost_line(lost: Report, language: str) -> Line:
    jump = Jump(lost.id, sentence("jump_report", language))
    return line("lost_then", language, person=author(lost), day=day_of(lost, language), report=jump)


def circumstances(report: Report, language: str) -> list[Line]:
    """Return where and when, if its author said so, in one line."""
    parts: list[Line] = []
    if report.place:
        parts.append(line("where", language, place=Quoted(report.place, report.id)))
    if report.happened_on:
        parts.append(line("when", language, when=_day_words(report.happened_on, report, language)))
    elif report.happened_at:
        words = moment_words(_local(report.happened_at, report), language) + ("" if report.zone else " UTC")
        parts.append(line("when", language, when=Moment(report.happened_at, words)))
    if not parts:
        return []
    first, *others = parts
    return [(*first, *(span for other in others for span in (Plain(" · "), *other)))]
