"""Fetch the browser libraries of ``vendor.toml`` anew with ``npm pack`` and write their files and hashes.

For a maintainer's machine, when a version changes: edit the version there, run this, read the difference, commit.
"""

import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TABLES = (ROOT / "src/sijoint/web/static/vendor/vendor.toml", ROOT / "tests/web/vendor/vendor.toml")


def main() -> None:
    for table in TABLES:
        text = table.read_text(encoding="utf-8")
        for library in tomllib.loads(text)["library"]:
            folder = table.parent / f"{library['name']}-{library['version']}"
            folder.mkdir(exist_ok=True)
            with tempfile.TemporaryDirectory() as scratch:
                packed = subprocess.run(
                    ["npm", "pack", "--silent", f"{library['package']}@{library['version']}"],
                    cwd=scratch,
                    check=True,
                    capture_output=True,
                    text=True,
                ).stdout.split()[-1]
                with tarfile.open(Path(scratch) / packed) as archive:
                    for file in library["files"]:
                        member = archive.extractfile(f"package/{file['from']}")
                        assert member is not None
                        content = member.read()
                        (folder / Path(file["from"]).name).write_bytes(content)
                        text = re.sub(file["sha256"] or "(?!)", hashlib.sha256(content).hexdigest(), text)
            print(folder.name)
        table.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
