"""Forms: what a modal asks for before a press or a report."""

from dataclasses import dataclass, replace
from typing import Literal

from reunite import rules
from reunite.entities import CATEGORIES
from reunite.language import sentence, words_in
from reunite.messages.reply import Action

FieldKind = Literal["line", "text", "photos", "when", "choice"]
ReportForm = Literal["lost", "found", "sealed"]


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a choice: the value that is sent back, and its words."""

    value: str
    words: str


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form; `most` limits its characters, or photos, and `value` is what is filled in beforehand."""

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


def form_of(action: Action, language: str = "en") -> Form | None:
    """Return what to fill in before a press; None if there is nothing.

    The field `words` goes into `Press.words`, `code` into `Press.code`, `photos` into `Press.photos`.
    """
    match action:
        case "mine" | "look_mine":
            return _asking("form_claim", language, _words("form_claim", language, required=True, most=rules.MAX_PROOF))
        case "proof_question":
            hidden = _words("form_proof_question", language, required=True, most=rules.MAX_PROOF)
            return _asking("form_proof_question", language, hidden)
        case "whereabouts":
            place = replace(_words("form_whereabouts", language, most=rules.MAX_PLACE), kind="line")
            code = replace(_words("form_code", language, most=rules.MAX_CODE), name="code", kind="line")
            return _asking("form_whereabouts", language, place, code)
        case "add_detail":
            return _asking("form_detail", language, _words("form_detail", language, required=True, most=1000))
        case "add_photo":
            return _asking("form_photo", language, _photos(language, required=True))
        case _:
            return None


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What is asked before something is deleted for good, and the words of the button that keeps it."""

    question: str
    keep: str


def confirmation_of(action: Action, language: str) -> Confirmation | None:
    """Return what to ask before a button does what can't be undone; None for any other button."""
    if action not in {"forget", "withdraw"}:
        return None
    words = words_in(language).page
    return Confirmation(words[f"{action}_sure"], words["cancel"])


def unlink_confirmation(language: str) -> Confirmation:
    """Return what to ask before two sides are unlinked."""
    return Confirmation(sentence("unlink_sure", language), words_in(language).page["cancel"])


def look_form(language: str) -> Form:
    """Return the form of a search without a report: fields `words` and `photos`."""
    label, hint = sentence("form_look_label", language), sentence("form_lost_hint", language)
    words = Field("words", label, "line", hint, most=1000)
    return _asking("form_look", language, words, replace(_photos(language, required=False), most=1))


def report_form(which: ReportForm, language: str = "en", *, private: bool = False, words: str = "") -> Form:
    """Return the form of a report: fields `words`, `photos`, `where`, `when`, and those of its kind.

    A lost report is `seen` as public or private. A found report has a `proof_question`, and a sealed one also a
    `category`. `private` and `words` fill in their fields.
    """
    said = replace(_words(f"form_{which}", language, most=1000), value=words[:1000])
    where = Field("where", sentence(f"form_{which}_where", language), "line", most=100)
    photos = _photos(language, required=which == "sealed")
    if which == "lost":
        when = Field(
            "when", sentence("form_lost_when", language), "when", sentence("form_when_hint", language), most=60
        )
        seen = tuple(
            Option(visibility, sentence(f"form_{visibility}", language)) for visibility in ("public", "private")
        )
        label, value = sentence("form_seen", language), "private" if private else "public"
        who = Field("seen", label, "choice", required=True, options=seen, value=value)
        return _asking("form_lost", language, said, photos, where, when, who)
    proof_question = replace(_words("form_proof_question", language, most=200), name="proof_question", kind="line")
    if which == "found":
        return _asking("form_found", language, said, photos, where, proof_question)
    keys = {name: "category_else" if name == "other" else f"category_{name}" for name in CATEGORIES}
    options = tuple(Option(name, sentence(key, language)) for name, key in keys.items())
    category = Field("category", sentence("form_category", language), "choice", required=True, options=options)
    return _asking("form_sealed", language, category, photos, where, said, proof_question)


def _asking(title: str, language: str, *fields: Field) -> Form:
    return Form(sentence(title, language), fields)


def _words(key: str, language: str, *, required: bool = False, most: int) -> Field:
    """Return a field for words; `key` begins the names of the sentences that are its label and its hint."""
    label, hint = (sentence(f"{key}_{part}", language) for part in ("label", "hint"))
    return Field("words", label, "text", hint, required=required, most=most)


def _photos(language: str, *, required: bool) -> Field:
    return Field("photos", sentence("form_photos", language), "photos", required=required, most=rules.MAX_PHOTOS)
