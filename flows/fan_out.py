"""A sweep's trials and the judgement of its best one as flow runs on the workers of a pool.

Machines join by starting a worker: as many trials are scheduled as there are workers online. A trial asks for its
settings when a worker has begun it, so that it knows all that was found until then.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tutor.config import RetrainConfig
from tutor.errors import SweepFailed, UsageError
from tutor.search_space import SearchConfig
from tutor.study import Study

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import FlowRun

_POLL_S, _SERVER_PATIENCE_S = 5.0, 900.0
# A crashed retraining is started again 45 s later, by an automation.
_CRASHED_FOR_GOOD_S = 180.0
# So many runs more than trials that end before they have one mean that no worker is fit.
_FRUITLESS = 5


def make_trials_on(workers: str, study: Study, config: RetrainConfig, search: SearchConfig) -> None:
    """Have the trials that are left made by flow runs, as many at once as the pool has workers now."""
    from prefect.client.orchestration import get_client

    pool = _pool(workers)
    last_answer = time.monotonic()
    begun: set[str] = set()
    while True:
        try:
            with get_client(sync_client=True) as client:
                alive = _alive(client, study.name)
                study.give_up_lost(alive)
                left = search.trials - study.settled()
                if left <= 0:
                    return
                _refuse_fruitless(client, study, begun - alive)
                for _ in range(min(left, _online(client, pool)) - len(alive)):
                    begun.add(_begin(study.name, config, search, workers))
            last_answer = time.monotonic()
        except _unanswered():
            if time.monotonic() - last_answer > _SERVER_PATIENCE_S:
                raise
        time.sleep(_POLL_S)


def _pool(workers: str) -> str:
    """Return the name of the work pool that makes the trials."""
    from prefect.client.orchestration import get_client
    from prefect.exceptions import ObjectNotFound

    with get_client(sync_client=True) as client:
        try:
            deployments = [client.read_deployment_by_name(f"{each}/{workers}") for each in ("trial", "retrain")]
        except ObjectNotFound:
            raise UsageError(
                f"workers: the Prefect server has no deployments trial/{workers} and retrain/{workers}; 'tutor deploy'"
            ) from None
    return str(deployments[0].work_pool_name)


def _tag(study: str) -> str:
    return f"sweep:{study}"


def _begin(study: str, config: RetrainConfig, search: SearchConfig, workers: str) -> str:
    """Return the id of a flow run that was just scheduled; it asks for its settings when a worker has begun it."""
    from prefect.deployments import run_deployment

    parameters = {"study": study, "config": config.model_dump(mode="json"), "search": search.model_dump(mode="json")}
    begun: Any = run_deployment(f"trial/{workers}", parameters=parameters, timeout=0, tags=[_tag(study)])
    return str(begun.id)


def _alive(client: SyncPrefectClient, study: str) -> set[str]:
    """Return the ids of the flow runs that work on trials of the study, or wait for a worker."""
    from prefect.client.schemas.filters import (
        FlowRunFilter,
        FlowRunFilterState,
        FlowRunFilterStateType,
        FlowRunFilterTags,
    )
    from prefect.client.schemas.objects import TERMINAL_STATES

    unfinished = FlowRunFilterStateType(not_any_=list(TERMINAL_STATES))
    mine = FlowRunFilter(tags=FlowRunFilterTags(all_=[_tag(study)]), state=FlowRunFilterState(type=unfinished))
    return {str(run.id) for run in client.read_flow_runs(flow_run_filter=mine)}


def _online(client: SyncPrefectClient, pool: str) -> int:
    """Return how many workers of the pool give signs of life; one where none does, for which the run then waits."""
    found = client.read_workers_for_work_pool(pool)
    return max(1, sum(str(worker.status) == "WorkerStatus.ONLINE" for worker in found))


def _refuse_fruitless(client: SyncPrefectClient, study: Study, ended: set[str]) -> None:
    """Raise SweepFailed where too many runs ended without having had a trial: the next ones would, too."""
    fruitless = ended - {record.owner for record in study.records()}
    if len(fruitless) >= _FRUITLESS + study.settled():
        run = client.read_flow_run(next(iter(fruitless)))  # type: ignore[arg-type]  # Prefect takes text as well
        raise SweepFailed(f"{len(fruitless)} runs of {study.name} ended before their trial, such as {_last_word(run)}")


def judged_by(workers: str, chosen: RetrainConfig, study: str) -> str:
    """Return the last word of a retraining with the settings of the best trial, made by a worker."""
    from prefect.client.orchestration import get_client
    from prefect.deployments import run_deployment

    parameters = {"config": chosen.model_dump(mode="json")}
    begun: Any = run_deployment(f"retrain/{workers}", parameters=parameters, timeout=0, tags=[f"best of {study}"])
    last_answer = time.monotonic()
    while True:
        time.sleep(_POLL_S)
        try:
            with get_client(sync_client=True) as client:
                run = client.read_flow_run(begun.id)
            last_answer = time.monotonic()
        except _unanswered():
            if time.monotonic() - last_answer > _SERVER_PATIENCE_S:
                raise
            continue
        if _ended_for_good(run):
            break
    if run.state is None or not run.state.is_completed():
        raise SweepFailed(f"the best trial of {study} could not be judged: {_last_word(run)}")
    return _last_word(run)


def _ended_for_good(run: FlowRun) -> bool:
    state = run.state
    if state is None or not state.is_final():
        return False
    since = (datetime.now(UTC) - state.timestamp).total_seconds()
    return not state.is_crashed() or since > _CRASHED_FOR_GOOD_S


def _last_word(run: FlowRun) -> str:
    return f"{run.name}: {run.state.message or run.state.name}" if run.state else run.name


def _unanswered() -> tuple[type[Exception], ...]:
    """Return what Prefect's client raises where its server does not answer, as while it is being started again."""
    from httpx import HTTPError
    from prefect.exceptions import PrefectHTTPStatusError

    return HTTPError, PrefectHTTPStatusError
