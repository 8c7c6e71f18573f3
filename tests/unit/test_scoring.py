from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reunite.entities import Label, ReportKind, Why
from reunite.matching import colours, defaults
from reunite.matching.evidence import Background, Candidate, Item, PairKind, Search
from reunite.matching.scoring import MAX_RESULTS, ScoredCandidate, assign_labels, crowded_out_of, judges_rest, softmax
from reunite.matching.weights import COLOUR, COMMON_KIND, NAMED_COLOURS, ONLY_VIEW, Limits, ScoringModel, Term
from reunite.text.lexicon import is_translated
from tests.support.scoring import score

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
MODELS = (defaults.for_encoder("concept"), defaults.for_encoder("clip"))
CONCEPT = MODELS[0]
RED = tuple(float(name == "red") for name in colours.NAMES)
GREEN = tuple(float(name == "green") for name in colours.NAMES)

models = st.sampled_from(MODELS)
cosines = st.floats(-1, 1)
gaps = st.none() | st.integers(-90, 90).map(lambda hours: timedelta(hours=hours))
places = st.sampled_from(["", "library", "library 2nd floor", "sports hall", "lecture hall B", "Bibliothek"])
texts = st.sampled_from(["", "red rucksack", "a green hat with badges", "found this", "rucksack Eastpak 4711"])
seen = st.lists(st.sampled_from([RED, GREEN]), max_size=2).map(tuple)


@st.composite
def items(draw: st.DrawFn, number: int, kind: ReportKind) -> Item:
    gap = draw(gaps)
    return Item(
        UUID(int=number), kind, draw(texts), draw(places), NOON + (gap or timedelta()), gap is not None, draw(seen)
    )


@st.composite
def searches(draw: st.DrawFn, least: int = 1) -> Search:
    kind = draw(st.sampled_from(ReportKind))
    kinds = draw(st.lists(st.sampled_from(PairKind), min_size=1, unique=True))
    candidates = tuple(
        Candidate(
            draw(items(number, kind.opposite)),
            {pair: draw(cosines) for pair in kinds},
            tuple(draw(st.lists(st.sampled_from(["eastpak", "4711"]), unique=True))),
        )
        for number in range(1, draw(st.integers(least, 6)) + 1)
    )
    open_count = len(candidates) + draw(st.integers(0, 1000))
    background = {pair: Background(draw(st.floats(-0.5, 0.9)), draw(st.floats(0.0, 0.3)), open_count) for pair in kinds}
    return Search(draw(items(0, kind)), candidates, background, open_count)


def probabilities(search: Search, model: ScoringModel) -> dict[UUID, float]:
    return {scored.report: scored.probability for scored in score(search, model)}


def with_first(search: Search, first: Candidate) -> Search:
    return replace(search, candidates=(first, *search.candidates[1:]))


@pytest.mark.untraced
@given(searches(least=0), models)
def test_probabilities_and_none_sum_to_one_and_come_best_first(search: Search, model: ScoringModel) -> None:
    found = [scored.probability for scored in score(search, model)]
    assert all(0 <= probability <= 1 for probability in found)
    assert sum(found) <= 1 + 1e-9
    assert found == sorted(found, reverse=True)


@given(searches(), models)
def test_labels_are_one_high_or_up_to_five_possible(search: Search, model: ScoringModel) -> None:
    scored = score(search, model)
    labelled = [scored for scored in scored if scored.label]
    photos = PairKind.PHOTO_PHOTO in scored[0].evidence
    limits = model.limits(photos=photos, translated=is_translated(search.query.text))
    assert len(labelled) <= 5
    if any(scored.label is Label.HIGH for scored in labelled):
        assert len(labelled) == 1
        assert labelled[0].probability >= limits.high
    elif labelled:
        assert sum(scored.probability for scored in labelled) >= limits.possible


@pytest.mark.untraced
@given(searches(), models, st.data())
def test_the_order_of_candidates_does_not_matter(search: Search, model: ScoringModel, data: st.DataObject) -> None:
    shuffled = tuple(data.draw(st.permutations(search.candidates)))
    assert score(replace(search, candidates=shuffled), model) == score(search, model)


@pytest.mark.untraced
@given(searches(), models)
def test_without_reasons_all_else_is_the_same(search: Search, model: ScoringModel) -> None:
    unexplained = tuple(replace(scored, why=()) for scored in score(search, model))
    assert score(search, model, with_reasons=False) == unexplained


