"""Request and response schemas; the OpenAPI document is made from these."""

from datetime import date, datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from db.api_tokens import Scope
from reunite import rules
from reunite.entities import Category, PhotoFlaw, ReportKind
from reunite.text.controls import storable

MAX_RESULTS: Final = 100
MAX_COMPARED: Final = 16
MAX_ITEMS: Final = 100
FILE_FIELDS: Final = frozenset({"photo", "photos"})
"""The fields that a form may send as files."""


Kind = Literal["found", "lost"]
ItemState = Literal["pending", "open", "returned", "withdrawn", "expired"]
LabelName = Literal["high", "possible"]
Text = Annotated[str, StringConstraints(max_length=rules.MAX_TEXT), AfterValidator(storable)]
Words = Annotated[
    str, StringConstraints(min_length=1, max_length=rules.MAX_TEXT, pattern=r"\S"), AfterValidator(storable)
]
Place = Annotated[str, StringConstraints(max_length=200), AfterValidator(storable)]
TopK = Annotated[int, Field(ge=1, le=MAX_RESULTS, description="How many results to return at most")]
PhotoData = Annotated[
    str,
    StringConstraints(min_length=1),
    Field(description="The photo's bytes in base64, alone or as a `data:` URL. In a multipart form, a file"),
]
PhotoSource = Annotated[
    str,
    StringConstraints(min_length=1),
    Field(
        description="A photo: its bytes in base64, alone or as a `data:` URL; or an `https:` link to a host that the"
        " operator allows. In a multipart form, a file"
    ),
]


class Body(BaseModel):
    """A request body; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class SearchQuery(Body):
    """Words, a photo or both, and what to search."""

    text: Words | None = None
    photo: PhotoData | None = None
    among: Annotated[Kind, Field(description="Which reports to search")] = "found"
    place: Place = ""
    happened_at: AwareDatetime | None = None
    top_k: TopK = 10

    @model_validator(mode="after")
    def _check(self) -> "SearchQuery":
        rules.check_time(self.happened_at)
        if not (self.text or "").strip() and self.photo is None:
            raise ValueError("give a text, a photo or both")
        return self


class SimilarityQuery(Body):
    """Texts and photos to compare, each text with each photo."""

    texts: Annotated[list[Words], Field(min_length=1, max_length=MAX_COMPARED)]
    photos: Annotated[list[PhotoData], Field(min_length=1, max_length=MAX_COMPARED)]


class NewItem(Body):
    """A found or lost item."""

    kind: Kind
    text: Text = ""
    photos: Annotated[list[PhotoSource], Field(max_length=rules.MAX_PHOTOS)] = []
    place: Place = ""
    happened_at: AwareDatetime | None = None
    sealed: Annotated[bool, Field(description="For a found ID, card, key or phone: only moderators see it")] = False
    category: Annotated[Category, Field(description="What a sealed item is called in public")] = "other"
    private: Annotated[bool, Field(description="For a lost item: only moderators see it")] = False

    @model_validator(mode="after")
    def _check(self) -> "NewItem":
        if not self.text.strip() and not self.photos:
            raise ValueError("give a text, photos or both")
        rules.check_report(
            ReportKind(self.kind),
            happened_at=self.happened_at,
            sealed=self.sealed,
            private=self.private,
            category=self.category,
        )
        return self


class NewItems(Body):
    """Many items in one request."""

    items: Annotated[list[NewItem], Field(min_length=1, max_length=MAX_ITEMS)]


# What the API returns


class Photo(BaseModel):
    """A photo of an item. `url` is its stored copy's, once there is one.

    `problem` is a keyword: why it failed. `flaw` is why a stored one shows too little to be compared.
    """

    id: UUID
    state: Literal["pending", "stored", "failed"]
    url: str | None
    problem: str | None
    flaw: PhotoFlaw | None


class Item(BaseModel):
    """A report."""

    id: UUID
    kind: Kind
    state: ItemState
    text: str
    place: str
    happened_at: datetime | None
    happened_on: Annotated[date | None, Field(description="The day, as its author said it, if they named no time")]
    created_at: datetime
    sealed: bool
    private: bool
    category: Category
    photos: list[Photo]


class Items(BaseModel):
    """Items, newest first. For the next page, send `next` as `before`; it's null on the last one."""

    items: list[Item]
    next: UUID | None


class Result(BaseModel):
    """An item that a search found. `score` is its probability if `calibrated`, and only ranks otherwise."""

    score: float = Field(ge=0, le=1)
    label: LabelName | None
    why: str
    photo: UUID | None
    item: Item


class SearchResults(BaseModel):
    """What a search found, best first."""

    results: list[Result]
    searched: int
    calibrated: bool


class Similar(BaseModel):
    """An item with a similar photo."""

    similarity: float
    photo: UUID
    item: Item


class SimilarResults(BaseModel):
    """Items with similar photos, the most similar first."""

    results: list[Similar]


class Similarities(BaseModel):
    """Cosines: a row for each text, a column for each photo."""

    similarities: list[list[float]]
    model: str


class Match(BaseModel):
    """A match of an item with another item."""

    id: UUID
    score: float = Field(ge=0, le=1)
    label: LabelName | None
    state: Literal["undecided", "confirmed", "rejected"]
    why: str
    photo: UUID | None
    item: Item


class Matches(BaseModel):
    """The matches of an item, the most probable first."""

    matches: list[Match]


class Posted(BaseModel):
    """An accepted item: `created` is false if its idempotency key was known."""

    id: UUID
    created: bool


class Refused(BaseModel):
    """An item of a job that could not be accepted."""

    position: int
    detail: str


class Job(BaseModel):
    """Many items, and how many the workers have processed."""

    id: UUID
    created_at: datetime
    state: Literal["running", "done"]
    total: int
    done: int
    failed: int
    waiting: int
    items: Annotated[list[UUID | None], Field(description="In the order of the request; null where one was refused")]
    refused: list[Refused]


class Stats(BaseModel):
    """A community's numbers, and the model in use with the dimension of each of its spaces."""

    model: str | None
    dimensions: dict[str, int]
    photos: int
    texts: int
    open_lost: int
    open_found: int
    returned: int
    scopes: list[Scope]


class Health(BaseModel):
    """Whether a process can do its work."""

    status: Literal["ok", "unavailable"]
    detail: str = ""


class Problem(BaseModel):
    """Problem details (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
