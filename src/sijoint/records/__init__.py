"""What is kept: one store a file, every fact added and none overwritten, with a ledger that shows when that was broken.

A unit of work writes rows and exactly one ledger line in one transaction; a witness in a second file signs for the line
before anything is acknowledged. Images lie beside the store by the hash of their bytes. ``verify`` reads all of it and
says what it found and what it cannot prove.
"""

from sijoint.records.chain import Breach, Fault
from sijoint.records.errors import StoreRefused
from sijoint.records.images import ImageStore
from sijoint.records.ledger import LedgerLine, canonical
from sijoint.records.reading import EpisodeHeader, KeptCommand, KeptImage, StoryLine
from sijoint.records.store import Store, image_folder, open_store, witness_file
from sijoint.records.tags import Tag
from sijoint.records.unit_of_work import UnitOfWork
from sijoint.records.verification import VerifyReport, verify

__all__ = [
    "Breach",
    "EpisodeHeader",
    "Fault",
    "ImageStore",
    "KeptCommand",
    "KeptImage",
    "LedgerLine",
    "Store",
    "StoreRefused",
    "StoryLine",
    "Tag",
    "UnitOfWork",
    "VerifyReport",
    "canonical",
    "image_folder",
    "open_store",
    "verify",
    "witness_file",
]
