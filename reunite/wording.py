"""Every word that people read from us, in one place. Short, warm, no jargon."""

from collections.abc import Sequence
from typing import Final, Literal
from uuid import UUID

from reunite.errors import TellUserError
from reunite.model import Label, Match, MatchState, Question, Report, ReportKind, Why
from reunite.reply import Choice, Jump, Line, Person, Plain, Quoted, Reply, Span, Strong

UNSURE: Final = "unsure"
"""The `Choice.id` of "not sure"."""

SENTENCES: Final = {
    "empty_report": "Please tell me what it is: a few words or a photo are enough.",
    "text_too_long": "That is longer than I can keep ({length} characters; {most} is the most). Please shorten it.",
    "too_many_photos": "That is more photos than I can take ({count}; {most} is the most). Please pick the best ones.",
    "only_moderators": "Only a moderator can confirm or refuse a match. Please ask one to have a look.",
    "report_closed": "One of the two reports has been withdrawn or has ended, so there is nothing to confirm any more.",
    "photo_too_large": "The photo {name} is larger than {megabytes} MB. Please send it smaller; a screenshot will do.",
    "photo_too_many_pixels": "The photo {name} has over {megapixels} megapixels. Please send it smaller.",
    "photo_not_an_image": "{name} is not a photo that I can read. Please post a JPEG, PNG, WebP or HEIC picture.",
    "photo_unreadable": "The photo {name} is damaged and I can't open it. Please try to post it again.",
    "photo_is_web_page": "Instead of the photo {name} I was given a web page. Please post the photo itself.",
    "photo_gone": "The photo {name} is not there any more. Please post it again.",
    "photo_unreachable": "I could not get the photo {name}, though I tried several times. Please post it again.",
    "our_fault": "Something went wrong on my side, and I could not look for matches. Those who run me can see why.",
    "only_author": "Thank you for helping! This question is for the person who lost it.",
    "said_before": "You have told me already: {said}.",
    "answer_not_taken": "Something went wrong on my side, and I could not take your answer. Please try again soon.",
    "said": "Thank you. I look again, and write here what that changes.",
    "said_unsure": "That is fine. I keep watching.",
    "question_over": "Thank you! I need no answer to this any more.",
    "not_sure": "Not sure",
    "ask_colour": "What colour is it?",
    "ask_place": "Where did you last have it?",
    "nothing_here": "There is no report or match of mine here.",
    "when_not_understood": "When was that? Please say it like this: today, yesterday 14:30, Monday, or 2026-05-14.",
    "when_to_come": "That time is still to come. Please tell me when you last had it, or leave it out.",
    "lost_usage": "Tell me what you lost, like this: {command} black rucksack with a laptop, library 2nd floor",
    "invite_me": "I can't write in this channel yet. Please ask a moderator to invite me here or to {channel}.",
    "report_not_taken": "Something went wrong on my side, and I could not take your report. Please try again soon.",
    "picture_of_match": "Photo of what may be the same thing",
    "not_here": "I can't answer here. Please use /lost in a channel where I may write and open threads.",
    "looking_in": "Got it, I'm looking. I'll answer in {channel}.",
    "thread_found": "Found: {what}",
    "thread_lost": "Lost: {what}",
    "thread_unnamed": "photo of {day}",
    "lost_command": "Tell me what you lost, and I look through everything that was found",
    "lost_description": "What is it? Kind, colour, brand, anything special",
    "lost_photo": "A photo of it, if you have one",
    "lost_where": "Where did you last have it?",
    "lost_when": "When did you last have it? Like: today, yesterday 14:30, Monday, 2026-05-14",
}


def sentence(key: str, **params: str | int) -> str:
    """Return one of `SENTENCES`, filled in."""
    return SENTENCES[key].format(**params)


def tell(error: TellUserError) -> str:
    """Return what a person is to be told of an error."""
    return sentence(error.key, **error.params)


def looking(report: Report) -> Reply:
    """Open the thread of a loss that was reported by command."""
    lines: list[Line] = [(Person(report.target.platform, report.author), Plain(" is looking for:"))]
    if report.text:
        lines.append((Quoted(report.text),))
    lines += _circumstances(report)
    return Reply("looking", tuple(lines))


def posted(report: Report) -> Reply:
    """Open the thread of a find that was reported by command."""
    lines: list[Line] = [(Person(report.target.platform, report.author), Plain(" has found:"))]
    if report.text:
        lines.append((Quoted(report.text),))
    lines += _circumstances(report)
    return Reply("looking", tuple(lines))


def answer(report: Report, matches: int, searched: int) -> Reply:
    """Head the list of matches of a lost report."""
    among = _count(searched, "open find", "open finds")
    found = _count(matches, "possible match", "possible matches")
    return Reply("answer", ((Strong("I looked for you."), Plain(f" {found} among {among}.")), *_quote(report)))


def nothing(report: Report, searched: int) -> Reply:
    """Say honestly that there is nothing yet, and until when the bot keeps watching."""
    if report.kind is ReportKind.LOST:
        among = _count(searched, "open find", "open finds")
        so_far = f"Nothing that fits among {among}." if searched else "Nothing has been found so far."
    else:
        among = _count(searched, "open lost report", "open lost reports")
        so_far = f"Thank you! It fits none of {among} so far." if searched else "Thank you! Nobody misses it so far."
    until = f"{report.expires_at.day} {report.expires_at:%B}"
    return Reply("nothing", ((Plain(f"{so_far} I keep watching until {until} and will write here."),),))


