"""Looking ahead at a pelvis: its plans and view maps, computed once for pelvis, side and target, and kept."""

import gzip
import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from sijoint.anatomy import StructureAtRisk, UnsuitableAnatomy, bundled_pelvis, sample_pelvis, structures_at_risk
from sijoint.anatomy.nifti_written import nifti_bytes
from sijoint.cohort import Case, case_of
from sijoint.cohort.rehearsal import RehearsalChoice
from sijoint.fluoroscopy import Projector
from sijoint.frames import ReceptorTilt, Side
from sijoint.guidance import NoPlan, Plan, ViewMap, view_map
from sijoint.guidance import plan as plans_for
from sijoint.model import Target
from sijoint.report.scene_meshes import body_parts, scene_bytes
from sijoint.report.view_picture import look
from sijoint.web.errors import NotHere, Refused
from sijoint.web.site import Site

KEPT_CASES = 2  # bodies at once: some hundred megabytes each
KEPT_LOOKS = 6
MOST_UNDER_WAY = 8
KEPT_VIEWS = 24  # rendered previews of one look ahead
LIBRARY = re.compile(r"library-(\d{1,6})(?:-bmi-(\d{1,2}(?:\.\d{1,4})?))?")
GZIP_LEVEL = 4


@dataclass(frozen=True)
class Asked:
    """What is looked at: the bundled pelvis or one of the library by its seed, a side and a target."""

    pelvis: str
    side: Side
    target: Target

    @property
    def words(self) -> str:
        library = LIBRARY.fullmatch(self.pelvis)
        if not library:
            return "bundled pelvis"
        return f"library pelvis {library[1]}" + (f", BMI {library[2]}" if library[2] else "")

    @property
    def library(self) -> tuple[str, str]:
        """Number and BMI of a library pelvis; empty where there is none."""
        library = LIBRARY.fullmatch(self.pelvis)
        return (library[1], library[2] or "") if library else ("", "")


def asked_for(pelvis: str, side: str, target: str) -> Asked:
    """From the parts of an address. Raises NotHere for a pelvis, side or target that there is not."""
    if pelvis != "bundled" and not LIBRARY.fullmatch(pelvis):
        raise NotHere
    try:
        return Asked(pelvis, Side(side), Target(target))
    except ValueError:
        raise NotHere from None


def asked_in(choice: RehearsalChoice) -> Asked:
    """What a room was opened on."""
    if choice.pelvis is None:
        return Asked("bundled", choice.side, choice.target)
    build = "" if choice.bmi is None else f"-bmi-{choice.bmi:g}"
    return Asked(f"library-{choice.pelvis}{build}", choice.side, choice.target)


class LookAhead:
    """One pelvis, side and target, planned. What is slow is made when it is first asked for, and kept."""

    def __init__(self, asked: Asked, case: Case, plans: tuple[Plan, ...], risks: tuple[StructureAtRisk, ...]) -> None:
        self.asked, self.case, self.plans, self.risks = asked, case, plans, risks
        self._views: dict[int, ViewMap] = {}
        self._pictures: OrderedDict[tuple[int, float, float], bytes] = OrderedDict()
        self._lock = threading.RLock()
        self._projector: Projector | None = None
        self._volume = self._scene = b""

    def plan(self, number: int) -> Plan:
        """Plans are numbered from 1, the best first. Raises NotHere."""
        if not 1 <= number <= len(self.plans):
            raise NotHere
        return self.plans[number - 1]

    def views(self, number: int) -> ViewMap:
        plan = self.plan(number)
        with self._lock:
            if number not in self._views:
                case = self.case
                self._views[number] = view_map(
                    case.body, self.asked.side, case.carm, case.position, plan=plan, volume=case.volume
                )
            return self._views[number]

    def picture(self, number: int, receptor: ReceptorTilt) -> bytes:
        """PNG of what a simulated pulse shows there, with the plan's needle in it."""
        plan, key = self.plan(number), (number, receptor.left_deg, receptor.cephalad_deg)
        with self._lock:
            if key not in self._pictures:
                self._projector = self._projector or Projector(self.case.volume)
                self._pictures[key] = look(
                    self._projector, self.case.body, self.asked.side, plan.target_mm, receptor, self.case.carm, plan
                )
            self._pictures.move_to_end(key)
            while len(self._pictures) > KEPT_VIEWS:
                self._pictures.popitem(last=False)
            return self._pictures[key]

    @property
    def volume_gz(self) -> bytes:
        """The CT as a gzipped NIfTI file."""
        with self._lock:
            ct = self.case.patient.ct
            self._volume = self._volume or gzip.compress(nifti_bytes(ct.grid, ct.hu), GZIP_LEVEL, mtime=0)
            return self._volume

    @property
    def scene_gz(self) -> bytes:
        """Bones, cleft and structures at risk for a 3-D picture, gzipped."""
        with self._lock:
            if not self._scene:
                parts = body_parts(self.case.body, self.asked.side, self.risks)
                self._scene = gzip.compress(scene_bytes(parts), GZIP_LEVEL, mtime=0)
            return self._scene


