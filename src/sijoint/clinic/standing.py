"""What the rules say of an episode as it stands now: asked when somebody looks, never stored."""

from datetime import datetime

from sijoint.clinic.clearance import Clearance, clearance
from sijoint.clinic.situation import Situation
from sijoint.model import Assessed, Episode, EpisodeState, Patient, Session, StoreKind
from sijoint.pathway import Policy, assess_referral, assessed, check_discharge, check_request

S = EpisodeState
TOLD_WITH_DISCHARGE = ("discharge.no-escort", "discharge.no-sheet")
BEFORE_ORDER = (S.REQUESTED, S.ACCEPTED, S.DECLINED, S.REDIRECTED)
BEFORE_NEEDLE = (
    S.ORDERED, S.NEEDS_REVIEW, S.STOPPED, S.CLEARED, S.BOOKED, S.PREPARED, S.CONSENTED, S.CONFIRMED, S.SIGNED_IN,
    S.TIMED_OUT, S.CANCELLED, S.NO_SHOW,
)  # fmt: skip


def standing_findings(
    episode: Episode, patient: Patient, policy: Policy, now: datetime, others: tuple[Episode, ...] = ()
) -> Assessed:
    """What stands against the next step, worst first; ``others`` are the patient's other episodes.

    Before the order it is about the request and the visit, before the needle about order, screening and the day, in
    recovery about leaving; afterwards nothing stands against anything.
    """
    session = episode.sessions[-1] if episode.sessions else None
    found = assessed(())
    if session is None or episode.state in BEFORE_ORDER:
        found = _of_request(episode, policy, now)
    elif episode.state in BEFORE_NEEDLE and session.procedure is None:
        found = _not_asked_yet(clearance_now(episode, patient, session, policy, now, others), session)
    elif episode.state is S.RECOVERING:
        found = _besides_what_is_told(check_discharge(session, policy, now))
    return Assessed(found.decision, tuple(sorted(found.findings, key=lambda one: -one.severity.rank)))


def clearance_now(
    episode: Episode,
    patient: Patient,
    session: Session,
    policy: Policy,
    now: datetime,
    others: tuple[Episode, ...] = (),
) -> Clearance:
    """Order, screening and the day of the current session judged on the facts as they are, with the overrides that hold."""
    situation = Situation(
        episode, patient, policy, now, StoreKind.CARE, lambda _: None, others_of_patient=lambda: others
    )
    return clearance(situation, episode, session)


def _of_request(episode: Episode, policy: Policy, now: datetime) -> Assessed:
    asked = check_request(episode.request, policy, now, episode.assessment)
    if episode.assessment is None:
        return asked
    return assess_referral(episode.request, episode.assessment, policy, now, episode.care_log)


def _besides_what_is_told(check: Assessed) -> Assessed:
    """Escort and sheet are told with the discharge itself: nobody was asked yet."""
    return assessed([one for one in check.findings if one.code not in TOLD_WITH_DISCHARGE])


def _not_asked_yet(judged: Clearance, session: Session) -> Assessed:
    """An order that nobody has screened is not yet stopped by what nobody was asked: screening is the next step."""
    return judged.order if session.screening is None and session.confirmation is None else judged.together
