"""Known vulnerabilities among the pins fail `make check`; a database that is not there does not."""

from pathlib import Path

import pytest

from deployments import audit_pins
from tutor.settings import REPOSITORY


def test_a_known_vulnerability_fails_and_is_named_with_what_mends_it() -> None:
    answers = [
        {"name": "requests", "version": "2.34.2", "vulns": []},
        {"name": "flask", "version": "3.1.3", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3.1.4"], "aliases": []}]},
        {"name": "torch", "version": "2.13.0", "vulns": [{"id": "PYSEC-2", "fix_versions": []}]},
        {"name": "ours", "skip_reason": "not found"},
    ]
    said, status = audit_pins.judged(["a==1"] * 4, answers)
    assert status == 1
    assert said.splitlines() == [
        "pip-audit: 3 of 4 pins looked up, 2 known vulnerabilities",
        "not in the database: ours",
        "flask 3.1.3: PYSEC-1, mended in 3.1.4",
        "torch 2.13.0: PYSEC-2, mended in no version yet",
    ]
    assert audit_pins.judged(["a==1"], answers[:1]) == ("pip-audit: 1 of 1 pins looked up, 0 known vulnerabilities", 0)


def test_without_a_network_it_says_so_and_fails_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    # Nobody listens there.
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))  # what was once answered is answered again from there
    monkeypatch.setenv("PIP_CACHE_DIR", str(tmp_path))
    assert audit_pins.main() == 0
    assert "cannot be reached from here" in capsys.readouterr().out


def test_every_line_of_the_constraints_is_an_exact_pin_and_names_no_host() -> None:
    pins = audit_pins.pins_in(REPOSITORY / "constraints.txt")
    assert len(pins) > 150
    for pin in pins:
        name, equals, version = pin.partition("==")
        assert name, pin
        assert equals, pin
        assert version, pin
        assert not set(pin) & set("/@: ;*"), pin


@pytest.mark.parametrize("said", ["", "{}", "Traceback", '{"dependencies": "'])
def test_a_word_that_is_no_answer_is_none(said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "pip_audit.py").write_text(f"print({said!r})")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert audit_pins.asked(["a==1"], 20) is None