@dataclass
class Waiting:
    """A look ahead under way, and what it does now."""

    future: Future[LookAhead] | None = None
    doing: str = "waiting for its turn"


@dataclass
class Desk:
    """Where looks ahead are made, one at a time, and kept while they are used."""

    _waiting: OrderedDict[Asked, Waiting] = field(default_factory=OrderedDict)
    _cases: OrderedDict[str, Case] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _worker: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(max_workers=1, thread_name_prefix="look-ahead")
    )

    def ask(self, asked: Asked) -> LookAhead | str:
        """The look ahead, or in words what is being done for it. Raises NoPlan or UnsuitableAnatomy with the reason."""
        with self._lock:
            waiting = self._waiting.get(asked)
            if waiting is None:
                self._refuse_too_many()
                waiting = self._waiting[asked] = Waiting()
                waiting.future = self._worker.submit(self._look, asked, waiting)
            self._waiting.move_to_end(asked)
            self._drop_oldest()
        assert waiting.future is not None
        return waiting.future.result() if waiting.future.done() else waiting.doing

    def ready(self, asked: Asked) -> LookAhead:
        """The look ahead, waited for. Raises NoPlan or UnsuitableAnatomy."""
        self.ask(asked)
        future = self._waiting[asked].future
        assert future is not None
        return future.result()

    def _refuse_too_many(self) -> None:
        under_way = [one for one in self._waiting.values() if one.future is None or not one.future.done()]
        if len(under_way) >= MOST_UNDER_WAY:
            raise Refused("The planner is busy with other pelves: wait a minute, then ask again.")

    def _drop_oldest(self) -> None:
        done = [one for one, waiting in self._waiting.items() if waiting.future is not None and waiting.future.done()]
        for one in done[: max(0, len(self._waiting) - KEPT_LOOKS)]:
            del self._waiting[one]

    def _look(self, asked: Asked, waiting: Waiting) -> LookAhead:
        def say(words: str) -> None:
            waiting.doing = words

        case = self._case(asked.pelvis, say)
        if asked.side not in case.body.joints:
            raise UnsuitableAnatomy(f"This pelvis does not show its {asked.side} joint: choose the other side.")
        say("searching the needle's ways")
        plans = plans_for(case.body, asked.side, asked.target, case.carm, case.position)
        found = LookAhead(asked, case, plans, structures_at_risk(case.body, asked.side))
        say("looking from every receptor direction")
        found.views(1)
        return found

    def _case(self, pelvis: str, say: Callable[[str], None]) -> Case:
        if pelvis not in self._cases:
            library = LIBRARY.fullmatch(pelvis)
            say("drawing the pelvis of the library" if library else "reading the CT")
            bmi = float(library[2]) if library and library[2] else None
            patient = sample_pelvis(int(library[1]), bmi=bmi) if library else bundled_pelvis()
            say("finding bones, joints and tissues in the CT")
            self._cases[pelvis] = case_of(patient)
        self._cases.move_to_end(pelvis)
        while len(self._cases) > KEPT_CASES:
            self._cases.popitem(last=False)
        return self._cases[pelvis]


def desk_of(site: Site) -> Desk:
    """The site's desk, made when it is first asked for."""
    if "look ahead" not in site.kept:
        site.kept.setdefault("look ahead", Desk())
    desk = site.kept["look ahead"]
    assert isinstance(desk, Desk)
    return desk


NoLook = (NoPlan, UnsuitableAnatomy)
