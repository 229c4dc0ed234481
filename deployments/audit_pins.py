"""Asks pip-audit whether a version in constraints.txt has a known vulnerability; `make check` ends with it.

Exit status 1 where one has. Where the database of vulnerabilities cannot be reached, as behind a mirror that has files
only, it says so within seconds and fails nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

CONSTRAINTS = Path(__file__).resolve().parent.parent / "constraints.txt"
# So many pins show whether there is a database at all; a mirror without one would be asked for every pin otherwise.
_PROBES = 3
_REQUEST_S, _PROBE_S, _ALL_S = 5, 25, 600


def pins_in(file: Path) -> list[str]:
    """Return the pins in a constraints file, NAME==VERSION each."""
    lines = (line.partition("#")[0].strip() for line in file.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line]


def asked(pins: Sequence[str], patience_s: int) -> list[dict[str, Any]] | None:
    """Return what the database says of each pin, None where it does not answer."""
    with tempfile.TemporaryDirectory(prefix="tutor-audit-") as folder:
        file = Path(folder) / "pins.txt"
        file.write_text("\n".join(pins), encoding="utf-8")
        # --no-deps, --disable-pip: constraints.txt holds all there is, so that nothing has to be resolved or installed.
        options = ["--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off"]
        command = [sys.executable, "-m", "pip_audit", "--requirement", str(file), "--timeout", str(_REQUEST_S)]
        try:
            answer = subprocess.run(
                [*command, *options], capture_output=True, text=True, check=False, timeout=patience_s
            )
            said: list[dict[str, Any]] = json.loads(answer.stdout)["dependencies"]
        except (subprocess.TimeoutExpired, ValueError, KeyError):
            return None
    return said


def judged(pins: Sequence[str], answers: Sequence[dict[str, Any]]) -> tuple[str, int]:
    """Return what there is to say about the answers on `pins`, and the exit status."""
    found = [
        f"{each['name']} {each['version']}: {vulnerability['id']}, mended in "
        f"{', '.join(vulnerability['fix_versions']) or 'no version yet'}"
        for each in answers
        for vulnerability in each.get("vulns", [])
    ]
    unknown = [each["name"] for each in answers if "skip_reason" in each]
    said = f"pip-audit: {len(pins) - len(unknown)} of {len(pins)} pins looked up, {len(found)} known vulnerabilities"
    left_out = [f"not in the database: {', '.join(unknown)}"] if unknown else []
    return "\n".join([said, *left_out, *found]), 1 if found else 0


def main() -> int:
    """Look the pins up, print what was found, and return the exit status."""
    pins = pins_in(CONSTRAINTS)
    probed = asked(pins[:_PROBES], _PROBE_S)
    answers = None
    if probed is not None and not all("skip_reason" in each for each in probed):
        answers = asked(pins, _ALL_S)
    if answers is None:
        print(
            "pip-audit: the database of known vulnerabilities cannot be reached from here; the pins were not looked up"
        )
        return 0
    said, status = judged(pins, answers)
    print(said)
    return status


if __name__ == "__main__":
    sys.exit(main())
