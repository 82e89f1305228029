"""The virtual clinic holds somebody at every place of an episode, put there by commands alone."""

from datetime import UTC, datetime, timedelta

import pytest

import virtual_site
from sijoint.clinic import duplicates_of
from sijoint.cohort import NotAVirtualStore, fill_virtual_clinic, people_of_virtual_clinic, virtual_store
from sijoint.model import Answer, EpisodeState, Role, StoreKind, VerdictValue
from sijoint.model.wire import to_wire
from sijoint.pathway import CallReason, calls_due, load_policy
from sijoint.records import open_store

S = EpisodeState
EXPECTED = {
    "Amelia Hartmann": S.REQUESTED,
    "Grace Okonkwo": S.REDIRECTED,
    "Ludwig Brandt": S.DECLINED,
    "Mei-Ling Chen": S.ACCEPTED,
    "Samuel Adeyemi": S.ORDERED,
    "Nadia Haddad": S.STOPPED,
    "Viktor Sokolov": S.NEEDS_REVIEW,
    "Clara Moreau": S.CLEARED,
    "Owen Price": S.BOOKED,
    "Henrik Dahl": S.PREPARED,
    "George Papadakis": S.CONSENTED,
    "Ingrid Solberg": S.SIGNED_IN,
    "Tariq Aziz": S.TIMED_OUT,
    "Emily Watson": S.IN_PROCEDURE,
    "Lucia Ferrari": S.RECOVERING,
    "Arjun Mehta": S.DISCHARGED,
    "Marcus Bell": S.JUDGED,
    "Chloé Dubois": S.NO_SHOW,
    "Karin Sund": S.CANCELLED,
}


@pytest.fixture(scope="module")
def clinic(tmp_path_factory):
    """The filled store, and whose episode is whose; what is read here was filled at its last minute."""
    path = virtual_site.copied(virtual_site.shared(tmp_path_factory), tmp_path_factory.mktemp("clinic"))
    store = open_store(path)
    yield store, virtual_site.episodes(path)
    store.close()


@pytest.fixture
def episode(clinic):
    store, named = clinic
    return lambda name: store.episode(named[name])


def calls(store, episode):
    at = datetime.fromisoformat(store.ledger_end().at)
    return {one.reason for one in calls_due(episode, load_policy("clinic"), at)}


class TestFilledOnce:
    def test_somebody_stands_at_every_place(self, episode):
        assert {name: episode(name).state for name in EXPECTED} == EXPECTED

    def test_two_requests_of_one_person_are_shown_together(self, clinic):
        store, named = clinic
        (found,) = duplicates_of(named["Rosa Delgado"], store, load_policy("clinic"))
        assert found.episode_id == named["Rosa Delgado again"]
        (back,) = duplicates_of(named["Rosa Delgado again"], store, load_policy("clinic"))
        assert (back.episode_id, back.days_apart) == (named["Rosa Delgado"], found.days_apart)

    def test_a_leg_is_weak_and_nobody_may_go_with_it(self, episode):
        watched = episode("Dieter Krause")
        assert watched.state is S.RECOVERING
        assert watched.sessions[-1].recovery[-1].leg_power_at_baseline.answer is Answer.NO

    @pytest.mark.parametrize(
        ("name", "verdict"),
        [
            ("Marcus Bell", VerdictValue.POSITIVE),
            ("Sofia Lindgren", VerdictValue.NEGATIVE),
            ("Abdul Karim", VerdictValue.INDETERMINATE),
        ],
    )
    def test_a_block_answers_in_all_three_ways(self, episode, name, verdict):
        assert episode(name).sessions[-1].verdict.verdict is verdict

    @pytest.mark.parametrize(
        ("name", "reason"),
        [
            ("Hannah Weiss", CallReason.RED_FLAG),
            ("Eleanor Hughes", CallReason.PAIN_BACK),
            ("Yumi Tanaka", CallReason.COMPLICATION),
            ("Milan Horvat", CallReason.LEFT_EARLY),
        ],
    )
    def test_somebody_is_to_be_called_for_it(self, clinic, episode, name, reason):
        assert reason in calls(clinic[0], episode(name))

    def test_one_may_have_a_repeat_and_one_may_not(self, episode):
        assert episode("Eleanor Hughes").repeat_answers[-1].eligible
        refused = episode("Thomas Fischer").repeat_answers[-1]
        assert refused.gaps
        assert not refused.eligible

    def test_a_pause_is_on_the_sheet_and_a_packet_is_sealed(self, episode):
        printed = " ".join(item.text for item in episode("Henrik Dahl").sessions[-1].preparation.items)
        assert "warfarin" in printed
        assert episode("Marcus Bell").packet_seals

    def test_images_are_the_rooms_and_their_bytes_are_kept(self, clinic, episode):
        images = episode("Marcus Bell").sessions[-1].procedure.images
        assert len(images) > 3
        assert all(clinic[0].images.get(image.sha256).startswith(b"\x89PNG") for image in images)

    def test_the_record_is_in_order_of_time(self, clinic):
        times = [line.at for line in clinic[0].ledger()]
        assert times == sorted(times)


def test_people_of_every_role_work_there():
    roles = {one.role for one in people_of_virtual_clinic(1)}
    assert roles == set(Role) - {Role.REFERRER, Role.ROOM}


def test_a_care_store_stays_empty(tmp_path):
    store = open_store(tmp_path / "care.db", StoreKind.CARE, create=True)
    with pytest.raises(NotAVirtualStore, match="only kept in a virtual store"):
        fill_virtual_clinic(store, seed=1, now=datetime.now(UTC))
    assert store.headers() == ()


@pytest.mark.deep
@pytest.mark.parametrize("hour", [0, 6, 23])
def test_at_any_hour_everybody_stands_there_and_the_same_seed_gives_the_same(tmp_path, hour):
    now = datetime(2026, 5, 4, hour, 57, tzinfo=UTC)
    made = []
    for number in range(2):
        store = virtual_store(tmp_path / f"{number}.db", 3, now - timedelta(days=400))
        clinic = fill_virtual_clinic(store, seed=3, now=now)
        made.append([to_wire(store.episode(episode_id)) for episode_id, _ in clinic.episode_of])
        states = {store.episode(episode_id).state for episode_id, _ in clinic.episode_of}
        assert set(EXPECTED.values()) <= states
    assert made[0] == made[1]
