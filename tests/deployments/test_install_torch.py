"""The choice of the PyTorch build, and what is said when it cannot be had. No network, no pip."""

import importlib.util
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "deployments" / "install_torch.py"


def load_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("install_torch", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["install_torch"] = module
    spec.loader.exec_module(module)
    return module


script = load_script()

GTX_1050_TI = script.Card("NVIDIA GeForce GTX 1050 Ti", 6.1)
RTX_4090 = script.Card("NVIDIA GeForce RTX 4090", 8.9)
TESLA_T4 = script.Card("Tesla T4", 7.5)


class FakePip:
    """Stands in for pip: installs the first requirement that it offers, and remembers what it was asked."""

    def __init__(self, installed: str | None, offers: dict[str, str]) -> None:
        self.installed = installed
        self.offers = offers
        self.asked: list[str] = []

    def install(self, arguments: Sequence[str]) -> bool:
        self.asked.append(arguments[0])
        if arguments[0] not in self.offers:
            return False
        self.installed = self.offers[arguments[0]]
        return True


@pytest.fixture
def pinned() -> str:
    version: str = script.pinned_version(script.read_constraints())
    return version


def use(monkeypatch: pytest.MonkeyPatch, pip: FakePip, cards: Sequence[object]) -> FakePip:
    monkeypatch.setattr(script, "pip_install", pip.install)
    monkeypatch.setattr(script, "installed_version", lambda: pip.installed)
    monkeypatch.setattr(script, "find_cards", lambda: list(cards))
    monkeypatch.setattr(sys, "platform", "linux")
    return pip


@pytest.mark.parametrize(
    ("cards", "build"),
    [
        ([], script.CPU),
        ([GTX_1050_TI], script.CUDA_12_6),
        ([TESLA_T4], script.DEFAULT),
        ([RTX_4090, GTX_1050_TI], script.CUDA_12_6),
        ([RTX_4090, TESLA_T4], script.DEFAULT),
    ],
)
def test_the_oldest_card_decides(cards: list[object], build: object) -> None:
    assert script.choose_build(cards, platform="linux") == build


def test_macos_takes_the_default_build() -> None:
    assert script.choose_build([], platform="darwin") == script.DEFAULT


def test_cards_are_read_from_nvidia_smi() -> None:
    listing = "NVIDIA GeForce GTX 1050 Ti, 6.1\nNVIDIA GeForce RTX 4090, 8.9\n"
    assert script.parse_cards(listing) == [GTX_1050_TI, RTX_4090]


@pytest.mark.parametrize("listing", ["", "\n", "Old card, [N/A]", "No devices were found", "Quadro, [Not Supported]\n"])
def test_lines_without_a_capability_are_no_cards(listing: str) -> None:
    assert script.parse_cards(listing) == []


def test_a_comma_in_the_name_stays_there() -> None:
    assert script.parse_cards("Card, the big one, 8.6") == [script.Card("Card, the big one", 8.6)]


def test_no_nvidia_smi_is_no_card_and_no_word(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(script, "NVIDIA_SMI", ("a-command-that-is-not-there",))
    assert script.find_cards() == []
    assert capfd.readouterr() == ("", "")


def test_a_failing_nvidia_smi_is_no_card_and_a_note(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    failing = (sys.executable, "-c", "print('NVIDIA-SMI has failed'); raise SystemExit(9)")
    monkeypatch.setattr(script, "NVIDIA_SMI", failing)
    assert script.find_cards() == []
    assert "NVIDIA-SMI has failed" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("version", "label"),
    [("2.13.0", "default"), ("2.13.0+cu130", "default"), ("2.13.0+cu126", "cu126"), ("2.13.0+cpu", "cpu")],
)
def test_a_version_names_its_build(version: str, label: str) -> None:
    assert script.build_of(version).label == label


def test_constraints_pin_one_plain_version(pinned: str) -> None:
    assert pinned.replace(".", "").isdigit()


def test_constraints_without_torch_are_an_error_with_a_next_step() -> None:
    with pytest.raises(script.InstallError, match="make lock"):
        script.pinned_version(["torchvision==0.28.0\n", "# torch==2.13.0\n"])


def test_only_the_default_build_comes_without_pytorchs_own_index() -> None:
    for build in script.BUILDS.values():
        exact, anything = script.pip_attempts("2.13.0", build)
        assert (build.index_url in exact) == (build is not script.DEFAULT)
        assert anything == ["torch==2.13.0"]
    assert script.pip_attempts("2.13.0", script.CUDA_12_6)[0][0] == "torch==2.13.0+cu126"
    assert script.pip_attempts("2.13.0", script.DEFAULT)[0] == ["torch===2.13.0"]


def test_the_right_build_is_not_installed_again(monkeypatch: pytest.MonkeyPatch, pinned: str) -> None:
    pip = use(monkeypatch, FakePip(f"{pinned}+cu126", {}), [GTX_1050_TI])
    assert script.main([]) == 0
    assert pip.asked == []


def test_another_build_of_the_same_version_is_replaced(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], pinned: str
) -> None:
    wanted = f"torch=={pinned}+cu126"
    pip = use(monkeypatch, FakePip(pinned, {wanted: f"{pinned}+cu126"}), [GTX_1050_TI])
    assert script.main([]) == 0
    assert pip.asked == [wanted]
    assert capsys.readouterr().err == ""


def test_a_card_without_kernels_is_warned_about(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], pinned: str
) -> None:
    use(monkeypatch, FakePip(None, {f"torch=={pinned}": pinned}), [GTX_1050_TI])
    assert script.main([]) == 0
    warning = capsys.readouterr().err
    assert warning.startswith("WARNING: the CUDA 12.6 build of PyTorch was wanted")
    assert "GTX 1050 Ti (compute capability 6.1): training there will fail with 'no kernel image'" in warning
    assert warning.rstrip().endswith("install_torch.py --build cu126")
    assert warning.count("\n") == 1


