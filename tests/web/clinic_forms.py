"""An unremarkable person's way through the clinic by its forms alone."""

import re
from datetime import timedelta

from sent_forms import FormReader, Senders, sentences

from sijoint.model import Role, ScreeningAnswers
from sijoint.model.facts import Fact

FACTS = tuple(name for name, one in ScreeningAnswers.__dataclass_fields__.items() if one.type is Fact)


class ClinicByForms(Senders):
    """Each step brings the episode to where its name says, through all steps before it."""

    def requested(self, **changes):
        desk = self.by(Role.FRONT_DESK)
        form = FormReader(desk.get("/requests/new").text)
        typed = {
            "patient.family_name": "Invented",
            "patient.given_name": "Ida",
            "patient.birth_date": "1970-04-05",
            "patient.sex": "female",
            "patient.contact": "invented, no contact",
            "patient.weight": "70",
            "patient.weight.unit": "kg",
            "patient.height_cm": "168",
            "request.requested_by": "patient",
            "request.reason": "pain in the left buttock on standing up",
            "request.side": "left",
            "request.zones": ["buttock"],
            "request.pain_since": self.day(days=-210),
        }
        answer = desk.post("/requests/new", data=form.sent | typed | changes)
        assert answer.status_code == 303, sentences(answer.text)
        self.at = answer.headers["location"].removeprefix("/episodes/")
        return self

    def accepted(self):
        self.requested()
        tests = {
            f"assessment__provocations__{test}__{side}": "yes" if side == "left" else "no"
            for test in ("distraction", "thigh thrust", "compression", "sacral thrust", "Gaenslen", "FABER")
            for side in ("left", "right")
        }
        normal = dict.fromkeys(("power_normal", "reflexes_normal", "sensation_normal", "imaging_reviewed"), "yes")
        denied = dict.fromkeys(
            [
                "straight_leg_raise_positive",
                "radicular_pain",
                "pain_above_l5",
                "red_flag",
                "cauda_equina_suspected",
                "cancer_suspected",
                "infection_suspected",
                "sacral_insufficiency_fracture_suspected",
                "spondyloarthritis_suspected",
                "hip_source_suspected",
                "lumbar_source_suspected",
                "gout_suspected",
                "widespread_pain",
                "lumbar_fusion_before",
            ],
            "no",
        )
        told = {f"assessment__{name}": answer for name, answer in (normal | denied).items()}
        return self.does(
            Role.PHYSICIAN,
            "Assess",
            assessment__history="buttock pain since the spring",
            assessment__side="left",
            assessment__conservative_care__0__kind="physiotherapy",
            assessment__conservative_care__0__began=self.day(days=-120),
            assessment__conservative_care__0__helped="no",
            assessment__imaging__0__kind="MRI",
            assessment__imaging__0__on=self.day(days=-100),
            assessment__imaging__0__finding="no other cause",
            assessment__index_movement="standing up",
            assessment__baseline_nrs="8",
            assessment__baseline_peg="6,3",
            assessment__working_diagnosis="pain of the sacroiliac joint",
            assessment__referral="accept",
            assessment__order_kind="diagnostic",
            assessment__order_target="intra-articular",
            **tests,
            **told,
        )

    def ordered(self):
        self.accepted()
        return self.does(
            Role.PHYSICIAN,
            "PlaceOrder",
            kind="diagnostic",
            target="intra-articular",
            side="left",
            recipe__drug__0__agent="bupivacaine_0.5_percent",
            recipe__drug__0__volume_ml="1.0",
            recipe__skin__agent="lidocaine_1_percent",
            recipe__skin__volume_ml="2",
            recipe__contrast__agent="iohexol_240",
            recipe__contrast__volume_ml="0.5",
        )

    def answers(self, **changes):
        told = {f"answers__{name}": "no" for name in FACTS}
        told |= dict.fromkeys(
            ("answers__allergies_asked", "answers__medicines_asked", "answers__driver_arranged"), "yes"
        )
        told |= {"answers__blood_pressure_systolic": "128", "answers__blood_pressure_diastolic": "78"}
        return told | changes

    def cleared(self, **changes):
        self.ordered()
        return self.does(Role.NURSE, "AnswerScreening", **self.answers(**changes))

    def consented(self):
        self.cleared()
        self.does(Role.FRONT_DESK, "Book", at=self.local(days=7), wished_by="patient")
        self.does(Role.FRONT_DESK, "Prepare")
        risks = re.findall(
            r'name="consent.risks_explained" value="([^"]+)"',
            self.by(Role.PHYSICIAN).get(f"/episodes/{self.at}/do/GiveConsent").text,
        )
        return self.does(
            Role.PHYSICIAN,
            "GiveConsent",
            consent__side="left",
            consent__target="intra-articular",
            consent__risks_explained=risks,
            consent__given="yes",
            consent__before_sedation="yes",
        )

    def confirmed(self):
        self.consented()
        self.clock.now += timedelta(days=7)
        return self.does(Role.NURSE, "ConfirmToday", **self.today())

    def today(self, **changes):
        told = dict.fromkeys(
            [
                "fever",
                "antibiotics",
                "new_medicines",
                "pregnancy",
                "pregnancy_test_positive",
                "steroid_premedication",
                "rescue_analgesic_within_6_h",
            ],
            "no",
        )
        told |= dict.fromkeys(("allergies_unchanged", "driver_present", "antithrombotics_as_planned"), "yes")
        told |= {"blood_pressure_systolic": "131", "blood_pressure_diastolic": "80", "index_nrs": "8", "rest_nrs": "4"}
        return {f"confirmation__{name}": value for name, value in told.items()} | changes

    def signed_in(self):
        self.confirmed()
        self.does(Role.PHYSICIAN, "MarkSkin", skin_mark__side="left", skin_mark__patient_awake="yes")
        items = [
            "two_identifiers",
            "skin_mark_seen",
            "allergies_read",
            "last_antithrombotic_dose_read",
            "pregnancy_read",
            "vitals_taken",
            "baseline_pain_read",
            "resuscitation_kit_present",
            "lipid_present",
        ]
        return self.does(Role.NURSE, "SignInPatient", **{f"sign_in__{one}": "yes" for one in items})

    def timed_out(self):
        self.signed_in()
        self.does(
            Role.PHYSICIAN,
            "ConfirmSite",
            readiness__cards_are_our_protocol="yes",
            readiness__resuscitation_kit_checked="yes",
            readiness__lipid_expires=self.day(days=300),
        )
        for _ in range(3):
            self.draws_up()
        self.does(
            Role.NURSE,
            "PrepareSkin",
            skin_preparation__agent="chlorhexidine_2_alcohol_70",
            skin_preparation__hair_at_site="no",
            skin_preparation__applied_at=self.local(minutes=-5),
        )
        self.does(Role.NURSE, "PrepareSkin", skin_preparation__seen_dry_at=self.local())
        return self.does(
            Role.NURSE,
            "CallTimeOut",
            time_out__side="left",
            time_out__target="intra-articular",
            time_out__labels_read=["lidocaine_1_percent", "iohexol_240", "bupivacaine_0.5_percent"],
            time_out__labels_read_aloud="yes",
            time_out__all_agree="yes",
        )

    def draws_up(self, **changes):
        """The next syringe of the order, from a fresh vial: the form knows which one is due."""
        told = {
            "syringe__drawn_by": "NB",
            "syringe__lines__0__vial__lot": "lot 7",
            "syringe__lines__0__vial__expires": self.day(days=300),
            "syringe__lines__0__vial__kind": "single-dose",
            "syringe__lines__0__vial__opened_for_this_patient": "yes",
            "syringe__lines__0__vial__preservative": "no",
            "syringe__labelled": "yes",
            "syringe__clear_of_precipitate": "yes",
        }
        return self.does(Role.NURSE, "DrawUp", **told | changes)

    def lines(self, began):
        """A needle, two views, contrast, its judgement and the drug, minute by minute."""

        def at(minutes):
            return (began + timedelta(minutes=minutes)).astimezone(self.site.policy.zone).strftime("%Y-%m-%dT%H:%M")

        told = [
            {"kind": "given", "at": at(1), "use": "skin anaesthetic", "agent": "lidocaine_1_percent", "volume_ml": "2"},
            {"kind": "needle", "at": at(2)},
            self.view(at(3), "needle on target", "0", "no"),
            self.view(at(3), "lateral safety", "90", "no"),
            {"kind": "given", "at": at(4), "use": "contrast", "agent": "iohexol_240", "volume_ml": "0.5"},
            self.view(at(5), "contrast", "0", "yes"),
            {"kind": "judgement", "at": at(6), "pattern": "intra-articular, cephalad spread", "by": "physician"},
            {"kind": "given", "at": at(7), "use": "drug", "agent": "bupivacaine_0.5_percent", "volume_ml": "1.0"},
        ]
        fields = {f"form.lines.{n}.{name}": value for n, line in enumerate(told) for name, value in line.items()}
        return fields | {"form.lines.count": str(len(told))}

    def view(self, at, purpose, left, after):
        return {
            "kind": "view",
            "at": at,
            "purpose": purpose,
            "left_deg": left,
            "cephalad_deg": "0",
            "after_contrast": after,
            "kept_as": "image archive of the clinic, invented",
        }

    def performed(self):
        """A procedure that another room recorded, written down for the physician and read back."""
        self.timed_out()
        began = self.clock.now
        self.clock.now += timedelta(minutes=10)
        form = self.form(Role.NURSE, "RecordProcedure")
        sent = form.sent | self.lines(began)
        sent |= {
            "form.side": "left",
            "form.target": "intra-articular",
            "form.operator": "physician",
            "form.recorded_for": "physician",
            "form.read_back": "yes",
            "form.started_at": began.astimezone(self.site.policy.zone).strftime("%Y-%m-%dT%H:%M"),
            "form.ended_at": self.local(minutes=-2),
            "form.needle": "quincke_22g_90mm",
            "form.passes": "1",
            "form.position": "HFP",
            "form.familiar_pain_on_filling": "yes",
            "form.dose_area": "1.1",
            "form.dose_area.unit": "Gy·cm²",
            "form.fluoroscopy": "24",
            "form.fluoroscopy.unit": "s",
        }
        answer = self.post(Role.NURSE, "RecordProcedure", sent)
        assert answer.status_code == 303, sentences(answer.text)
        return self

    def signed_out(self):
        self.performed()
        told = {f"sign_out__{one}": "yes" for one in ("counts_correct", "dressing_applied", "site_dry")}
        self.does(Role.NURSE, "SignOutPatient", **told, sign_out__complications_seen="no", sign_out__read_back="yes")
        self.does(Role.PHYSICIAN, "SignOutPatient", sign_out__confirmed_by="physician")
        for syringe, given, wasted in zip(self.session.syringes, ("2", "0.5", "1"), ("0", "0", "0"), strict=True):
            self.does(
                Role.NURSE,
                "AccountForSyringe",
                account__syringe_id=syringe.id,
                account__given_ml=given,
                account__wasted_ml=wasted,
            )
        return self

    def checked(self, index_nrs):
        told = {"vitals__systolic": "128", "vitals__diastolic": "78", "vitals__pulse": "70", "vitals__spo2": "98"}
        told |= {"index_nrs": str(index_nrs), "rest_nrs": "1", "leg_numb": "no"}
        told |= dict.fromkeys(("leg_power_at_baseline", "gait_at_baseline", "site_dry", "dressing_intact"), "yes")
        return self.does(Role.NURSE, "RecordRecovery", **{f"check__{name}": value for name, value in told.items()})

    def discharged(self):
        self.signed_out()
        given = self.session.procedure.started_at + timedelta(minutes=7)
        for minutes in (15, 30):
            self.clock.now = given + timedelta(minutes=minutes)
            self.checked(index_nrs=1)
        self.clock.now += timedelta(minutes=3)
        return self.does(Role.NURSE, "DischargePatient", discharge__escort_seen="yes", discharge__sheet_given="yes")

    def judged(self):
        self.discharged()
        for prompt in self.session.prompts:
            if prompt.due > self.session.discharge.at and prompt.due < self.session.discharge.at + timedelta(hours=14):
                self.clock.now = prompt.due
                self.tells_pain(prompt, 1 if prompt.label in ("1 h", "2 h", "3 h", "4 h") else 6)
        self.clock.now += timedelta(days=1)
        asked = ("intravenous_sedative_or_opioid", "steroid_premedication", "other_injection_same_day")
        self.does(Role.NURSE, "RecordTestConditions", **{f"conditions__{one}": "no" for one in asked})
        return self.does(Role.PHYSICIAN, "JudgeBlock")

    def tells_pain(self, prompt, index_nrs, **changes):
        """The patient answers on the telephone."""
        told = dict.fromkeys(
            [
                "analgesic_taken",
                "asleep_or_resting",
                "leg_weak",
                "weakness_worse_or_both_legs",
                "bladder_bowel_or_saddle_change",
                "site_red_swollen_or_leaking",
                "breathing_trouble_or_chest_pain",
                "headache_severe_or_worse_upright",
            ],
            "no",
        )
        told |= {
            "prompt_id": prompt.id,
            "answered": self.local(),
            "index_nrs": str(index_nrs),
            "rest_nrs": "1",
            "paper": "no",
        }
        return self.does(
            Role.NURSE, "AnswerDiary", **{f"entry__{name}": value for name, value in (told | changes).items()}
        )
