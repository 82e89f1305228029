"""The site's OpenAPI document with what pages show laid into it: the fields of every form, and ids that are there."""

import re
from html.parser import HTMLParser
from typing import Any

GAP = re.compile(r"\{(\w+)(?::\w+)?\}")
KINDS = {"date": "date", "datetime-local": "date-time", "email": "email"}


class Forms(HTMLParser):
    """Every form that posts, by where it posts to: its fields with their choices."""

    def __init__(self, here: str) -> None:
        super().__init__()
        self.here, self.found, self.links = here, {}, []
        self._fields: dict[str, dict[str, Any]] | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "a" and told.get("href", "").startswith("/"):
            self.links.append(told["href"].partition("#")[0])
        if tag == "form" and told.get("method", "").lower() == "post":
            self._fields = self.found.setdefault(told.get("action") or self.here, {})
        elif self._fields is None:
            return
        elif tag in ("input", "button", "textarea") and told.get("name"):
            self._field(told["name"], told)
        elif tag == "select" and told.get("name"):
            self._select = told["name"]
            self._field(self._select, {})
        elif tag == "option" and self._select:
            self._choice(self._select, told.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._fields = None
        elif tag == "select":
            self._select = ""

    def _field(self, name: str, told: dict[str, str]) -> None:
        kind = told.get("type", "text")
        self._fields.setdefault(name, {"type": "string"})
        if kind in ("radio", "checkbox", "hidden", "submit"):
            self._choice(name, told.get("value", "on"))
        elif kind in KINDS:
            self._fields[name]["format"] = KINDS[kind]

    def _choice(self, name: str, value: str) -> None:
        """One of the choices shown, or anything: a forged field is as welcome here."""
        field = self._fields.setdefault(name, {"type": "string"})
        shown = field.setdefault("anyOf", [{"enum": []}, {"type": "string", "maxLength": 40}])[0]["enum"]
        if value not in shown:
            shown.append(value)


def forms_of(client, begin: list[str], most: int) -> tuple[dict[str, dict], set[str]]:
    """The forms on up to ``most`` pages that this browser reaches from here, and every address that was linked."""
    waiting, seen, found = [*begin], set(), {}
    while waiting and len(seen) < most:
        path = waiting.pop(0)
        if path in seen:
            continue
        seen.add(path)
        answer = client.get(path, follow_redirects=True)
        if answer.status_code != 200 or "text/html" not in answer.headers["content-type"]:
            continue
        page = Forms(path.partition("?")[0])
        page.feed(answer.text)
        for action, fields in page.found.items():
            found.setdefault(action, {}).update(fields)
        waiting += [link for link in page.links if link not in seen]
    return found, seen | set(waiting)


def described(document: dict[str, Any], forms: dict[str, dict], addresses: set[str]) -> dict[str, Any]:
    """The document with form bodies where a form was seen, and gaps that name what is there, or nonsense."""
    for path, operations in document["paths"].items():
        pattern = re.compile("^" + GAP.sub(lambda gap: f"(?P<{gap[1]}>[^/]+)", path) + "$")
        known = [hit.groupdict() for one in (*addresses, *forms) if (hit := pattern.match(one.partition("?")[0]))]
        fields: dict[str, Any] = {}
        for action, of in forms.items():
            if pattern.match(action.partition("?")[0]):
                fields.update(of)
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                values = sorted({one[parameter["name"]] for one in known if parameter["name"] in one})
                if parameter["in"] == "path" and values:
                    parameter["schema"] = {"type": "string", "enum": [*values[:40], "nonsense"]}
        if fields and "post" in operations:
            body = {"type": "object", "properties": fields, "additionalProperties": False}
            operations["post"]["requestBody"] = {
                "content": {"application/x-www-form-urlencoded": {"schema": body}},
            }
    return document