def test_the_wanted_build_from_another_place_is_no_reason_to_warn(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], pinned: str
) -> None:
    use(monkeypatch, FakePip(None, {f"torch=={pinned}": f"{pinned}+cpu"}), [])
    assert script.main([]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("wanted", "got", "says"),
    [
        (script.CPU, script.DEFAULT, "works the same"),
        (script.CUDA_12_6, script.CPU, "run on the processor"),
        (script.DEFAULT, script.CPU, "run on the processor"),
        (script.DEFAULT, script.CUDA_12_6, "up to compute capability 9.0"),
        (script.CUDA_12_6, script.DEFAULT, "no kernel image"),
    ],
)
def test_every_other_build_has_its_consequence(wanted: object, got: object, says: str) -> None:
    assert says in script.consequence(wanted, got, [])


def test_the_build_can_be_named(monkeypatch: pytest.MonkeyPatch, pinned: str) -> None:
    wanted = f"torch=={pinned}+cu126"
    pip = use(monkeypatch, FakePip(f"{pinned}+cpu", {wanted: f"{pinned}+cu126"}), [])
    assert script.main(["--build", "cu126"]) == 0
    assert pip.asked == [wanted]


def test_no_torch_anywhere_is_one_sentence_and_status_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    use(monkeypatch, FakePip(None, {}), [])
    assert script.main([]) == 1
    error = capsys.readouterr().err
    assert error.startswith("Error: No package index that pip reaches has torch")
    assert error.count("\n") == 1


def answer_of_pip(monkeypatch: pytest.MonkeyPatch, status: int, stderr: str) -> None:
    def run(command: Sequence[str], **_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, status, "", stderr)

    monkeypatch.setattr(subprocess, "run", run)


def test_an_index_without_this_torch_lets_the_next_attempt_try(monkeypatch: pytest.MonkeyPatch) -> None:
    answer_of_pip(monkeypatch, 1, "ERROR: No matching distribution found for torch==2.13.0+cu126\n")
    assert script.pip_install(["torch==2.13.0+cu126"]) is False


CONFLICT = """ERROR: Cannot install {requirement} because these package versions have conflicting dependencies.
The conflict is caused by:
    The user requested {requirement}
    The user requested (constraint) torch<=2.14.1
ERROR: ResolutionImpossible: for help visit the documentation
"""


def test_a_constraint_of_the_machines_own_lets_the_next_attempt_try(monkeypatch: pytest.MonkeyPatch) -> None:
    answer_of_pip(monkeypatch, 1, CONFLICT.format(requirement="torch==2.13.0+cpu"))
    assert script.pip_install(["torch==2.13.0+cpu"]) is False


def test_a_conflict_over_any_build_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    answer_of_pip(monkeypatch, 1, CONFLICT.format(requirement="torch==2.13.0"))
    with pytest.raises(script.InstallError, match="ResolutionImpossible"):
        script.pip_install(["torch==2.13.0"])


def test_a_broken_download_is_not_followed_by_another_build(monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = "WARNING: Retrying\nERROR: Could not install packages: [Errno 28] No space left on device\n\n"
    answer_of_pip(monkeypatch, 1, stderr)
    with pytest.raises(script.InstallError, match=r"torch==2\.13\.0: .*No space left on device Check") as caught:
        script.pip_install(["torch==2.13.0"])
    assert "\n" not in str(caught.value)