@pytest.mark.untraced
@given(searches(), models, st.data(), st.floats(0, 0.5))
def test_a_likelier_cosine_never_makes_a_match_less_probable(
    search: Search, model: ScoringModel, data: st.DataObject, more: float
) -> None:
    first = search.candidates[0]
    kind = data.draw(st.sampled_from(list(first.similarities)))
    # As the background is measured: with the pair itself in it.
    known = {**search.background, kind: Background(0.1, 0.1, 100_000)}
    search = replace(search, background=known)
    nearer = first._replace(similarities={**first.similarities, kind: first.similarities[kind] + more})
    before, after = (probabilities(one, model) for one in (search, with_first(search, nearer)))
    assert after[first.item.report] >= before[first.item.report] - 1e-9


@pytest.mark.untraced
@given(searches(), models, cosines, st.sampled_from([PairKind.TEXT_PHOTO, PairKind.PHOTO_TEXT]), cosines)
def test_with_two_photos_a_words_likeness_to_a_photo_is_not_counted_again(
    search: Search, model: ScoringModel, photos: float, kind: PairKind, words: float
) -> None:
    plain, more = (
        with_first(search, search.candidates[0]._replace(similarities={PairKind.PHOTO_PHOTO: photos, **beside}))
        for beside in ({}, {kind: words})
    )
    assert probabilities(more, model) == probabilities(plain, model)


@pytest.mark.untraced
@given(searches(), models)
def test_a_rare_word_or_the_same_place_never_makes_a_match_less_probable(search: Search, model: ScoringModel) -> None:
    first = search.candidates[0]
    before = probabilities(search, model)[first.item.report]
    named = first._replace(rare_words=(*first.rare_words, "kenzo"))
    assert probabilities(with_first(search, named), model)[first.item.report] >= before
    if search.query.place and first.item.place:
        there = first._replace(item=replace(first.item, place=search.query.place))
        assert probabilities(with_first(search, there), model)[first.item.report] >= before - 1e-9


@pytest.mark.untraced
@given(searches(), models, st.integers(1, 100_000))
def test_more_rivals_never_make_a_match_more_probable(search: Search, model: ScoringModel, more: int) -> None:
    # Rivals of other kinds make the thing's own kind rarer, which is evidence for the match.
    model = replace(model, terms={name: term for name, term in model.terms.items() if name != COMMON_KIND})
    before = probabilities(search, model)
    among_more = probabilities(replace(search, open_count=search.open_count + more), model)
    rival = search.candidates[0]._replace(item=replace(search.candidates[0].item, report=UUID(int=99)))
    with_rival = replace(search, candidates=(*search.candidates, rival), open_count=search.open_count + 1)
    beside = probabilities(with_rival, model)
    for report, probability in before.items():
        assert among_more[report] <= probability + 1e-9
        assert beside[report] <= probability + 1e-9


@pytest.mark.untraced
@given(searches(), models, st.floats(0.2, 0.9), st.floats(-2, 0))
def test_the_encoders_scale_does_not_matter_where_the_background_tells_it(
    search: Search, model: ScoringModel, factor: float, shift: float
) -> None:
    many = 10**9
    one = replace(
        search,
        candidates=tuple(
            candidate._replace(similarities={kind: 0.9 * cosine for kind, cosine in candidate.similarities.items()})
            for candidate in search.candidates
        ),  # no copies: what is one doesn't depend on the scale
        background={
            kind: Background(known.mean, known.deviation + 0.05, many) for kind, known in search.background.items()
        },
    )
    other = replace(
        one,
        candidates=tuple(
            candidate._replace(
                similarities={kind: factor * cosine + shift for kind, cosine in candidate.similarities.items()},
            )
            for candidate in one.candidates
        ),
        background={
            kind: Background(factor * known.mean + shift, factor * known.deviation, many)
            for kind, known in one.background.items()
        },
    )
    expected = probabilities(one, model)
    for report, probability in probabilities(other, model).items():
        assert probability == pytest.approx(expected[report], abs=1e-4)


def lost(text: str = "red rucksack", place: str = "", at: datetime | None = None) -> Item:
    return Item(UUID(int=0), ReportKind.LOST, text, place, at or NOON, at is not None)


def found(
    number: int, text: str = "", place: str = "", at: datetime | None = None, seen: tuple[float, ...] = RED
) -> Item:
    return Item(UUID(int=number), ReportKind.FOUND, text, place, at or NOON, at is not None, (seen,))


