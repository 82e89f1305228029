"""The folder of a rehearsal as a live room leaves it, made by hand: no physics, an image of noise."""

import json

import numpy as np

import room_told
from sijoint.fluoroscopy import Frame, Relationship, encode
from sijoint.frames import load_carm_model
from sijoint.room.room_folder import AboutRoom, RoomFolder
from sijoint.room.truth_moment import append_moment


def rehearse(site, room_id, by="trainee", *, ended=True, pelvis=None):
    """A room that ``by`` opened on the bundled pelvis, left side; still running unless it has ended."""
    folder = RoomFolder(site.data / "rehearsals" / room_id)
    procedure_id = f"rehearsal-{room_id}"
    made_from = {
        "side": "left", "target": "intra-articular", "seed": "3", "causes": "ordinary", "plan": "0", "rows": "64",
        "room": "rehearsal",
    }  # fmt: skip
    if pelvis is not None:
        made_from["pelvis"] = str(pelvis)
    words = "bundled CT, left side, intra-articular target"
    folder.begin(AboutRoom(room_id, procedure_id, by, site.clock(), 3, made_from, words))
    for event in room_told.events(procedure_id, by, ended=ended):
        folder.event(event)
    folder.keep_truth(room_told.truth(procedure_id))
    for moment in room_told.track():
        append_moment(folder.path / "track.jsonl", moment)
    if ended:  # what the list of rooms looks for
        line = {"done": {"kind": "end", "id": "c11", "at_s": 100.0, "abandoned_because": ""}}
        (folder.path / "log.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    return folder


def keep_noise(folder):
    """One stored image; its hash."""
    carm = load_carm_model()
    pixels = np.random.default_rng(0).integers(900, 1100, (64, 64)).astype(np.uint16)
    pose = carm.pose(np.array([0.0, 1.0, 0.0]), room_told.TARGET)
    frame = Frame(
        pixels=pixels, relationship=Relationship.LINEAR, scale=1.0, pose=pose, missing=(),
        detector=carm.detector.binned_to(64), patient_orientation=("L", "F"), time_s=0.0, technique=None,
        kerma_reference_mgy=None, dose_area_product_mgy_cm2=None, truncated_share=0.0, origin="simulated",
        field_signal=None,
    )  # fmt: skip
    return folder.keep_image(*encode(frame))
