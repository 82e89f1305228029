"""What lets the diary work without a network: the empty page that a phone keeps, and the script that hands it out."""

import json

from fastapi import APIRouter, Request
from starlette.responses import Response

from sijoint.pathway import language
from sijoint.web.access import Anybody
from sijoint.web.forms import Form
from sijoint.web.pages import render
from sijoint.web.patient.diary_access import WORKER_PATH
from sijoint.web.site import TheSite
from sijoint.web.static_files import static, static_files

router = APIRouter()
SHELL = "/d/shell"
NEEDED = ("tokens.css", "layout.css", "forms.css", "icon.svg", "patient/patient.css")
MODULES = ("diary", "diary_answer", "diary_questions", "flags", "phone_store", "sending")


@router.get(WORKER_PATH)
def worker(person: Anybody) -> Response:
    """The service worker, served from the diary's own folder so that it governs the diary and nothing else."""
    kept = [static(name) for name in (*NEEDED, *(f"patient/{module}.js" for module in MODULES))]
    text = static_files()["patient/worker.js"].read_text(encoding="utf-8")
    script = f"const SHELL = {json.dumps(SHELL)};\nconst FILES = {json.dumps(kept)};\n{text}"
    return Response(script, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


@router.get(SHELL)
def shell(request: Request, person: Anybody, site: TheSite) -> Response:
    """The same for everybody: it names nobody and holds no answer."""
    return render(request, "patient/diary_shell.html.j2", typed=Form({}), zone=site.policy.zone, told=language())
