"""Install the pinned PyTorch in the build that this machine's graphics card can run.

Run it with the Python of the virtual environment, before the other dependencies (`make setup` does):

    .venv/bin/python deployments/install_torch.py                  # looks at the cards itself
    .venv/bin/python deployments/install_torch.py --build cu126    # says which; for images built on another machine

A plain `pip install torch` brings a CUDA 13 build. It has no kernels for cards before compute capability 7.5,
such as the GTX 1050 Ti (6.1), and on a machine without an NVIDIA card it is some 3 GB that nothing uses.
PyTorch's own wheel index has the other two builds. Standard library only: nothing else is installed yet.
"""

import argparse
import importlib
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

CONSTRAINTS = Path(__file__).resolve().parent.parent / "constraints.txt"
FIRST_CAPABILITY_OF_CUDA_13 = 7.5
NVIDIA_SMI = ("nvidia-smi", "--query-gpu=name,compute_cap", "--format=csv,noheader")
NVIDIA_SMI_TIMEOUT_S = 60
PIP_INDEX_TIMEOUT_S = 15


class InstallError(Exception):
    """PyTorch could not be installed; the message is one sentence for the person at the terminal."""


@dataclass(frozen=True)
class Card:
    """One NVIDIA card: its product name and its compute capability, such as 6.1."""

    name: str
    capability: float

    def __str__(self) -> str:
        return f"{self.name} (compute capability {self.capability})"


@dataclass(frozen=True)
class Build:
    """One build of PyTorch: its local version label, how to call it, its size and the index that has it."""

    label: str
    title: str
    size: str
    index_url: str | None


CPU = Build("cpu", "CPU build", "some 200 MB", "https://download.pytorch.org/whl/cpu")
CUDA_12_6 = Build("cu126", "CUDA 12.6 build", "some 3 GB", "https://download.pytorch.org/whl/cu126")
DEFAULT = Build("default", "default build", "some 3 GB", None)
BUILDS = {build.label: build for build in (CPU, CUDA_12_6, DEFAULT)}


def parse_cards(listing: str) -> list[Card]:
    """Return the cards in `nvidia-smi`'s CSV lines `name, capability`; other lines are left out."""
    cards = []
    for line in listing.splitlines():
        name, _, capability = line.rpartition(",")
        try:
            cards.append(Card(name.strip(), float(capability)))
        except ValueError:
            continue
    return cards


def find_cards() -> list[Card]:
    """Return the NVIDIA cards of this machine; none without `nvidia-smi`, none and a note if it fails."""
    try:
        answer = subprocess.run(NVIDIA_SMI, capture_output=True, text=True, timeout=NVIDIA_SMI_TIMEOUT_S, check=False)
    except FileNotFoundError:
        return []
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"Note: nvidia-smi did not answer ({error}); taking this machine as one without a card.", file=sys.stderr)
        return []
    cards = parse_cards(answer.stdout) if answer.returncode == 0 else []
    if not cards:
        said = (answer.stdout + answer.stderr).strip().partition("\n")[0] or f"exit status {answer.returncode}"
        print(f"Note: nvidia-smi found no usable card ({said}); is the driver loaded and recent?", file=sys.stderr)
    return cards


def choose_build(cards: Sequence[Card], platform: str = sys.platform) -> Build:
    """Return the build that runs on all of `cards`; without one the CPU build, which on macOS is the default one."""
    if platform == "darwin":
        return DEFAULT
    if not cards:
        return CPU
    oldest = min(card.capability for card in cards)
    return CUDA_12_6 if oldest < FIRST_CAPABILITY_OF_CUDA_13 else DEFAULT


def build_of(version: str) -> Build:
    """Return the build that a version names: CPU for `2.13.0+cpu`, DEFAULT for `2.13.0` and `2.13.0+cu130`."""
    return BUILDS.get(version.partition("+")[2], DEFAULT)


def read_constraints() -> list[str]:
    """Return the lines of constraints.txt, line ends kept."""
    return CONSTRAINTS.read_text(encoding="utf-8").splitlines(keepends=True)


def pinned_version(constraints: Sequence[str]) -> str:
    """Return the version of torch that these lines of constraints.txt pin. Raises InstallError where they pin none."""
    for line in constraints:
        name, _, version = line.strip().partition("==")
        if name == "torch" and version:
            return version
    raise InstallError("constraints.txt has no line 'torch==VERSION'; restore it from git or run 'make lock'.")


