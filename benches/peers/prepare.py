"""What a run needs: a virtual environment, the `workload` binary, and data. All of it under the target directory."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
SIDE = 5000


@dataclass(frozen=True)
class Place:
    """Where everything is."""

    target: Path

    @property
    def home(self) -> Path:
        return self.target / "peers"

    @property
    def python(self) -> Path:
        return self.home / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def binary(self) -> Path:
        return self.target / "release" / ("workload.exe" if os.name == "nt" else "workload")

    @property
    def data(self) -> Path:
        return self.home / "data"


def prepare() -> Place:
    """Makes what is missing or old of all three."""
    place = build()
    _environment(place)
    return place


def build() -> Place:
    """Makes the binary and the data, which is all that our own workloads need."""
    metadata = subprocess.run(
        ["cargo", "metadata", "--no-deps", "--format-version", "1", "--locked"],
        cwd=HERE,
        check=True,
        stdout=subprocess.PIPE,
    )
    place = Place(Path(json.loads(metadata.stdout)["target_directory"]))
    command = ["cargo", "build", "--release", "--locked", "-p", "chunkwise-benches", "--bin", "workload"]
    subprocess.run(command, cwd=HERE, check=True)
    if not (place.data / "b.npy").exists():
        make = ["sum", "--data", place.data, "--repeat", "0", "--make", f"{SIDE}x{SIDE}"]
        subprocess.run([place.binary, *make], check=True, stdout=subprocess.DEVNULL)
    return place


def _environment(place: Place) -> None:
    """A virtual environment with what `requirements.txt` names, made once."""
    requirements = (HERE / "requirements.txt").read_text()
    stamp = place.home / "venv" / "requirements.txt"
    if stamp.exists() and stamp.read_text() == requirements:
        return
    print("making a virtual environment", file=sys.stderr)
    venv = subprocess.run([sys.executable, "-m", "venv", "--clear", place.home / "venv"])
    if venv.returncode:
        sys.exit("python3 has no venv with pip here; Debian and Ubuntu have it in the package python3-venv")
    install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", HERE / "requirements.txt"]
    subprocess.run([place.python, *install], check=True)
    stamp.write_text(requirements)
