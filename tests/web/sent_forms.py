"""Forms as a browser sends them: what stands in the page, and what a person changes of it."""

import re
from datetime import timedelta
from html.parser import HTMLParser


class FormReader(HTMLParser):
    """What a browser would send of the one form of a page."""

    def __init__(self, page):
        super().__init__()
        self.sent, self.names, self._in_form, self._select, self._text = {}, set(), False, None, None
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        has = dict(attributes)
        if tag == "form":
            self._in_form = has.get("method") == "post" and has.get("action") != "/sign-out"
        if not self._in_form:
            return
        name = has.get("name")
        if tag == "select":
            self._select = name
            self.names.add(name)
        elif tag == "option" and self._select and "selected" in has:
            self.sent[self._select] = [has.get("value", "")]
        elif tag == "textarea":
            self._text = name
            self.names.add(name)
            self.sent[name] = [""]
        elif tag == "input" and name:
            self.names.add(name)
            kind = has.get("type", "text")
            if kind not in ("radio", "checkbox") or "checked" in has:
                self.sent.setdefault(name, []).append(has.get("value", ""))

    def handle_endtag(self, tag):
        if tag == "form":
            self._in_form = False
        if tag == "select":
            self._select = None
        if tag == "textarea":
            self._text = None

    def handle_data(self, data):
        if self._text is not None:
            self.sent[self._text][0] += data.lstrip("\n") if not self.sent[self._text][0] else data


class Senders:
    """Browsers of a clinic's people, each of whom fetches a form, fills it in and sends it."""

    def __init__(self, site, clock, browser):
        self.site, self.clock, self._browser, self.at = site, clock, browser, ""
        self._browsers = {}

    def by(self, who):
        """This person's browser, signed in anew every few hours: a session ends with the shift."""
        shift = self.clock.now.replace(hour=self.clock.now.hour // 6 * 6, minute=0)
        if (who, shift) not in self._browsers:
            self._browsers[who, shift] = self._browser(who)
        return self._browsers[who, shift]

    @property
    def episode(self):
        return self.site.store.episode(self.at)

    @property
    def session(self):
        return self.episode.sessions[-1]

    def form(self, who, name):
        """The form as it is offered."""
        answer = self.by(who).get(f"/episodes/{self.at}/do/{name}")
        assert answer.status_code == 200, f"{name} is not offered to {who} while {self.episode.state}"
        return FormReader(answer.text)

    def send(self, who, name, **typed):
        """Fill in and send; the answer as it comes. ``a__b`` is the field ``a.b``."""
        return self.post(who, name, self.filled(self.form(who, name), typed))

    def filled(self, form, typed):
        sent = dict(form.sent)
        for key, value in typed.items():
            name = key.replace("__", ".")
            known = name in form.names or name.endswith(".count")
            assert known, f"the form has no field {name}: {sorted(form.names)}"
            sent[name] = value if isinstance(value, list) else [value]
        return sent

    def post(self, who, name, sent):
        return self.by(who).post(f"/episodes/{self.at}/do/{name}", data=sent)

    def does(self, who, name, **typed):
        """Sent and recorded; anything else is told with the sentences of the page."""
        answer = self.send(who, name, **typed)
        assert answer.status_code == 303, sentences(answer.text)
        return self

    def local(self, **later):
        moment = (self.clock.now + timedelta(**later)).astimezone(self.site.policy.zone)
        return moment.strftime("%Y-%m-%dT%H:%M")

    def day(self, **later):
        return self.local(**later)[:10]


def sentences(page):
    """What a page says is the matter."""
    found = re.search(r'class="error-summary".*?</div>', page, re.DOTALL)
    return re.sub(r"<[^>]+>|\s+", " ", found.group(0)) if found else page[:400]
