"""Several browsers at one store: everything that was answered is there, and nobody waits for ever."""

from concurrent.futures import ThreadPoolExecutor

from site_of_tests import keep_patient

from sijoint.clinic import RequestAppointment, handle
from sijoint.frames import Side
from sijoint.model import AppointmentRequest, BodyZone, RequestedBy, Role
from sijoint.records import Tag, verify

BROWSERS, ROUNDS = 4, 3


def test_browsers_that_read_write_sign_in_and_out_at_once_all_get_their_answer(site, clock, browser):
    keep_patient(site.store, "p-busy")
    asked = AppointmentRequest(RequestedBy.PATIENT, clock(), Side.LEFT, "pain", (BodyZone.BUTTOCK,))
    patient = site.store.patient("p-busy")
    command = RequestAppointment(id="r-busy", by="visitor", episode_id="e-busy", patient=patient, request=asked)
    assert handle(command, site.store, site.policies, clock, site.role_of).accepted
    page = "/episodes/e-busy/patient-access"

    def work(number: int) -> list[int]:
        answers = []
        for _ in range(ROUNDS):
            client = browser(Role.NURSE)
            answers.append(client.get(page).status_code)
            answers.append(client.post(f"{page}/links", data={"until": "2026-09-01"}).status_code)
            answers.append(client.get("/account").status_code)
            answers.append(client.post("/sign-out").status_code)
            answers.append(client.get("/account").status_code)
        return answers

    with ThreadPoolExecutor(BROWSERS) as pool:
        answers = list(pool.map(work, range(BROWSERS)))
    assert answers == [[200, 303, 200, 303, 303] * ROUNDS] * BROWSERS
    tags = [line.tag for line in site.store.ledger()]
    assert tags.count(Tag.DIARY_LINK_MADE) == BROWSERS * ROUNDS
    assert tags.count(Tag.RECORD_READ) == BROWSERS * ROUNDS
    assert verify(site.store.path).intact
