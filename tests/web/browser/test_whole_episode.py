"""One patient's whole episode in four browsers: front desk, physician, nurse and, on a phone, the patient.

The injection is written down with its times: the morning's list is entered at noon. The live room has a test of its own.
"""

import re
from datetime import UTC, datetime, timedelta

import pytest
from by_hand import answer_all, fill, send, told
from on_pages import PHONE, session_of

from sijoint.clinic.people import add_person
from sijoint.model import EpisodeState, Person, Role
from sijoint.records import open_store

FAMILY, GIVEN = "Ortega", "Ines"
BIRTH = "1971-02-03"


class Clinic:
    """The pages of everybody, and the episode that they all work on."""

    def __init__(self, server, page_of) -> None:
        self.server = server
        self.desk, self.physician, self.nurse = (page_of(code) for code in ("d-berg", "dr-lind", "n-duarte"))
        self.path = ""

    def do(self, page, name: str, typed: dict | None = None, everything: str = "", but: tuple[str, ...] = ()) -> str:
        """One action by its form, as it is; what the page says afterwards."""
        page.goto(f"{self.path}/do/{name}")
        if everything:
            answer_all(page, everything, but)
        fill(page, typed or {})
        send(page)
        assert page.url.partition("#")[0].endswith(self.path), told(page)[:900]
        return told(page)

    @property
    def episode(self):
        store = open_store(self.server.store)
        try:
            return store.episode(self.path.rpartition("/")[2])
        finally:
            store.close()


def local(moment: datetime) -> str:
    """As a field for date and time holds it; the shipped policy's clock is UTC."""
    return moment.strftime("%Y-%m-%dT%H:%M")


@pytest.fixture
def clinic(server, page_of):
    return Clinic(server, page_of)


def test_from_the_request_to_the_diary_and_its_verdict(clinic, page_of, shot):
    began = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=60)
    asked_for(clinic)
    assessed_and_ordered(clinic)
    cleared_booked_prepared(clinic, shot)
    admitted(clinic, began)
    written_down(clinic, began)
    watched_and_sent_home(clinic, began, shot)
    answered_at_home(clinic, page_of, shot)
    judged(clinic, shot)


def asked_for(clinic) -> None:
    page = clinic.desk
    page.goto("/requests/new")
    fill(
        page,
        {
            "patient.family_name": FAMILY,
            "patient.given_name": GIVEN,
            "patient.birth_date": BIRTH,
            "patient.sex": "female",
            "patient.weight": "70",
            "patient.weight.unit": "kg",
            "patient.height_cm": "168",
            "request.requested_by": "patient",
            "request.reason": "pain in the left buttock since the winter",
            "request.side": "left",
            "request.zones": ["buttock", "low back"],
            "request.pain_since": "2026-01-10",
        },
    )
    send(page)
    found = re.search(r"/episodes/[\w-]+", page.url)
    assert found, told(page)[:600]
    clinic.path = found[0]
    assert clinic.episode.state is EpisodeState.REQUESTED


def assessed_and_ordered(clinic) -> None:
    pain = {
        f"assessment.provocations.{test}.left": "yes"
        for test in ("distraction", "thigh thrust", "compression", "sacral thrust")
    }
    clinic.do(
        clinic.physician,
        "Assess",
        {
            **dict.fromkeys(
                (f"assessment.{name}_normal" for name in ("power", "reflexes", "sensation")),
                "yes",
            ),
            **pain,
            "assessment.imaging_reviewed": "yes",
            "assessment.imaging.0.kind": "CT",
            "assessment.imaging.0.on": "2026-05-04",
            "assessment.imaging.0.finding": "no other cause",
            "assessment.history": "pain on rising, no accident",
            "assessment.side": "left",
            "assessment.conservative_care.0.kind": "physiotherapy",
            "assessment.conservative_care.0.began": "2026-02-01",
            "assessment.conservative_care.0.helped": "no",
            "assessment.index_movement": "standing up from a chair",
            "assessment.baseline_nrs": "8",
            "assessment.baseline_peg": "6.3",
            "assessment.working_diagnosis": "pain of the sacroiliac joint",
            "assessment.referral": "accept",
            "assessment.order_kind": "diagnostic",
            "assessment.order_target": "intra-articular",
        },
        everything="no",
    )
    clinic.do(
        clinic.physician,
        "PlaceOrder",
        {
            "kind": "diagnostic",
            "target": "intra-articular",
            "side": "left",
            "recipe.drug.0.agent": "bupivacaine_0.5_percent",
            "recipe.drug.0.volume_ml": "1.0",
            "recipe.skin.agent": "lidocaine_1_percent",
            "recipe.skin.volume_ml": "2",
            "recipe.contrast.agent": "iohexol_240",
            "recipe.contrast.volume_ml": "0.5",
        },
    )
    assert clinic.episode.state is EpisodeState.ORDERED


def cleared_booked_prepared(clinic, shot) -> None:
    asked = ("allergies_asked", "medicines_asked", "driver_arranged")
    clinic.do(
        clinic.nurse,
        "AnswerScreening",
        {
            **{f"answers.{name}": "yes" for name in asked},
            "answers.blood_pressure_systolic": "128",
            "answers.blood_pressure_diastolic": "78",
        },
        everything="no",
        but=(r"\.0\.",),
    )
    assert clinic.episode.state is EpisodeState.CLEARED
    clinic.do(clinic.desk, "Book", {"at": local(datetime.now(UTC) + timedelta(minutes=3))})
    clinic.do(clinic.nurse, "Prepare")
    shot(clinic.nurse, "episode-prepared")
    assert clinic.episode.state is EpisodeState.PREPARED


