"""What a platform's modal asks for, before a press or a report: the fields, in words. Pure."""

from dataclasses import dataclass
from typing import Final, Literal

from reunite import rules
from reunite.entities import CATEGORIES
from reunite.language import sentence
from reunite.messages.reply import Action

FieldKind = Literal["line", "text", "photos", "when", "choice"]
ReportForm = Literal["lost", "found", "sealed"]


@dataclass(frozen=True, slots=True)
class Option:
    """One of the answers to a choice: what is sent back, and its words."""

    value: str
    words: str


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form. `name` is how its answer is called; `most` bounds characters, or photos.

    `value` is the answer that is set beforehand.
    """

    name: str
    label: str
    kind: FieldKind
    hint: str = ""
    required: bool = False
    most: int = 200
    options: tuple[Option, ...] = ()
    value: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A modal: a title and at most five fields (Discord's limit)."""

    title: str
    fields: tuple[Field, ...]


_MOST_ANSWER: Final = 500


def form_of(action: Action, language: str = "en", question: str = "") -> Form | None:
    """Return what is to be filled in before a press; None where nothing is.

    The answer of the field `words` goes into `Press.words`, that of `photos` into `Press.photos`. For `mine`,
    `question` is what the finder wants to know (`Claims.question`).
    """
    match action:
        case "mine":
            label = sentence("form_claim_label", language)
            hint = question or sentence("form_claim_hint", language)
            return _asking(
                "form_claim", language, Field("words", label, "text", hint, required=True, most=_MOST_ANSWER)
            )
        case "secret":
            label, hint = sentence("form_secret_label", language), sentence("form_secret_hint", language)
            return _asking(
                "form_secret", language, Field("words", label, "text", hint, required=True, most=_MOST_ANSWER)
            )
        case "add_detail":
            label, hint = sentence("form_detail_label", language), sentence("form_detail_hint", language)
            return _asking("form_detail", language, Field("words", label, "text", hint, required=True, most=1000))
        case "add_photo":
            return _asking("form_photo", language, _photos(language, required=True))
        case _:
            return None


def report_form(which: ReportForm, language: str = "en", *, private: bool = False) -> Form:
    """Return the form of a report: fields `words`, `photos`, `where`, `when`, and what belongs to its kind.

    A loss is `seen` as public or private (which of them beforehand, `private` tells), a find leaves a `secret`; a
    sealed find has its `category`.
    """
    words = Field(
        "words", sentence(f"form_{which}_label", language), "text", sentence(f"form_{which}_hint", language), most=1000
    )
    where = Field("where", sentence(f"form_{which}_where", language), "line", most=100)
    photos = _photos(language, required=which == "sealed")
    if which == "lost":
        when = Field(
            "when", sentence("form_lost_when", language), "when", sentence("form_when_hint", language), most=60
        )
        seen = tuple(Option(each, sentence(f"form_{each}", language)) for each in ("public", "private"))
        label, value = sentence("form_seen", language), "private" if private else "public"
        who = Field("seen", label, "choice", required=True, options=seen, value=value)
        return Form(sentence("form_lost", language), (words, photos, where, when, who))
    secret = Field(
        "secret", sentence("form_secret_label", language), "line", sentence("form_secret_hint", language), most=200
    )
    if which == "found":
        return Form(sentence("form_found", language), (words, photos, where, secret))
    options = tuple(Option(each, sentence(f"category_{each}", language)) for each in CATEGORIES)
    category = Field("category", sentence("form_category", language), "choice", required=True, options=options)
    return Form(sentence("form_sealed", language), (category, photos, where, words, secret))


def _asking(title: str, language: str, field: Field) -> Form:
    return Form(sentence(title, language), (field,))


def _photos(language: str, *, required: bool) -> Field:
    return Field("photos", sentence("form_photos", language), "photos", required=required, most=rules.MOST_PHOTOS)