def text_search(query: Item, *candidates: tuple[Item, float]) -> Search:
    values = [cosine for _, cosine in candidates]
    mean = sum(values) / len(values)
    deviation = (sum((value - mean) ** 2 for value in values) / len(values)) ** 0.5
    return Search(
        query,
        tuple(Candidate(item, {PairKind.TEXT_PHOTO: cosine}) for item, cosine in candidates),
        {PairKind.TEXT_PHOTO: Background(mean, deviation, len(values))},
        len(values),
    )


def whys(scored: ScoredCandidate) -> set[tuple[str, str, str]]:
    return {(why.aspect, why.word, why.agreement) for why in scored.why}


def test_a_clear_fit_among_three_finds_is_named_and_the_others_are_not() -> None:
    others = [(found(2, seen=GREEN), 0.0), (found(3, seen=GREEN), -0.05)]
    best, *rest = score(text_search(lost(), (found(1), 0.5), *others), CONCEPT)
    assert best.report == UUID(int=1)
    assert best.label
    assert {("thing", "", "partly"), ("colour", "red", "agrees")} <= whys(best)  # nothing names a rucksack
    assert [scored.label for scored in rest] == [None, None]


@pytest.mark.parametrize("model", MODELS)
def test_the_wrong_thing_alone_gets_no_label_even_at_the_right_place_and_time(model: ScoringModel) -> None:
    typical = model.background_priors[PairKind.TEXT_PHOTO].mean
    query = lost(place="library", at=NOON)
    [only] = score(text_search(query, (found(1, place="library", at=NOON + timedelta(hours=1)), typical)), model)
    assert only.label is None


def test_what_was_found_before_it_was_lost_is_less_probable_and_says_why() -> None:
    query = lost(at=NOON)
    after, before = (
        score(text_search(query, (found(1, at=NOON + gap), 0.4), (found(2, seen=GREEN), 0.0)), CONCEPT)[0]
        for gap in (timedelta(hours=3), -timedelta(days=5))
    )
    assert after.probability > before.probability
    assert ("time", "180", "agrees") in whys(after)
    assert ("time", "-7200", "differs") in whys(before)


def test_places_agree_by_words_in_any_language_and_with_slips() -> None:
    for place, agreement in [("Bibliothek", "agrees"), ("libary", "agrees"), ("sports hall", "differs")]:
        [scored] = score(text_search(lost(place="library"), (found(1, place=place), 0.3)), CONCEPT)
        assert ("place", place, agreement) in whys(scored)


def test_of_several_stated_colours_the_visible_one_is_the_reason() -> None:
    query = lost("a red and green hat", place="library")
    [scored] = score(text_search(query, (found(1, seen=GREEN), 0.5)), CONCEPT)
    assert {("colour", "green", "agrees"), ("place", "", "unknown")} <= whys(scored)
    [scored] = score(text_search(query, (replace(found(1), colours=()), 0.5)), CONCEPT)
    assert ("colour", "", "unknown") in whys(scored)
    photo = replace(lost(""), colours=(GREEN,))
    [scored] = score(text_search(photo, (found(1, seen=RED), 0.5)), CONCEPT)
    assert ("colour", "green", "differs") in whys(scored)


def test_colours_that_both_name_count_without_a_photo_and_before_one() -> None:
    def evidence(text: str, seen: tuple[tuple[float, ...], ...]) -> Mapping[str, float]:
        candidate = Candidate(replace(found(1, text), colours=seen), {PairKind.TEXT_TEXT: 0.4})
        [scored] = score(Search(lost("red umbrella"), (candidate,), {}, 1), CONCEPT)
        return scored.evidence

    same, near, other = (
        evidence(f"{colour} umbrella", ())[NAMED_COLOURS] for colour in ("red", "burgundy", "light blue")
    )
    assert same > near > 0 > other
    assert COLOUR not in evidence("light blue umbrella", (RED,))
    assert evidence("umbrella", (RED,))[COLOUR] > 0
    assert NAMED_COLOURS not in evidence("umbrella with a red strap", (RED,))


def test_a_word_of_both_texts_names_the_thing_and_rare_words_are_told() -> None:
    candidate = Candidate(found(1, "a handbag, Eastpak"), {PairKind.TEXT_TEXT: 0.6}, ("eastpak",))
    [scored] = score(Search(lost("Eastpak handbag"), (candidate,), {}, 1), CONCEPT)
    assert {Why("thing", "handbag", "agrees"), Why("words", "eastpak", "agrees")} <= set(scored.why)


