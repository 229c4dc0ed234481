"""`tutor deploy`: pools, limits, automations and deployments are brought in line with deployments/prefect.yaml."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tutor.errors import UsageError
from tutor.settings import REPOSITORY

if TYPE_CHECKING:
    from prefect.client.orchestration import PrefectClient
    from prefect.events.schemas.automations import AutomationCore

DECLARATION = REPOSITORY / "deployments" / "prefect.yaml"
_TIMEOUT_S = 600


class Pool(BaseModel):
    """A work pool of process workers, and the limits of its queues."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    description: str
    concurrency_limit: int | None = Field(ge=1)
    queues: dict[str, int]


class Declaration(BaseModel):
    """What deployments/prefect.yaml declares; `deployments` and `pull` are Prefect's own sections."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    work_pools: dict[str, Pool]
    concurrency_limits: dict[str, int]
    automations: list[dict[str, Any]]
    pull: list[dict[str, Any]]
    deployments: list[dict[str, Any]]

    @property
    def deployment_names(self) -> tuple[str, ...]:
        """Return the full names, such as retrain/cpu."""
        return tuple(f"{each['flow_name']}/{each['name']}" for each in self.deployments)


def declaration() -> Declaration:
    """Return what the file declares; raise UsageError where it is not as it should be."""
    try:
        return Declaration.model_validate(yaml.safe_load(DECLARATION.read_text(encoding="utf-8")))
    except (yaml.YAMLError, ValidationError) as error:
        raise UsageError(f"{DECLARATION.name}: {' '.join(str(error).split())}; see deployments/prefect.yaml") from None


def deploy() -> tuple[str, ...]:
    """Return the names of the deployments that the Prefect server at PREFECT_API_URL has now, with all they need.

    Raises:
        UsageError: no server is named, it does not answer, or it refuses a part of the declaration.
    """
    if not os.environ.get("PREFECT_API_URL"):
        raise UsageError("PREFECT_API_URL: not set, expected the address of a Prefect server; 'make up' starts one")
    declared = declaration()
    asyncio.run(_apply(declared))
    return declared.deployment_names


async def _apply(declared: Declaration) -> None:
    from httpx import HTTPError, InvalidURL
    from prefect.client.orchestration import get_client

    try:
        async with get_client() as client:
            await _apply_pools(client, declared.work_pools)
            await _apply_limits(client, declared.concurrency_limits)
            _run_prefect_deploy(declared.pull, await _as_switched(client, declared))
            await _apply_automations(client, declared.automations)
    except (HTTPError, InvalidURL, RuntimeError) as error:
        raise UsageError(
            f"{os.environ['PREFECT_API_URL']}: {' '.join(str(error).split()) or type(error).__name__}; expected a "
            "Prefect server that answers, and PREFECT_API_AUTH_STRING where it asks for one"
        ) from None


async def _apply_pools(client: PrefectClient, pools: Mapping[str, Pool]) -> None:
    from prefect.client.schemas.actions import WorkPoolCreate
    from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound
    from prefect.workers.process import ProcessWorker

    template = ProcessWorker.get_default_base_job_template()
    for name, pool in pools.items():
        limit = pool.concurrency_limit
        with suppress(ObjectNotFound):
            known = await client.read_work_pool(name)
            limit = _kept(known.concurrency_limit, limit)
        wanted = WorkPoolCreate(
            name=name,
            type="process",
            description=pool.description,
            base_job_template=template,
            concurrency_limit=limit,
        )
        await client.create_work_pool(wanted, overwrite=True)
        for queue, at_once in pool.queues.items():
            try:
                await client.create_work_queue(queue, concurrency_limit=at_once, work_pool_name=name)
            except ObjectAlreadyExists:
                there = await client.read_work_queue_by_name(queue, work_pool_name=name)
                await client.update_work_queue(there.id, concurrency_limit=_kept(there.concurrency_limit, at_once))


async def _apply_limits(client: PrefectClient, limits: Mapping[str, int]) -> None:
    from prefect.exceptions import ObjectNotFound

    for name, limit in limits.items():
        try:
            await client.read_global_concurrency_limit_by_name(name)
        except ObjectNotFound:
            await client.upsert_global_concurrency_limit_by_name(name, limit)


def _kept(known: int | None, declared: int | None) -> int | None:
    """Return the limit that the server has: whoever raised it meant it; a pool that a worker made has none yet."""
    return declared if known is None else known


async def _as_switched(client: PrefectClient, declared: Declaration) -> list[dict[str, Any]]:
    """Return the declared deployments, each schedule on or off as it is on the server: whoever switched it meant it."""
    from prefect.exceptions import ObjectNotFound

    deployments = deepcopy(declared.deployments)
    for name, deployment in zip(declared.deployment_names, deployments, strict=True):
        try:
            known = await client.read_deployment_by_name(name)
        except ObjectNotFound:
            continue
        switched = {schedule.slug: schedule.active for schedule in known.schedules}
        for schedule in deployment.get("schedules", ()):
            schedule["active"] = switched.get(schedule["slug"], schedule["active"])
    return deployments


def _run_prefect_deploy(pull: list[dict[str, Any]], deployments: list[dict[str, Any]]) -> None:
    """Have Prefect's own command apply its part; it says little where it skips something, so its exit status counts."""
    with TemporaryDirectory() as place:
        file = Path(place) / DECLARATION.name
        file.write_text(yaml.safe_dump({"pull": pull, "deployments": deployments}), encoding="utf-8")
        command = [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all", "--prefect-file", str(file)]
        answer = subprocess.run(
            command,
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=False,
            timeout=_TIMEOUT_S,
            stdin=subprocess.DEVNULL,
        )
    if answer.returncode:
        raise UsageError(f"prefect deploy: {' '.join((answer.stderr or answer.stdout).split())[-600:]}")


async def _apply_automations(client: PrefectClient, automations: list[dict[str, Any]]) -> None:
    from prefect.events.schemas.automations import AutomationCore

    for each in automations:
        wanted = AutomationCore.model_validate(each)
        known = await client.read_automations_by_name(wanted.name)
        if not known:
            await client.create_automation(wanted)
        elif _content(known[0]) != _content(wanted):
            # Only then: an automation that is written anew forgets the runs whose next sign of life it was waiting for.
            await client.update_automation(known[0].id, wanted)


def _content(automation: AutomationCore) -> dict[str, Any]:
    """Return what an automation says, in one form for what is declared and what the server keeps."""
    kept = {"name", "description", "enabled", "trigger", "actions"}
    content: dict[str, Any] = automation.model_dump(mode="json", include=kept)
    for field in ("after", "expect"):
        content["trigger"][field] = sorted(content["trigger"][field])
    content["trigger"]["for_each"] = sorted(content["trigger"]["for_each"])
    return content
