"""The live room as a person sees it, in Chromium: pictures drawn a second with the gantry still and moving, pedal to picture.

    python benchmarks/web_browser.py            # a table, and benchmarks/results/web_browser.json

The true server, the true page, a headless Chromium without a graphics card. A picture counts when the page has put its
pixels on the canvas; the time from the pedal is from the pointer's press to the first picture after it. Nothing here is asserted.
"""

import argparse
import json
import shutil
import tempfile
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from machine import machine
from playwright.sync_api import Page, sync_playwright
from web_load import percentiles, rounded
from web_site import VirtualSite, open_rehearsal

PREPARED_MS = 120_000
WINDOW = {"width": 1440, "height": 900}
COUNT_DRAWN = """
window.drawn = [];
const put = CanvasRenderingContext2D.prototype.putImageData;
CanvasRenderingContext2D.prototype.putImageData = function (...what) {
  put.apply(this, what);
  if (this.canvas.id === "live") window.drawn.push(performance.now());
};
"""


def pressed(page: Page, seconds: float, moving: bool) -> dict[str, Any]:
    """One press of the pedal; while moving, the receptor is sent on a degree at a time."""
    page.evaluate("() => { window.drawn.length = 0; performance.clearMeasures('pedal to image'); }")
    page.locator("#pedal:enabled").hover()
    page.mouse.down()
    for _ in range(round(seconds / 0.25)):
        if moving:
            page.keyboard.press("ArrowLeft")
        page.wait_for_timeout(250)
    page.mouse.up()
    page.wait_for_timeout(1000)
    drawn = page.evaluate("() => window.drawn")
    told = page.evaluate(
        "() => performance.getEntriesByName('pedal to image').map(one => [one.startTime, one.duration])"
    )
    down, first = told[0] if told else (drawn[0] if drawn else 0.0, None)
    within = [moment for moment in drawn if down + 1000 <= moment <= down + 1000 * seconds]
    return {
        "pictures_per_s": len(within) / (seconds - 1),
        "first_ms": first,
        "between_ms": [after - before for before, after in pairwise(within)],
    }


def run(page: Page, seconds: float, presses: int, moving: bool) -> dict[str, Any]:
    """Several presses; the receptor goes back to straight after each."""
    each = []
    for _ in range(presses):
        each.append(pressed(page, seconds, moving))
        page.get_by_role("button", name="Straight").click()
        page.wait_for_timeout(1500)
    between = [milliseconds / 1000 for one in each for milliseconds in one["between_ms"]]
    first = [one["first_ms"] / 1000 for one in each if one["first_ms"] is not None]
    return {
        "moving": moving,
        "presses": presses,
        "pictures_per_s": median(one["pictures_per_s"] for one in each),
        "between_pictures_ms": percentiles(between) if between else {},
        "pedal_to_picture_ms": percentiles(first) if first else {},
    }


def fastest_pulses(page: Page) -> str:
    """Ask for as many pulses a second as the room offers; the words of the choice."""
    page.keyboard.press("a")
    rates = page.locator("select[name=pulses_per_s]")
    options = rates.locator("option").all_inner_texts()
    rates.select_option(index=len(options) - 1)
    page.keyboard.press("Escape")
    return options[-1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--presses", type=int, default=6)
    parser.add_argument("--quick", action="store_true", help="two presses")
    told = parser.parse_args()
    presses = 2 if told.quick else told.presses
    chromium = shutil.which("chromium") or "/usr/bin/chromium"
    with tempfile.TemporaryDirectory() as folder, VirtualSite(Path(folder)) as site, sync_playwright() as playwright:
        room = open_rehearsal(site)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = browser.new_context(viewport=WINDOW, base_url=site.address)
        context.add_cookies([{"name": "sij", "value": room.token, "url": site.address}])
        page = context.new_page()
        page.add_init_script(COUNT_DRAWN)
        page.goto(room.path)
        page.locator("#pedal:enabled").wait_for(timeout=PREPARED_MS)
        asked = fastest_pulses(page)
        pressed(page, 2.0, False)  # every kernel is loaded, brightness has settled
        rows = [run(page, told.seconds, presses, moving) for moving in (False, True)]
        version = browser.version
        browser.close()
    for row in rows:
        first, between = row["pedal_to_picture_ms"], row["between_pictures_ms"]
        print(
            f"{'moving' if row['moving'] else 'still '}: {row['pictures_per_s']:.1f} pictures/s drawn; from pedal to picture "
            f"p50 {first.get('p50', 0):.0f} ms, p95 {first.get('p95', 0):.0f} ms; slowest gap {between.get('slowest', 0):.0f} ms"
        )
    document = {"machine": machine(), "chromium": version, "pulses_asked": asked, "window": WINDOW, "runs": rows}
    results = Path(__file__).parent / "results"
    results.mkdir(exist_ok=True)
    (results / "web_browser.json").write_text(json.dumps(rounded(document), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
