"""Filling a form as a person does: by the names of its fields, choice by choice."""

import re

FACTS = ("yes", "no")


def fill(page, typed: dict[str, object]) -> None:
    """Radio buttons and boxes by their value, a list by several of them, everything else typed or chosen."""
    for name, value in typed.items():
        field = page.locator(f'form.act-form [name="{name}"], main form [name="{name}"]').first
        kind = field.evaluate("one => one.type || one.tagName.toLowerCase()")
        if kind in ("radio", "checkbox"):
            for one in value if isinstance(value, list | tuple) else (value,):
                choose(page, name, one)
        elif kind.startswith("select"):
            field.select_option(str(value))
        else:
            field.fill(str(value))


def choose(page, name: str, value: object) -> None:
    """A click on the words, which are the target that a person sees."""
    choice = page.locator(f'main [name="{name}"][value="{value}"]').first
    if not choice.is_checked():
        page.locator(f'main label:has([name="{name}"][value="{value}"])').first.click()
    assert choice.is_checked(), f"{name} is {value}"


def answer_all(page, value: str, but: tuple[str, ...] = ()) -> None:
    """Every question of yes or no that nobody has answered yet, in one go; those that another one closed are left."""
    names = page.evaluate(
        "[...new Set([...document.querySelectorAll('main input[type=radio]')].map(one => one.name))]"
        '.filter(name => document.querySelector(`main [name="${name}"][value=unknown]`))'
    )
    for name in names:
        if not any(re.search(one, name) for one in but):
            choose(page, name, value)


def send(page) -> None:
    """The button at the end of the form; afterwards the page that it leads to."""
    page.locator("main form button.primary, main form button[type=submit]").last.click()
    page.wait_for_load_state()


def told(page) -> str:
    return page.locator("main").inner_text()
