"""What a person does in a browser: signs in, fills in the form, starts a retraining, compares two in MLflow.

Pictures of it are taken anew by: PICTURES=docs/pictures make prove ARGS="-k browser"
"""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.proofs.machine import PATIENCE_S, Machine

_PATIENCE_MS = 1000 * PATIENCE_S
_SIZE = {"width": 1280, "height": 860}
# Prefect's form gives its fields no ids, so a field is found by what stands above it.
_FIELD = (
    "xpath=//span[contains(@class, 'schema-form-property__label') and normalize-space()='{}']"
    "/ancestor::div[contains(concat(' ', @class, ' '), ' schema-form-property ')][1]//input"
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


@pytest.fixture
def small_retraining(box: Machine, tiny: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Have the deployment offer settings of a tiny retraining in its form, as it does its own at other times."""
    deployment = box.deployment("retrain/cpu")
    config = {**tiny["config"], "registry": {"model_name": "tutor-navegador", "experiment": "navegador"}}
    box.patch(f"/deployments/{deployment['id']}", {"parameters": {"config": config}})
    yield {"config": config}
    box.patch(f"/deployments/{deployment['id']}", {"parameters": deployment["parameters"]})


def test_a_person_starts_a_retraining_and_compares_it_in_mlflow(
    box: Machine, browser: Browser, small_retraining: dict[str, Any]
) -> None:
    first = box.start("retrain/cpu", small_retraining)
    page = browser.new_page(viewport=_SIZE)
    page.set_default_timeout(_PATIENCE_MS)
    expect.set_options(timeout=_PATIENCE_MS)

    known = box.deployment("retrain/cpu")["id"]
    page.goto(f"{box.api.removesuffix('/api')}/deployments/deployment/{known}/run")
    page.get_by_placeholder("admin:pass").fill("tutor:password")
    page.get_by_role("button", name="Login").click()
    expect(page.get_by_text("Authentication failed").first).to_be_visible()
    page.get_by_placeholder("admin:pass").fill(box.environment["PREFECT_API_AUTH_STRING"])
    page.get_by_role("button", name="Login").click()

    expect(page.get_by_text("Passes over the training rows.")).to_be_visible()
    epochs, seed = page.locator(_FIELD.format("Epochs (Optional)")), page.locator(_FIELD.format("Seed (Optional)"))
    expect(epochs).to_have_value("1")
    epochs.fill("0")
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("less than the minimum of 1").first).to_be_visible()
    epochs.scroll_into_view_if_needed()
    _picture(page, "prefect-form")
    epochs.fill("2")
    seed.fill("11")
    name = page.locator("xpath=//label[contains(., 'Run Name')]/ancestor::div[1]/..//input").first.input_value()
    page.get_by_role("button", name="Submit").click()
    page.get_by_role("link", name=name).first.click()
    page.wait_for_url("**/runs/flow-run/**")
    run_id = page.url.rpartition("/")[2].partition("?")[0]
    assert box.wait(first, {"Completed", "Failed", "Crashed"})["state"]["name"] == "Completed"
    done = box.wait(run_id, {"Completed", "Failed", "Crashed"})
    assert done["state"]["name"] == "Completed", done["state"]["message"]
    config = done["parameters"]["config"]
    assert (config["training"]["epochs"], config["training"]["seed"]) == (2, 11)
    page.get_by_text("Artifacts", exact=True).first.click()
    expect(page.get_by_text("verdict").first).to_be_visible()
    expect(page.locator(".state-badge", has_text="Completed").first).to_be_visible()
    _picture(page, "prefect-run")

    _compare(box, browser)


def _compare(box: Machine, browser: Browser) -> None:
    user, password = box.mlflow_user
    page = browser.new_page(viewport=_SIZE, http_credentials={"username": user, "password": password})
    page.set_default_timeout(_PATIENCE_MS)
    experiment = _mlflow(box, "experiments/get-by-name", experiment_name="navegador")["experiment"]["experiment_id"]
    runs = _mlflow(box, "runs/search", body={"experiment_ids": [experiment]})["runs"]
    ids = [run["info"]["run_id"] for run in runs]
    assert len(ids) == 2
    page.goto(f"{box.mlflow}/#/compare-runs?runs={json.dumps(ids)}&experiments={json.dumps([experiment])}")
    expect(page.get_by_text("Comparing 2 Runs").first).to_be_visible()
    expect(page.get_by_text("lora.rank").first).to_be_visible()
    _picture(page, "mlflow-compare")
    page.goto(f"{box.mlflow}/#/models/tutor-navegador")
    expect(page.get_by_text("challenger").first).to_be_visible()
    _picture(page, "mlflow-versions")


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
        page.screenshot(path=Path(folder) / f"{name}.jpg", type="jpeg", quality=60)
