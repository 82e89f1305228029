"""Who does what in a clinic: the roles that a person may hold."""

from enum import StrEnum


class Role(StrEnum):
    """The last three are no staff: a patient, the practice that sends one, and the program that records the room."""

    PHYSICIAN = "physician"
    NURSE = "nurse"
    RADIOGRAPHER = "radiographer"
    FRONT_DESK = "front desk"
    BILLER = "biller"
    TRAINEE = "trainee"
    RESEARCHER = "researcher"
    AUDITOR = "auditor"
    PATIENT = "patient"
    REFERRER = "referrer"
    ROOM = "room"
