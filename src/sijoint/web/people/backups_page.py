"""Backups: when the last one was made, whether it verified, whether restoring it was tried; and a button for the next."""

import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from sijoint.records.backups_kept import BackupKept, backups_in, make_backup, try_restore
from sijoint.web.access import Administrator, SiteKeeper
from sijoint.web.errors import Conflict, NotHere
from sijoint.web.pages import redirect, render
from sijoint.web.site import Site, TheSite

router = APIRouter()
OLD = timedelta(days=1)  # a clinic that works every day loses a day at most
_one_at_a_time = threading.Lock()


@router.get("/backups")
def backups(request: Request, site: TheSite, person: SiteKeeper) -> Response:
    kept = backups_in(folder_of(site), site.store.id)
    newest = kept[0] if kept else None
    written_since = site.store.ledger_end().sequence - newest.lines if newest else None
    facts: dict[str, Any] = {
        "kept": kept,
        "newest": newest,
        "written_since": written_since,
        "old": newest is None or _is_old(site, newest),
        "folder": folder_of(site).name,
        "running": _one_at_a_time.locked(),
    }
    return render(request, "people/backups.html.j2", **facts)


@router.post("/backups")
def back_up_now(site: TheSite, person: Administrator) -> Response:
    """Made while the clinic works, and verified before this answers."""
    _require_alone()
    try:
        make_backup(site.store.place, folder_of(site), site.clock())
    finally:
        _one_at_a_time.release()
    return redirect("/backups")


@router.post("/backups/{name}/try")
def try_one(site: TheSite, person: Administrator, name: str) -> Response:
    """Restore it into a temporary folder and verify: only a backup that was restored is known to be one."""
    found = [one for one in backups_in(folder_of(site), site.store.id) if one.name == name]
    if not found:
        raise NotHere
    _require_alone()
    try:
        try_restore(folder_of(site), found[0], site.clock())
    finally:
        _one_at_a_time.release()
    return redirect("/backups")


def folder_of(site: Site) -> Path:
    """Beside the store's files; better a link to another disk."""
    return site.store.path.with_name(site.store.path.name + ".backups")


def _require_alone() -> None:
    if not _one_at_a_time.acquire(blocking=False):
        raise Conflict("A backup is being made or tried just now: wait for it, then look again.")


def _is_old(site: Site, newest: BackupKept) -> bool:
    return datetime.fromisoformat(newest.taken_at) < site.clock() - OLD