def test_the_same_look_means_less_among_more_open_reports() -> None:
    search = text_search(lost(), (found(1), 0.5), (found(2, seen=GREEN), 0.0))
    known = {PairKind.TEXT_PHOTO: Background(0.0, 0.1, 100)}
    few, many = (
        score(replace(search, background=known, open_count=count), CONCEPT)[0].probability for count in (100, 10_000)
    )
    assert few > 2 * many


def test_what_is_as_probable_as_the_five_that_are_named_is_only_crowded_out() -> None:
    shares, core = [0.12] * 7 + [0.01], [1.0] * 8
    labels = assign_labels(shares, core, Limits(high=0.99, possible=0.5))
    assert labels == [Label.POSSIBLE] * 5 + [None] * 3
    assert crowded_out_of(shares, core, labels) == {5, 6}
    assert not crowded_out_of(shares, core, assign_labels(shares, core, Limits(high=0.99, possible=0.7)))


def test_a_search_tells_which_of_its_candidates_are_only_crowded_out() -> None:
    alike = [(found(number, "mug"), 0.3) for number in range(1, 8)]
    other = [(found(number, "scarf"), 0.1) for number in range(8, 20)]
    named = replace(CONCEPT, none_log_odds=-9.0, text_limits=Limits(high=1.1, possible=0.5))
    scored = score(text_search(lost("mug"), *alike, *other), named)
    assert [each.crowded_out for each in scored] == [5 <= place < 7 for place in range(len(scored))]


def test_a_search_says_nothing_of_what_may_be_as_likely_as_its_last_result() -> None:
    phones = [(found(number, "phone"), 0.3) for number in range(1, 61)]
    among_many = score(text_search(lost("black phone"), *phones), CONCEPT)
    assert len(among_many) == MAX_RESULTS
    assert not any(each.label or each.crowded_out for each in among_many)
    assert not judges_rest(among_many)
    assert judges_rest(score(text_search(lost("black phone"), *phones[: MAX_RESULTS - 1]), CONCEPT))
    assert judges_rest(score(text_search(lost("black phone"), (found(61, "black phone"), 0.9), *phones), CONCEPT))
    assert judges_rest(())


def test_only_a_calibrated_models_probabilities_may_be_shown_as_percentages() -> None:
    search = text_search(lost(), (found(1), 0.5))
    for model in (CONCEPT, replace(CONCEPT, calibrated=False)):
        assert [scored.percent for scored in score(search, model)] == [model.calibrated]


def test_only_the_offline_encoder_is_calibrated_and_the_other_is_stricter() -> None:
    offline, clip = MODELS
    assert offline.calibrated
    assert not clip.calibrated
    assert clip.text_limits.possible > offline.text_limits.possible
    assert clip.text_limits.high > offline.text_limits.high


def test_a_text_that_was_translated_has_limits_of_its_own() -> None:
    strict = replace(CONCEPT, text_limits=Limits(0.0, 0.0), translated_limits=Limits(2.0, 2.0))

    def labels(text: str) -> list[Label | None]:
        search = text_search(lost(text), (found(1, "red umbrella"), 0.9))
        return [scored.label for scored in score(search, strict)]

    assert labels("red umbrella") == [Label.HIGH]
    assert labels("roter Regenschirm") == [None]


def test_a_term_that_would_punish_evidence_is_refused() -> None:
    with pytest.raises(ValueError, match="gain ≥ 0"):
        Term(-1.0)


def test_none_of_them_grows_more_slowly_than_the_number_of_open_reports_where_the_model_says_so() -> None:
    slowly, in_proportion = (replace(defaults.PRIOR, none_growth=growth) for growth in (0.7, 1.0))

    def first(open_count: int, model: ScoringModel) -> float:
        return softmax([5.0] + [-9.0] * (open_count - 1), open_count, model)[0]

    assert first(100, slowly) == first(100, in_proportion)
    assert first(1000, slowly) > first(1000, in_proportion)
    assert first(10, slowly) < first(10, in_proportion)


def test_only_the_offline_encoder_is_calibrated_from_capped_similarities_of_words_and_photos() -> None:
    concept, clip = defaults.prior_of("concept"), defaults.prior_of("clip")
    assert clip == defaults.PRIOR
    for name in (PairKind.TEXT_PHOTO, ONLY_VIEW):
        assert concept.terms[name].cap < clip.terms[name].cap
        assert concept.terms[name].cap == defaults.for_encoder("concept").terms[name].cap
