"""The true server with the virtual clinic, and Chromium in front of it.

Every page that a test opens is watched: a request to another host, an error in a script, a breach of the content policy
or an answer of 500 fails the test. Screenshots are kept under `build/screenshots`.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from on_pages import DESK, session_of

import virtual_site

HERE = Path(__file__).parent
SCREENSHOTS = Path(__file__).parents[3] / "build" / "screenshots"
AXE = HERE.parent / "vendor" / "axe-core-4.14.1" / "axe.min.js"
SWITCHES = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker holds the server and the browser (tests/conftest.py); they come first, while the other does the rest."""
    mine = [item for item in items if HERE in item.path.parents]
    for item in mine:
        item.add_marker(pytest.mark.peer("chromium"))
    items[:] = mine + [item for item in items if item not in mine]


@dataclass
class Running:
    """A server of its own process on a free port, and the store that it serves, for opening sessions in."""

    store: Path
    port: int
    log: Path
    process: subprocess.Popen
    episodes: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def episode(self, name: str) -> str:
        return self.episodes[name]


def start(store: Path) -> Running:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = store.parent / "server.log"
    command = [sys.executable, "-c", "from sijoint.cli import main; main()", "serve"]
    with log.open("ab") as out:
        process = subprocess.Popen(
            [*command, "--store", str(store), "--port", str(port)], stdout=out, stderr=subprocess.STDOUT
        )
    running = Running(store, port, log, process, virtual_site.episodes(store))
    for _ in range(600):
        try:
            httpx.get(running.address + "/sign-in", timeout=5)
            return running
        except httpx.TransportError:
            if process.poll() is not None:
                break
            time.sleep(0.1)
    stop(running)
    pytest.fail(f"the server did not start:\n{log.read_text(encoding='utf-8')[-3000:]}")


def stop(running: Running) -> None:
    running.process.terminate()
    try:
        running.process.wait(20)
    except subprocess.TimeoutExpired:
        running.process.kill()


@pytest.fixture(scope="session")
def server(tmp_path_factory) -> Iterator[Running]:
    """The server of this session. A traceback in its log fails whoever comes last."""
    store = virtual_site.copied(virtual_site.shared(tmp_path_factory), tmp_path_factory.mktemp("site"))
    running = start(store)
    yield running
    stop(running)
    told = running.log.read_text(encoding="utf-8")
    assert "Traceback" not in told, told[-6000:]


@pytest.fixture(scope="session")
def chromium() -> Iterator:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = shutil.which("chromium") or "/usr/bin/chromium"
        browser = playwright.chromium.launch(executable_path=path, args=list(SWITCHES))
        yield browser
        browser.close()


@dataclass
class Watch:
    """What went wrong on any page of a test. ``expected`` holds statuses that the test itself brings about."""

    address: str
    faults: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=lambda: {404, 409, 422})

    def over(self, page) -> None:
        page.on("request", lambda request: self._asked(request.url))
        page.on("websocket", lambda opened: self._asked(opened.url))
        page.on("pageerror", lambda error: self.faults.append(f"{page.url}: script error: {error}"))
        page.on("console", self._said)
        page.on("response", self._answered)

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob", "about") and parts.netloc != urlsplit(self.address).netloc:
            self.faults.append(f"a request left the site: {parts.scheme}://{parts.netloc}")

    def _said(self, message) -> None:
        text = message.text
        told_twice = re.search(r"Failed to load resource: the server responded with a status of (\d+)", text)
        if message.type == "error" and not (told_twice and int(told_twice[1]) in self.expected):
            self.faults.append(f"console: {text}")

    def _answered(self, response) -> None:
        if response.status >= 500:
            self.faults.append(f"{response.status} from {response.request.method} {urlsplit(response.url).path}")


@pytest.fixture
def watch(server) -> Iterator[Watch]:
    watching = Watch(server.address)
    yield watching
    told = server.log.read_text(encoding="utf-8")[-1500:] if any("500 from" in one for one in watching.faults) else ""
    assert watching.faults == [], told


@pytest.fixture
def page_of(server, chromium, watch) -> Iterator[Callable]:
    """``page_of("n-duarte")`` is a nurse's browser; a name is looked up among patients; None is nobody's."""
    contexts = []

    def opened(who: str | None = None, viewport: dict[str, int] = DESK, **more):
        context = chromium.new_context(base_url=server.address, viewport=viewport, **more)
        context.set_default_timeout(10_000)
        contexts.append(context)
        if who is not None:
            context.add_cookies([{"name": "sij", "value": session_of(server, who), "url": server.address}])
        context.on("page", watch.over)
        page = context.new_page()
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def shot() -> Callable:
    """Keep a picture of a page as an artefact."""

    def keep(page, name: str, *, whole: bool = True) -> None:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=whole)

    return keep


@pytest.fixture(scope="session")
def axe() -> str:
    return AXE.read_text(encoding="utf-8")


def pytest_sessionfinish() -> None:
    if SCREENSHOTS.is_dir() and not os.environ.get("PYTEST_XDIST_WORKER"):
        print(f"\nscreenshots: {len(list(SCREENSHOTS.glob('*.png')))} in build/screenshots")
