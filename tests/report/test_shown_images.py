"""Of many stored frames a report prints those that tell the story, each with words for what it shows."""

from dataclasses import replace

import numpy as np

import made_up_episode as made_up
from sijoint.model import ImageOrigin, StoredImage, ViewPurpose
from sijoint.report import figure_images, shown_images
from sijoint.report.shown_images import CAPTIONS, worth_printing


def image(number, purpose, movement=0):
    return StoredImage(f"{number:02d}", float(number), ImageOrigin.SIMULATED, purpose, 180.0, 0.0, False, movement)


def test_the_first_scout_the_last_needle_and_every_contrast_image_are_printed():
    stored = [
        image(1, ViewPurpose.SCOUT),
        image(2, ViewPurpose.SCOUT),
        image(3, ViewPurpose.NEEDLE),
        image(4, ViewPurpose.NEEDLE),
        image(5, ViewPurpose.CONTRAST),
        image(6, ViewPurpose.CONTRAST),
    ]
    assert [one.sha256 for one in worth_printing(stored)] == ["01", "04", "05", "06"]


def test_every_purpose_has_words():
    assert set(CAPTIONS) == set(ViewPurpose)


def test_two_images_of_one_run_say_which_is_which(monkeypatch):
    monkeypatch.setattr(shown_images, "stored_frame", lambda read, image: _Frame())
    monkeypatch.setattr(shown_images, "annotated", lambda frame, **more: np.zeros((4, 4, 3), np.uint8))
    procedure = replace(
        made_up.episode().sessions[0].procedure,
        images=(
            image(1, ViewPurpose.CONTRAST, 3),
            image(2, ViewPurpose.CONTRAST, 3),
            image(3, ViewPurpose.CONTRAST, 5),
        ),
    )
    words = [one.caption for one in figure_images(procedure, lambda sha256: (b"", {}))]
    assert words[0] == words[2] == "Contrast at the end of the injection"
    assert words[1].startswith("Contrast some seconds later")
    assert all(
        one.alt.startswith("Simulated X-ray image") for one in figure_images(procedure, lambda sha256: (b"", {}))
    )


class _Frame:
    pose = None