def match_card(match: Match, other: Report, reader: Report, picture: UUID | None, *, percent: bool) -> Reply:
    """Show a match in the thread of `reader`: what the other side posted, how sure we are, and why."""
    lost_reads = reader.kind is ReportKind.LOST
    head = "This may be yours." if lost_reads else "Possible owner found."
    lines: list[Line] = []
    if lost_reads:
        lines.append((Person(reader.target.platform, reader.author, notify=True),))
    lines.append((Strong(head), Plain(" "), *_certainty(match, percent=percent)))
    lines.append(_other_side(other, lost_reads=lost_reads))
    if other.text:
        lines.append((Quoted(other.text),))
    if why := _why_line(match.why):
        lines.append((Plain(f"Why: {why}"),))
    lines.append((Plain("Moderators: react ✅ when it is back with its owner, ❌ if this is not it."),))
    return Reply("match", tuple(lines), match=match.id, picture=picture)


def question(report: Report, asked: Question) -> Reply:
    """Ask what tells the possible matches apart."""
    line = Plain("One question, to tell these apart: "), Strong(sentence(f"ask_{asked.aspect}"))
    choices = tuple(Choice(str(number), words) for number, words in enumerate(asked.options))
    unsure = Choice(UNSURE, sentence("not_sure"))
    return Reply("question", (line,), asked=report.id, choices=(*choices, unsure))


def thanks(shown: Sequence[tuple[Match, Report]], *, percent: bool) -> Reply:
    """Say what an answer has changed: how many possible matches are left, and which comes first."""
    if not shown:
        text = "Thank you. With that, none of them fits well enough any more. I keep watching and will write here."
        return Reply("thanks", ((Plain(text),),))
    match, first = shown[0]
    left = "one is left" if len(shown) == 1 else f"{len(shown)} are left; the first is"
    place = (Plain(f", found {_day(first)} at "), Quoted(first.place)) if first.place else ()
    head: Line = (Plain(f"Thank you. With that, {left}: "), *_certainty(match, percent=percent), *place)
    return Reply("thanks", ((*head, Plain(" · "), Jump(first.id, "jump to the post")),))


def verdict(before: MatchState, now: MatchState, moderator: Person, other: Report) -> Reply:
    """Say in a thread what a verdict, or its taking back, has changed."""
    jump = Jump(other.id, "that post" if other.kind is ReportKind.FOUND else "that report")
    if now is MatchState.CONFIRMED:
        return Reply("returned", ((Strong("Returned"), Plain(", confirmed by "), moderator, Plain(". 🎉")),))
    if now is MatchState.REFUSED:
        text = ". I won't bring it up again."
        return Reply("refused", ((moderator, Plain(" says that it is not "), jump, Plain(text)),))
    if before is MatchState.CONFIRMED:
        text = " took the confirmation back, so this is open again. I keep watching."
        return Reply("reopened", ((moderator, Plain(text)),))
    return Reply(
        "reopened", ((moderator, Plain(" took the refusal of "), jump, Plain(" back: it may be it after all.")),)
    )


def expired() -> Reply:
    """Say that a report's time is over, and that nothing is kept."""
    text = "I have stopped watching and deleted what I knew of this. If it is still missing, please post it again."
    return Reply("expired", ((Plain(text),),))


def problem(key: str, **params: str | int) -> Reply:
    """Tell a thread what was wrong and what to do."""
    return Reply("problem", ((Plain(sentence(key, **params)),),))


def label_word(label: Label | None) -> str:
    """Return the label, or a word for its absence, for tables."""
    return label.value if label else "–"


def why_words(why: tuple[Why, ...]) -> str:
    """Return the reason as it stands in a match reply."""
    return _why_line(why)


_MARKS: Final[dict[str, Literal["✓", "~", "✗", "not said"]]] = {
    "agrees": "✓",
    "partly": "~",
    "differs": "✗",
    "unknown": "not said",
}


def _why_line(why: tuple[Why, ...]) -> str:
    parts = (
        f"{each.word}: not said" if each.agreement == "unknown" else f"{each.word} {_MARKS[each.agreement]}"
        for each in why
    )
    return " · ".join(parts)


def _certainty(match: Match, *, percent: bool) -> tuple[Span, ...]:
    assert match.label is not None  # noqa: S101 - only labelled matches are shown
    share = f" ({min(match.probability, 0.99):.0%})" if percent else ""  # nobody is ever quite sure
    return Strong(match.label.value), Plain(share)


def _day(report: Report) -> str:
    return f"{report.happened_at or report.created_at:%A}"


def _other_side(other: Report, *, lost_reads: bool) -> Line:
    day = _day(other)
    if lost_reads:
        place = (Plain(" at "), Quoted(other.place)) if other.place else ()
        return (Plain(f"Found {day}"), *place, Plain(" · "), Jump(other.id, "jump to the post"))
    who: Span = Person(other.target.platform, other.author)
    return (Plain("Lost report by "), who, Plain(f", {day} · "), Jump(other.id, "jump to the report"))


def _circumstances(report: Report) -> list[Line]:
    line: list[Span] = []
    if report.place:
        line += [Plain("Where: "), Quoted(report.place)]
    if report.happened_at:
        line.append(Plain(f"{' · ' if line else ''}When: {report.happened_at:%A %d %B, %H:%M}"))
    return [tuple(line)] if line else []


def _quote(report: Report) -> tuple[Line, ...]:
    return ((Plain("Looking for: "), Quoted(report.text)),) if report.text else ()


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
