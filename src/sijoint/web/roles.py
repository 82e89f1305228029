"""Roles that the pages speak of together."""

from sijoint.model import Role

CLINICIANS = (Role.PHYSICIAN, Role.NURSE, Role.RADIOGRAPHER)
STAFF = (*CLINICIANS, Role.FRONT_DESK, Role.BILLER)
IN_THE_HOUSE = tuple(role for role in Role if role not in (Role.PATIENT, Role.REFERRER, Role.ROOM))
REHEARSERS = (*CLINICIANS, Role.TRAINEE, Role.RESEARCHER)
