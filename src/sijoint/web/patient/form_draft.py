"""A form of several pages as its draft: what was typed so far, and the ids under which it will be sent once."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import HTTPConnection
from starlette.responses import Response

from sijoint.web.forms import Form
from sijoint.web.patient.drafts import LIFE, drafts_of, new_token
from sijoint.web.site import Site


@dataclass(frozen=True)
class FormDraft:
    """``ids`` are made with the draft, so that sending it twice is sending it once; ``sent`` holds the receipt."""

    token: str
    fields: Mapping[str, tuple[str, ...]]
    ids: Mapping[str, str]
    done: tuple[str, ...] = ()  # topics that were filled in without a defect
    sent: Mapping[str, Any] | None = None

    @property
    def form(self) -> Form:
        """What was typed so far, to be read again as a form."""
        return Form(self.fields)


def draft_of(site: Site, connection: HTTPConnection, cookie: str, ids: Iterable[str]) -> FormDraft:
    """The draft of this browser, or an empty one."""
    token = connection.cookies.get(cookie, "")
    kept = drafts_of(site).read(token) if token else None
    if kept is None:
        return FormDraft(new_token(), {}, {name: secrets.token_hex(8) for name in ids})
    fields = {name: tuple(values) for name, values in kept["fields"].items()}
    return FormDraft(token, fields, kept["ids"], tuple(kept["done"]), kept["sent"])


def typed_on(draft: FormDraft, form: Form, names: Iterable[str]) -> FormDraft:
    """The draft with what one page sent; a box that was cleared is cleared."""
    fields = {name: values for name, values in draft.fields.items() if name not in set(names)}
    return replace(draft, fields={**fields, **{name: form.all_raw(name) for name in names if form.all_raw(name)}})


def keep_draft(site: Site, response: Response, draft: FormDraft, cookie: str, path: str) -> None:
    """The draft goes to the disk, its key to the browser. Raises TooLarge."""
    kept = {"fields": draft.fields, "ids": draft.ids, "done": draft.done, "sent": draft.sent}
    drafts_of(site).keep(draft.token, {name: _plain(value) for name, value in kept.items()})
    response.set_cookie(
        cookie,
        draft.token,
        max_age=int(LIFE.total_seconds()),
        path=path,
        secure=site.secure,
        httponly=True,
        samesite="lax",
    )


def forget_draft(site: Site, response: Response, draft: FormDraft, cookie: str, path: str) -> None:
    drafts_of(site).forget(draft.token)
    response.delete_cookie(cookie, path=path, secure=site.secure, httponly=True, samesite="lax")


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    return list(value) if isinstance(value, tuple) else value