def admitted(clinic, began) -> None:
    risks = (
        "infection",
        "bleeding",
        "nerve damage",
        "leg weakness",
        "leg numbness",
        "increased pain",
        "allergic reaction",
    )
    agreed = {"consent.side": "left", "consent.target": "intra-articular", "consent.risks_explained": risks}
    clinic.do(clinic.physician, "GiveConsent", agreed, everything="yes")
    clinic.do(
        clinic.nurse,
        "ConfirmToday",
        {
            "confirmation.allergies_unchanged": "yes",
            "confirmation.driver_present": "yes",
            "confirmation.antithrombotics_as_planned": "yes",
            "confirmation.blood_pressure_systolic": "131",
            "confirmation.blood_pressure_diastolic": "80",
            "confirmation.index_nrs": "8",
            "confirmation.rest_nrs": "4",
        },
        everything="no",
        but=(r"\.0\.",),
    )
    assert clinic.episode.state is EpisodeState.CONFIRMED
    clinic.do(clinic.physician, "MarkSkin", {"skin_mark.side": "left"}, everything="yes")
    clinic.do(clinic.nurse, "SignInPatient", everything="yes", but=(r"sedative|escort",))
    assert clinic.episode.state is EpisodeState.SIGNED_IN


def written_down(clinic, began) -> None:
    """The lines in the order in which it happened; each further line by the button, and nothing typed is lost by it."""
    page = clinic.nurse
    page.goto(f"{clinic.path}/do/RecordProcedure")
    fill(
        page,
        {
            "form.side": "left",
            "form.target": "intra-articular",
            "form.operator": "dr-lind",
            "form.recorded_for": "dr-lind",
            "form.read_back": "yes",
            "form.started_at": local(began),
            "form.ended_at": local(began + timedelta(minutes=14)),
            "form.needle": "quincke_22g_90mm",
            "form.passes": "1",
            "form.position": "HFP",
            "form.familiar_pain_on_filling": "yes",
        },
    )
    lines = [
        {"kind": "needle"},
        {"kind": "given", "use": "contrast", "agent": "iohexol_240", "volume_ml": "0.5"},
        {"kind": "view", "purpose": "contrast", "after_contrast": "yes", "left_deg": "0", "cephalad_deg": "10"},
        {"kind": "view", "purpose": "after contrast", "after_contrast": "yes", "left_deg": "90", "cephalad_deg": "0"},
        {"kind": "judgement", "pattern": "intra-articular, cephalad spread", "by": "dr-lind"},
        {"kind": "given", "use": "drug", "agent": "bupivacaine_0.5_percent", "volume_ml": "1.0"},
    ]
    for number, line in enumerate(lines):
        if line["kind"] == "view":
            line["kept_as"] = "archive of the clinic"
        at = local(began + timedelta(minutes=2 + number))
        fill(page, {f"form.lines.{number}.{name}": value for name, value in (line | {"at": at}).items()})
        if number < len(lines) - 1:
            page.locator('button[name="more"][value="form.lines"]').click()
            page.locator(f'[name="form.lines.{number + 1}.kind"]').wait_for()
    assert page.locator('[name="form.lines.0.kind"]').first.input_value() == "needle"
    send(page)
    assert clinic.episode.state is EpisodeState.PROCEDURE_ENDED, told(page)[:900]


def watched_and_sent_home(clinic, began, shot) -> None:
    clinic.do(
        clinic.nurse,
        "SignOutPatient",
        {"sign_out.complications_seen": "no", "sign_out.recorded_for": "dr-lind"},
        everything="yes",
    )
    clinic.do(clinic.physician, "SignOutPatient", {"sign_out.confirmed_by": "dr-lind"})  # what the scribe wrote
    given = began + timedelta(minutes=7)
    for minutes, nrs in ((15, 1), (30, 1), (45, 1)):
        clinic.do(
            clinic.nurse,
            "RecordRecovery",
            {
                "check.at": local(given + timedelta(minutes=minutes)),
                "check.vitals.systolic": "126",
                "check.vitals.diastolic": "76",
                "check.vitals.pulse": "70",
                "check.vitals.spo2": "98",
                "check.index_nrs": str(nrs),
                "check.rest_nrs": "0",
                "check.leg_numb": "no",
            },
            everything="yes",
        )
    clinic.do(clinic.nurse, "RecordTestConditions", everything="no")
    clinic.do(clinic.nurse, "DischargePatient", everything="yes")
    assert clinic.episode.state is EpisodeState.DISCHARGED
    shot(clinic.nurse, "episode-discharged")


def answered_at_home(clinic, page_of, shot) -> None:
    """The patient gets an account from the clinic and answers what is open on the phone."""
    store = open_store(clinic.server.store)
    patient_id = clinic.episode.patient_id
    add_person(
        store,
        Person(patient_id, f"{GIVEN} {FAMILY}", Role.PATIENT, patient_id),
        by="tests",
        at=datetime.now(UTC),
        console=True,
    )
    store.close()
    assert session_of(clinic.server, patient_id)
    phone = page_of(patient_id, PHONE, has_touch=True)
    phone.goto("/d/own")
    before = len(clinic.episode.sessions[-1].entries)
    for name, value in {"index": "1", "rest": "0", "analgesic": "no", "resting": "no", "signs": "none"}.items():
        phone.locator(f'label:has([name="{name}"][value="{value}"])').first.tap()
    phone.locator("button.send").tap()
    phone.get_by_text("Your answer has arrived").wait_for()
    assert len(clinic.episode.sessions[-1].entries) == before + 1


def judged(clinic, shot) -> None:
    words = clinic.do(clinic.physician, "JudgeBlock")
    assert clinic.episode.sessions[-1].verdict is not None
    assert "Block" in words
    shot(clinic.physician, "episode-judged")
