"""An episode comes back from its parts as it went in, whatever it holds, and only what changed is written."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from small_clinic import NOON, episode, new_store, request

from sijoint.frames import Side
from sijoint.model import (
    Administration,
    Assessed,
    Booking,
    Consent,
    Decision,
    Episode,
    EpisodeState,
    Exposure,
    FrozenRule,
    NeedleUse,
    Order,
    OrderKind,
    Override,
    Procedure,
    ProcedureKind,
    Recipe,
    RecipeLine,
    Sedation,
    Session,
    SyringeUse,
    Target,
)
from sijoint.records import Tag
from sijoint.records.parts import changed_parts, episode_of, parts_of


def order(number: int) -> Order:
    line = RecipeLine("lidocaine", Decimal("1.50"))
    rule = FrozenRule(Decimal(75), 2, "clinic", "2026-01-01")
    recipe = Recipe(line, line, (line, line))
    return Order(
        f"o{number}", OrderKind.DIAGNOSTIC, Target.LIGAMENT, Side.LEFT, recipe, Sedation.NONE, rule, "dr", NOON
    )


exposures = st.builds(
    Exposure,
    at_s=st.floats(0, 1e6),
    pulses=st.integers(1, 99),
    seconds=st.floats(0, 1e3),
    primary_deg=st.floats(-180, 180),
    secondary_deg=st.floats(-90, 90),
    kvp=st.floats(40, 120),
    ma=st.floats(0, 100),
    kerma_reference_mgy=st.floats(0, 1e3),
    dose_area_product_mgy_cm2=st.floats(0, 1e6),
)
given_drugs = st.builds(
    Administration,
    at_s=st.floats(0, 1e6),
    use=st.sampled_from(SyringeUse),
    agent=st.text(max_size=9),
    volume_ml=st.decimals(0, 9, places=3),
    side=st.sampled_from(Side),
    target=st.sampled_from(Target),
    after_movement=st.integers(0, 99),
)
procedures = st.builds(
    Procedure,
    id=st.just("x"),
    kind=st.sampled_from(ProcedureKind),
    side=st.sampled_from(Side),
    target=st.sampled_from(Target),
    operator=st.text(max_size=5),
    virtual_operator=st.booleans(),
    started_at=st.just(NOON),
    ended_at=st.none() | st.just(NOON + timedelta(minutes=9)),
    needle=st.none() | st.just(NeedleUse(22, 90.0, "Quincke")),
    exposures=st.lists(exposures, max_size=12).map(tuple),
    administrations=st.lists(given_drugs, max_size=3).map(tuple),
    familiar_pain_on_filling=st.none() | st.booleans(),
)
sessions = st.builds(
    Session,
    order=st.integers(1, 9).map(order),
    screening=st.none() | st.just(Assessed(Decision.CLEAR)),
    overrides=st.lists(st.just(Override("c", "r", "reason", "a", "b", "d")), max_size=2).map(tuple),
    booking=st.none() | st.just(Booking(NOON, NOON, "desk")),
    consent=st.none() | st.just(Consent(NOON, None, Target.LIGAMENT, OrderKind.DIAGNOSTIC, "", ("a", "b"))),
    procedure=st.none() | procedures,
)
episodes = st.builds(
    lambda state, told: replace(episode(), state=state, sessions=tuple(told)),
    st.sampled_from(EpisodeState),
    st.lists(sessions, max_size=3),
)


@given(episodes)
def test_an_episode_comes_back_from_its_parts(one: Episode):
    assert episode_of(one.id, one.patient_id, one.version, parts_of(one)) == one


@given(episodes, episodes)
def test_the_changes_lead_from_one_episode_to_the_other(before: Episode, after: Episode):
    kept = parts_of(before)
    kept |= changed_parts(parts_of(before), parts_of(after))
    assert episode_of(after.id, after.patient_id, after.version, kept) == after


@given(episodes)
def test_nothing_is_written_where_nothing_changed(one: Episode):
    assert changed_parts(parts_of(one), parts_of(one)) == {}


def test_one_more_exposure_writes_one_part():
    done = Procedure("x", ProcedureKind.PERFORMED, Side.LEFT, Target.LIGAMENT, "dr", False, NOON)
    exposure = Exposure(1.0, 4, 0.5, 180.0, 0.0, 75.0, 3.0, 0.1, 20.0)
    before = replace(episode(), sessions=(Session(order(1), procedure=replace(done, exposures=(exposure,))),))
    after = replace(episode(), sessions=(Session(order(1), procedure=replace(done, exposures=(exposure, exposure))),))
    assert list(changed_parts(parts_of(before), parts_of(after))) == ["sessions/0/procedure/exposures/1"]


def test_a_fact_taken_away_and_given_again_is_in_the_history(tmp_path):
    store = new_store(tmp_path)
    request(store)
    booked = Booking(NOON, NOON, "desk")
    for version, booking in enumerate((booked, None, booked), 1):
        with store.unit_of_work() as work:
            after = replace(work.episode("e1"), version=version, state=EpisodeState.ACCEPTED)
            work.save_episode(replace(after, sessions=(Session(order(1), booking=booking),)))
            work.commit(Tag.BOOKING_MADE, at=NOON, episode_id="e1")
    history = [store.episode("e1", version) for version in range(4)]
    assert history[0].sessions == ()
    assert [one.sessions[0].booking for one in history[1:]] == [booked, None, booked]
