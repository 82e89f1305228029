"""Images by content: a file named by the SHA-256 of its bytes, on disk before any row names it."""

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from sijoint.records.errors import StoreRefused
from sijoint.records.witness import sync_folder


class ImageStore:
    """The folder of one store's images."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, content: bytes) -> str:
        """Store bytes durably and return their hash. The same bytes are kept once."""
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.path_of(sha256)
        if path.exists() and path.read_bytes() == content:
            return sha256
        temporary = path.with_name(f".{sha256}.{os.getpid()}.part")
        try:
            if not self.folder.exists():
                self.folder.mkdir(exist_ok=True)
                sync_folder(self.folder.parent)
            with temporary.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
            sync_folder(self.folder)
        except OSError as error:
            with suppress(OSError):  # on a disk that errs for good it stays, and nothing names it
                temporary.unlink()
            raise StoreRefused(f"the image could not be kept ({error.strerror}): free the disk, then repeat") from error
        return sha256

    def get(self, sha256: str) -> bytes:
        """The bytes of an image. Raises StoreRefused when they are missing or not those that were kept."""
        try:
            content = self.path_of(sha256).read_bytes()
        except FileNotFoundError:
            raise StoreRefused(f"image {sha256[:12]} is not in the store's image folder: restore it") from None
        if hashlib.sha256(content).hexdigest() != sha256:
            raise StoreRefused(f"image {sha256[:12]} was changed after it was kept: restore it from a backup")
        return content

    def holds(self, sha256: str) -> bool:
        """Whether the file is there and is what its name says."""
        path = self.path_of(sha256)
        return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256

    def remove(self, sha256: str) -> None:
        self.path_of(sha256).unlink(missing_ok=True)

    def kept(self) -> tuple[str, ...]:
        """Hashes of all files in the folder, named by no row or by some."""
        return tuple(sorted(path.stem for path in self.folder.glob("*.png")))

    def path_of(self, sha256: str) -> Path:
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
            raise StoreRefused("an image is named by the 64 hexadecimal digits of its SHA-256")
        return self.folder / f"{sha256}.png"
