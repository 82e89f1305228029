"""Sign-out: counts, dressing, site, complications, and who wrote for whom. It is kept whatever it says; leaving waits for it."""

from datetime import datetime

from sijoint.model import Answer, Assessed, Finding, Session, SignOut
from sijoint.pathway.findings import assessed, found
from sijoint.pathway.policy import Policy

ITEMS = {"dressing_applied": "dressing applied", "site_dry": "site dry"}


def check_sign_out(sign_out: SignOut | None, session: Session, policy: Policy, now: datetime) -> Assessed:
    """What the sign-out leaves open."""
    if sign_out is None:
        return assessed([found("signout.missing")])
    findings: list[Finding] = []
    if sign_out.at > now:
        findings.append(found("signout.impossible-time"))
    if sign_out.counts_correct.answer is not Answer.YES:
        findings.append(found("signout.counts", answer=sign_out.counts_correct.answer))
    for name, words in ITEMS.items():
        answer = getattr(sign_out, name).answer
        if answer is not Answer.YES:
            findings.append(found("signout.item", of=name, what=words, answer=answer))
    return assessed([*findings, *_complications(sign_out), *_written_for(sign_out, session)])


def _complications(sign_out: SignOut) -> list[Finding]:
    seen, told = sign_out.complications_seen.answer, sign_out.complications.strip()
    if seen is Answer.YES:
        return [found("signout.complication" if told else "signout.complication-not-told")]
    if seen is Answer.NO:
        return []
    return [found("signout.complications-not-stated", answer=seen)]


def _written_for(sign_out: SignOut, session: Session) -> list[Finding]:
    """The operator is sterile: a scribe writes for the operator and reads it back, the operator confirms at sign-out."""
    operator = session.procedure.operator if session.procedure else ""
    if sign_out.by == operator:
        return []
    findings = []
    if sign_out.recorded_for != operator:
        findings.append(found("signout.for-whom"))
    if sign_out.read_back.answer is not Answer.YES:
        findings.append(found("signout.not-read-back", answer=sign_out.read_back.answer))
    if sign_out.confirmed_by != operator:
        findings.append(found("signout.not-confirmed"))
    return findings
