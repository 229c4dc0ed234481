"""The rooms and the doors between them."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
# Each room may import itself and what stands behind it.
MAY_IMPORT = {
    "flows": {"flows", "benchmarks", "tasks", "data_checks", "tutor"},
    "benchmarks": {"benchmarks", "tutor"},
    "tasks": {"tasks", "data_checks", "tutor"},
    "data_checks": {"data_checks", "tutor"},
    "tutor": {"tutor"},
    "mlflow": {"tutor", "mlflow"},
}
ORCHESTRATION = {"prefect", "mlflow", "great_expectations"}


def _imports(file: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            names.add((node.module or "").split(".")[0])
    return names


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_imports_run_one_way(room: str) -> None:
    rooms = set(MAY_IMPORT) - {"mlflow"}
    files = sorted((REPOSITORY / room).rglob("*.py"))
    assert files
    for file in files:
        forbidden = (_imports(file) & rooms) - MAY_IMPORT[room]
        assert not forbidden, f"{file.relative_to(REPOSITORY)} imports {forbidden}"


def test_the_domain_knows_neither_orchestrator_nor_tracker_nor_checks() -> None:
    for file in sorted((REPOSITORY / "tutor").rglob("*.py")):
        assert not _imports(file) & ORCHESTRATION, file


def test_the_folder_mlflow_does_not_hide_the_library() -> None:
    code = "import mlflow; print(mlflow.__version__)"
    answer = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    assert not (REPOSITORY / "mlflow" / "__init__.py").exists()


def test_no_flow_file_bears_the_name_of_a_library() -> None:
    taken = {"datasets", "evaluate", "trl", "peft", "torch", "transformers", "mlflow", "prefect", "tokenize"}
    assert not {file.stem for file in (REPOSITORY / "flows").glob("*.py")} & taken


def test_listing_flows_loads_no_torch() -> None:
    code = "import sys, flows.retrain; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, check=False).returncode == 0
