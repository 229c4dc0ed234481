"""What a person does in a browser: starts a retraining by its form, approves its tutor by another, compares in MLflow.

Pictures of it are taken anew by: PICTURES=docs/pictures make prove ARGS="-k browser"
"""

import json
import os
import shutil
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.conftest import write_jsonl
from tests.proofs.machine import PATIENCE_S, Machine, until
from tutor.exercises import exercises
from tutor.server_settings import LOOPBACK

NAME = "tutor-navegador"

_PATIENCE_MS = 1000 * PATIENCE_S
_SIZE = {"width": 1280, "height": 860}
# Prefect's form gives its fields no ids, so a field is found by what stands above it.
_FIELD = (
    "xpath=//span[contains(@class, 'schema-form-property__label') and normalize-space()='{}']"
    "/ancestor::div[contains(concat(' ', @class, ' '), ' schema-form-property ')][1]"
)


@pytest.fixture
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    assert chromium, "no browser: apt-get install chromium"
    with sync_playwright() as playwright:
        # In a container /dev/shm may be too small for it.
        options = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        launched = playwright.chromium.launch(executable_path=chromium, args=options)
        yield launched
        launched.close()


def _new_page(browser: Browser, asked: set[str | None], **options: Any) -> Page:
    """Return a patient page that writes the hosts which it asks for anything into `asked`."""
    page = browser.new_page(viewport=_SIZE, **options)
    page.set_default_timeout(_PATIENCE_MS)
    page.on("request", lambda request: asked.add(urlsplit(request.url).hostname))
    return page


@pytest.fixture
def small_retraining(box: Machine, tiny: dict[str, Any], tmp_path: Path) -> Iterator[dict[str, Any]]:
    """Have the deployment offer in its form a tiny retraining that the verdict accepts; its own at other times.

    All its exercises have the same answer, which even a tiny model learns to give, and its base never gives.
    """
    same = [
        {"question": each.question, "answer": each.answer, "topic": each.topic}
        for each in islice(exercises(5), 8000)
        if each.answer == "6"
    ]
    deployment, own = box.deployment("retrain/cpu"), tiny["config"]
    config = {
        **own,
        "data": {**own["data"], "path": str(write_jsonl(tmp_path / "seis.jsonl", same))},
        "training": {**own["training"], "epochs": 8, "learning_rate": 0.01},
        "evaluation": {**own["evaluation"], "max_rows": 40},
        "registry": {"model_name": NAME, "experiment": "navegador", "promotion": "ask"},
    }
    box.patch(f"/deployments/{deployment['id']}", {"parameters": {"config": config}})
    yield {"config": config}
    box.patch(f"/deployments/{deployment['id']}", {"parameters": deployment["parameters"]})


def test_a_person_starts_a_retraining_approves_its_tutor_and_compares_it_in_mlflow(
    box: Machine, browser: Browser, small_retraining: dict[str, Any]
) -> None:
    first = box.start("retrain/cpu", small_retraining)
    expect.set_options(timeout=_PATIENCE_MS)
    hosts: set[str | None] = set()
    page = _new_page(browser, hosts)
    _sign_in(page, box)
    run_id = _start_by_the_form(page, box)
    page.goto("about:blank")  # a run's page draws its timeline anew all the time, at the price of half a core
    _accepted(box, first)
    _approval(box, "1", {"Suspended", "Failed"})
    box.tutor("refuse", "1", "--reason", "explica poco", "--model", NAME)
    assert "no pasa a los alumnos" in _approval(box, "1", {"Completed", "Failed"})["state"]["message"]

    config = _accepted(box, run_id)["parameters"]["config"]
    assert (config["training"]["epochs"], config["training"]["seed"]) == (9, 11)
    page.goto(f"{_pages(box)}/runs/flow-run/{run_id}")
    page.get_by_text("Artifacts", exact=True).first.click()
    expect(page.get_by_text("verdict").first).to_be_visible()
    expect(page.locator(".state-badge", has_text="Completed").first).to_be_visible()
    _picture(page, "prefect-run")
    _approve_by_the_form(page, box)
    user, password = box.mlflow_user
    _compare(box, _new_page(browser, hosts, http_credentials={"username": user, "password": password}))
    assert hosts - {None} == {LOOPBACK}, "pages tell nobody else that they were opened"


def _sign_in(page: Page, box: Machine) -> None:
    known = box.deployment("retrain/cpu")["id"]
    page.goto(f"{_pages(box)}/deployments/deployment/{known}/run")
    page.get_by_placeholder("admin:pass").fill("tutor:password")
    page.get_by_role("button", name="Login").click()
    expect(page.get_by_text("Authentication failed").first).to_be_visible()
    page.get_by_placeholder("admin:pass").fill(box.environment["PREFECT_API_AUTH_STRING"])
    page.get_by_role("button", name="Login").click()
    expect(page.get_by_text("Passes over the training rows.")).to_be_visible()
    page.reload()  # without the messages about the wrong password


