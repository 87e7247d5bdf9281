"""Fetches the script fonts for training and measuring into var/fonts: run it as a program.

The families of fonts.txt from the Fontsource packages, licensed SIL OFL 1.1 or Apache 2.0, by
`npm pack` at fixed versions; a package whose SHA-256 is another one is refused. Nothing of them
goes into the project.
"""

import hashlib
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

FONTS = Path(__file__).resolve().parents[2] / "var" / "fonts"
# A line each: family, version, SHA-256 of the package.
PACKAGES = Path(__file__).with_name("fonts.txt")


def fetched(family: str, version: str, sha256: str) -> Path:
    """The Latin font of one family, fetched unless it is there. Raises on any other package."""
    name = f"{family}-latin-400-normal.woff"
    font = FONTS / family / name
    if font.exists():
        return font
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["npm", "pack", "--silent", f"@fontsource/{family}@{version}"],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        package = next(Path(folder).glob("*.tgz"))
        if hashlib.sha256(package.read_bytes()).hexdigest() != sha256:
            raise ValueError(f"{family} {version} is not the package that was pinned")
        with tarfile.open(package) as held:
            piece = held.extractfile(f"package/files/{name}")
            if piece is None:
                raise ValueError(f"{family} {version} has no {name}")
            font.parent.mkdir(parents=True, exist_ok=True)
            font.write_bytes(piece.read())
    return font


def main() -> int:
    """Fetches all."""
    for line in PACKAGES.read_text(encoding="utf-8").splitlines():
        family, version, sha256 = line.split()
        print(fetched(family, version, sha256).relative_to(FONTS))
    return 0


if __name__ == "__main__":
    sys.exit(main())
