"""What is kept: one store a clinic, every fact added and none overwritten, with a ledger that shows when that was broken.

A unit of work writes rows and exactly one ledger line in one transaction; a witness in a second file signs for the line
before anything is acknowledged. Images lie beside the store by the hash of their bytes. ``verify`` reads all of it and
says what it found and what it cannot prove. The database is an SQLite file or PostgreSQL; everything else is the same.
"""

from sijoint.records.access import ErasureReason, Purpose, Viewing
from sijoint.records.anchor import Anchor, anchored, append_anchor, signing_key
from sijoint.records.chain import Breach, Fault
from sijoint.records.diary_links import DiaryLink
from sijoint.records.errors import NotKept, StoreRefused
from sijoint.records.images import ImageStore
from sijoint.records.ledger import LedgerLine, canonical
from sijoint.records.opening import open_store
from sijoint.records.people import Account
from sijoint.records.place import Place, place_of
from sijoint.records.reading import EpisodeHeader, KeptAccess, KeptCommand, KeptImage, StoryLine
from sijoint.records.store import Store
from sijoint.records.tags import Tag
from sijoint.records.unit_of_work import UnitOfWork
from sijoint.records.verification import VerifyReport, verify

__all__ = [
    "Account",
    "Anchor",
    "Breach",
    "DiaryLink",
    "EpisodeHeader",
    "ErasureReason",
    "Fault",
    "ImageStore",
    "KeptAccess",
    "KeptCommand",
    "KeptImage",
    "LedgerLine",
    "NotKept",
    "Place",
    "Purpose",
    "Store",
    "StoreRefused",
    "StoryLine",
    "Tag",
    "UnitOfWork",
    "VerifyReport",
    "Viewing",
    "anchored",
    "append_anchor",
    "canonical",
    "open_store",
    "place_of",
    "signing_key",
    "verify",
]