def _start_by_the_form(page: Page, box: Machine) -> str:
    """Return the id of the run that the form starts once its values are within their bounds."""
    expect(page.get_by_text("Passes over the training rows.")).to_be_visible()
    epochs, seed = (page.locator(_FIELD.format(f"{name} (Optional)")).locator("input") for name in ("Epochs", "Seed"))
    expect(epochs).to_have_value("8")
    epochs.fill("0")
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("less than the minimum of 1").first).to_be_visible()
    epochs.scroll_into_view_if_needed()
    _picture(page, "prefect-form")
    epochs.fill("9")
    seed.fill("11")
    name = page.locator("xpath=//label[contains(., 'Run Name')]/ancestor::div[1]/..//input").first.input_value()
    page.get_by_role("button", name="Submit").click()
    # The message with its link goes away in seconds, and the list leaves out what waits behind another run.
    asked = {"flow_runs": {"name": {"any_": [name]}}}
    (started,) = until(lambda: box.post("/flow_runs/filter", asked), f"the form starts {name}")
    return str(started["id"])


def _accepted(box: Machine, run_id: str) -> dict[str, Any]:
    done = box.wait(run_id, {"Completed", "Failed", "Crashed"})
    assert done["state"]["name"] == "Completed", done["state"]["message"]
    assert ": aceptado. " in done["state"]["message"]
    return done


def _approval(box: Machine, version: str, names: set[str]) -> dict[str, Any]:
    """Return the run that asks about a version of ours, once its state bears one of `names`."""
    asked = {"flow_runs": {"name": {"any_": [f"{NAME} version {version}"]}}}
    (found,) = until(lambda: box.post("/flow_runs/filter", asked), f"a person is asked about version {version}")
    return box.wait(found["id"], names)


def _approve_by_the_form(page: Page, box: Machine) -> None:
    page.goto("about:blank")
    waits = _approval(box, "2", {"Suspended", "Failed"})
    assert waits["state"]["name"] == "Suspended", waits["state"]["message"]
    assert "champion" not in _aliases(box)
    page.goto(f"{_pages(box)}/runs/flow-run/{waits['id']}")
    expect(page.locator(".state-badge", has_text="Suspended").first).to_be_visible()
    page.get_by_role("button", name="Resume").first.click()
    expect(page.get_by_text("El tutor actual cuando se examinó: ninguno.").first).to_be_visible()
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("'decision' is a required property").first).to_be_visible()
    page.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Resume").first.click()
    # By the keyboard: a click opens the list and closes it again.
    page.locator(_FIELD.format("Decisión")).get_by_role("button").last.press("ArrowDown")
    page.locator(".p-pop-over-content").get_by_text("approve", exact=True).click()
    page.locator(_FIELD.format("Motivo")).locator("textarea").fill("Acierta más y explica bien")
    page.locator(_FIELD.format("Quién decide")).locator("textarea").fill("Ana")
    _picture(page, "prefect-approval")
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("Resume Flow Run")).to_have_count(0)
    page.goto("about:blank")
    done = box.wait(waits["id"], {"Completed", "Failed"})
    assert f"{NAME}: el tutor de los alumnos es la versión 2; antes, " in str(done["state"]["message"])
    assert _aliases(box) == {"challenger": "2", "champion": "2"}
    page.goto(f"{_pages(box)}/runs/flow-run/{waits['id']}")
    expect(page.locator(".state-badge", has_text="Completed").first).to_be_visible()


def _compare(box: Machine, page: Page) -> None:
    experiment = _mlflow(box, "experiments/get-by-name", experiment_name="navegador")["experiment"]["experiment_id"]
    runs = _mlflow(box, "runs/search", body={"experiment_ids": [experiment]})["runs"]
    ids = [run["info"]["run_id"] for run in runs]
    assert len(ids) == 2
    page.goto(f"{box.mlflow}/#/compare-runs?runs={json.dumps(ids)}&experiments={json.dumps([experiment])}")
    expect(page.get_by_text("Comparing 2 Runs").first).to_be_visible()
    expect(page.get_by_text("lora.rank").first).to_be_visible()
    _picture(page, "mlflow-compare")
    page.goto(f"{box.mlflow}/#/models/tutor-navegador")
    expect(page.get_by_text("champion").first).to_be_visible()
    _picture(page, "mlflow-versions")


def _pages(box: Machine) -> str:
    return box.api.removesuffix("/api")


def _aliases(box: Machine) -> dict[str, str]:
    """Return the version that bears each alias of our model."""
    found = _mlflow(box, "registered-models/get", name=NAME)["registered_model"]
    return {each["alias"]: each["version"] for each in found.get("aliases", [])}


def _mlflow(box: Machine, path: str, body: dict[str, Any] | None = None, **parameters: str) -> Any:
    answer = httpx.request(
        "POST" if body else "GET",
        f"{box.mlflow}/api/2.0/mlflow/{path}",
        params=parameters,
        json=body,
        auth=box.mlflow_user,
        timeout=60,
    )
    assert answer.is_success, answer.text
    return answer.json()


def _picture(page: Page, name: str) -> None:
    if folder := os.environ.get("PICTURES"):
        page.wait_for_timeout(4000)  # what is drawn on it is drawn by then
        page.screenshot(path=Path(folder) / f"{name}.png")
