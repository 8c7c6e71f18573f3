"""Samples in their workspace's language, and replies about them in the moderator's own."""

from uuid import UUID

from reunite.entities import Report, ReportKind
from reunite.language import sentence
from reunite.messages.reply import Line, Picture, Plain, Reply
from reunite.messages.wording import button, end_of, line, quote


def sample_post(sample: Report, picture: Picture | None) -> Reply:
    """Show a sample, marked as one, with its photo and the button that removes it."""
    language = sample.language
    lines: tuple[Line, ...] = (
        line("samples_found" if sample.kind is ReportKind.FOUND else "samples_lost", language),
        *quote(sample),
        line("samples_how", language, until=end_of(sample, language)),
    )
    return Reply(
        "report_post",
        lines,
        picture=picture,
        buttons=(button("remove_samples", sample.id, language),),
        about=frozenset({sample.id}),
        opens_thread=True,
    )


def posted(key: str, workspace: UUID, language: str) -> Reply:
    """Tell a moderator about the samples, and offer to remove them."""
    text = Plain(sentence(f"note_{key}", language))
    return Reply("note", ((text,),), buttons=(button("remove_samples", workspace, language),))