def installed_version() -> str | None:
    """Return the version of torch in this environment, such as `2.13.0+cpu`, or None; does not import torch."""
    importlib.invalidate_caches()
    try:
        return metadata.version("torch")
    except metadata.PackageNotFoundError:
        return None


def pip_attempts(version: str, build: Build) -> list[list[str]]:
    """Return the arguments of `pip install` to try in turn: exactly this build, then any build of this version.

    PyTorch's index comes as an extra one, because it does not hold every dependency; the local label in
    `2.13.0+cu126` picks its build all the same. `===` leaves builds with a label out, which `==` would accept.
    """
    any_build = [f"torch=={version}"]
    if build.index_url is None:
        return [[f"torch==={version}"], any_build]
    index = ["--extra-index-url", build.index_url, "--timeout", str(PIP_INDEX_TIMEOUT_S), "--retries", "1"]
    return [[f"torch=={version}+{build.label}", *index], any_build]


def pip_install(arguments: Sequence[str]) -> bool:
    """Return True once pip has installed, False if no index has such a torch. Raises InstallError otherwise."""
    with tempfile.TemporaryDirectory() as folder:
        # Without torch: its own pin would turn pip's "no matching distribution" into a conflict that could be any.
        others = Path(folder) / "constraints.txt"
        others.write_text("".join(line for line in read_constraints() if not line.startswith("torch==")))
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--constraint", str(others), *arguments]
        answer = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
    if answer.returncode == 0:
        return True
    if "No matching distribution found for torch=" in answer.stderr:
        return False
    # Where the machine's own settings constrain torch too, pip says the same as a conflict. A true one comes up again
    # with the build of any label, and is told then.
    if "+" in arguments[0] and f"Cannot install {arguments[0]} because" in answer.stderr:
        return False
    lines = [line for line in answer.stderr.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR:")] or lines or ["no message"]
    raise InstallError(
        f"pip could not install {arguments[0]}: {errors[-1].removeprefix('ERROR: ')} "
        "Check the network and the free disk space, then run the same command again."
    )


def consequence(wanted: Build, got: Build, cards: Sequence[Card]) -> str:
    """Return, in one sentence, what it means to have the build `got` where `cards` want another one."""
    if wanted == CPU:
        return "It works the same without a card, but takes some 3 GB more."
    if got == CPU:
        return "It cannot use an NVIDIA card: training will run on the processor, many times slower."
    if got == CUDA_12_6:
        return "It has kernels for cards up to compute capability 9.0 only."
    oldest = min(cards, key=lambda card: card.capability, default=None)
    return f"It has no kernels for {oldest or 'older cards'}: training there will fail with 'no kernel image'."


def install(wanted: Build, cards: Sequence[Card]) -> None:
    """Leave the pinned torch installed, in the `wanted` build if it can be had; warn on stderr if it cannot.

    Raises InstallError.
    """
    pinned = pinned_version(read_constraints())
    version = installed_version()
    if version and version.partition("+")[0] == pinned and build_of(version) == wanted:
        print(f"PyTorch {version} is installed already.")
        return
    print(f"Installing PyTorch {pinned}, {wanted.title}: {wanted.size} to download ...", flush=True)
    if not any(pip_install(arguments) for arguments in pip_attempts(pinned, wanted)):
        raise InstallError(
            f"No package index that pip reaches has torch {pinned} for Python {sys.version_info.major}."
            f"{sys.version_info.minor}: check the network, or choose another Python with PYTHON=python3.12 make setup."
        )
    got = build_of(installed_version() or "")
    if got != wanted:
        print(
            f"WARNING: the {wanted.title} of PyTorch was wanted, but pip found only the {got.title} "
            f"({wanted.index_url or 'the package index'} did not offer it). {consequence(wanted, got, cards)} "
            f"To try again: {sys.executable} {Path(__file__).resolve()} --build {wanted.label}",
            file=sys.stderr,
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Return the exit status: 0 once the pinned torch is installed, 1 and one sentence on stderr if it is not."""
    parser = argparse.ArgumentParser(description="Install the pinned PyTorch in the build that this machine can run.")
    parser.add_argument("--build", choices=sorted(BUILDS), help="the build to install, without a look at the cards")
    chosen = parser.parse_args(arguments).build
    cards = find_cards()
    try:
        if not chosen:
            print("Graphics: " + (", ".join(map(str, cards)) or "no NVIDIA card") + ".")
        install(BUILDS[chosen] if chosen else choose_build(cards), cards)
    except (InstallError, OSError) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped; run the same command again to resume.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
