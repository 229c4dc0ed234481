"""What `make up` starts: on loopback, behind passwords, on the databases that it was given, as declared."""

import stat
from typing import Any

import httpx
import psutil
import pytest

from tests.proofs.machine import Machine, run_tutor
from tutor.server_settings import LOOPBACK, SERVERS_ONLY


def test_both_servers_are_behind_passwords_and_on_loopback_only(box: Machine) -> None:
    assert httpx.get(f"{box.api}/health", timeout=60).is_success
    for address, user in (
        (f"{box.api}/admin/version", box.user),
        (f"{box.mlflow}/api/2.0/mlflow/experiments/search?max_results=1", box.mlflow_user),
    ):
        assert httpx.get(address, timeout=60).status_code == 401, address
        assert httpx.get(address, auth=("tutor", "password"), timeout=60).status_code == 401, address
        assert httpx.get(address, auth=user, timeout=60).is_success, address
    servers = [box.process(name) for name in ("prefect-server", "mlflow-server")]
    family = [each for server in servers for each in (server, *server.children(recursive=True))]
    listening = [
        connection.laddr.ip
        for each in family
        for connection in each.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert set(listening) == {LOOPBACK}


def test_requests_forged_by_another_site_are_refused(box: Machine) -> None:
    # Prefect: signed in, but without the token that only its own pages get.
    forged = httpx.post(f"{box.api}/flows/count", auth=box.user, json={}, timeout=60)
    assert forged.status_code == 403
    # MLflow: a name that an attacker's DNS points to this machine.
    rebound = httpx.get(f"{box.mlflow}/", headers={"Host": "evil.example"}, auth=box.mlflow_user, timeout=60)
    assert rebound.status_code == 403


def test_secrets_are_for_their_owner_and_in_no_log_and_no_command_line(box: Machine) -> None:
    folder = box.home / "servers"
    for name in ("secrets.env", "client.env", "mlflow-auth.ini", "processes.json"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600, name
    secrets = [box.user[1], box.mlflow_user[1], box.environment["TUTOR_PREFECT_DATABASE"].split(":")[2].split("@")[0]]
    for log in folder.glob("*.log"):
        assert not [secret for secret in secrets if secret in log.read_text()], log
    for name in ("prefect-server", "mlflow-server", "worker-cpu"):
        for each in (box.process(name), *box.process(name).children(recursive=True)):
            assert not [secret for secret in secrets if secret in " ".join(each.cmdline())], each
    known = box.process("worker-cpu").environ()
    assert not SERVERS_ONLY & known.keys()
    assert not [name for name, value in known.items() if secrets[-1] in value and name != "TUTOR_SWEEP_DATABASE"]


def test_databases_are_the_ones_that_were_given(box: Machine) -> None:
    import psycopg

    for name, table in (("PREFECT", "flow_run"), ("MLFLOW", "registered_models"), ("MLFLOW", "users")):
        with psycopg.connect(box.environment[f"TUTOR_{name}_DATABASE"]) as connection:
            found = connection.execute("SELECT count(*) FROM pg_tables WHERE tablename = %s", (table,)).fetchone()
            assert found == (1,), table
    assert not list(box.home.rglob("*.db"))


def _declared(box: Machine) -> dict[str, Any]:
    def ids(path: str) -> list[str]:
        return sorted(each["id"] for each in box.post(path))

    automations = {each["name"]: each["enabled"] for each in box.post("/automations/filter")}
    return {
        "deployments": ids("/deployments/filter"),
        "pools": ids("/work_pools/filter"),
        "limits": ids("/v2/concurrency_limits/filter"),
        "automations": automations,
    }


def test_deploying_again_changes_nothing_and_leaves_a_schedule_that_was_switched_on(box: Machine) -> None:
    before = _declared(box)
    assert len(before["automations"]) == 5
    deployment = box.deployment("retrain/cpu")
    (weekly,) = deployment["schedules"]
    assert (weekly["active"], weekly["schedule"]["cron"]) == (False, "0 4 * * 6")
    assert weekly["schedule"]["timezone"] == "Europe/Madrid"
    box.patch(f"/deployments/{deployment['id']}/schedules/{weekly['id']}", {"active": True})
    try:
        assert "retrain/gtx-1050-ti" in box.tutor("deploy")
        assert _declared(box) == before
        (weekly,) = box.deployment("retrain/cpu")["schedules"]
        assert weekly["active"]
    finally:
        box.patch(f"/deployments/{deployment['id']}/schedules/{weekly['id']}", {"active": False})
    pool = box.get("/work_pools/gtx-1050-ti")
    assert (pool["type"], pool["concurrency_limit"]) == ("process", 1)
    assert box.get("/work_pools/cpu/queues/retraining")["concurrency_limit"] == 1
    assert box.get("/v2/concurrency_limits/gtx-1050-ti")["limit"] == 1


def test_the_form_is_made_from_the_configuration_and_refuses_what_is_out_of_bounds(box: Machine) -> None:
    schema = box.deployment("retrain/cpu")["parameter_openapi_schema"]
    epochs = schema["definitions"]["TrainingConfig"]["properties"]["epochs"]
    assert (epochs["default"], epochs["minimum"], epochs["maximum"]) == (1, 1, 1000)
    assert epochs["description"].startswith("Passes over")
    dtype = schema["definitions"]["ModelConfig"]["properties"]["compute_dtype"]
    assert dtype["enum"] == ["auto", "bfloat16", "float16", "float32"]
    known = box.deployment("retrain/cpu")["id"]
    for wrong in ({"training": {"epochs": 0}}, {"training": {"epoch": 1}}, {"registry": {"model_name": "../../etc"}}):
        with pytest.raises(AssertionError, match="409"):
            box.post(f"/deployments/{known}/create_flow_run", {"parameters": {"config": wrong}})
    model = box.deployment("evaluate/cpu")["id"]
    for wrong in ("../../etc/passwd", "models:/../x/1", "/etc"):
        with pytest.raises(AssertionError, match="409"):
            box.post(f"/deployments/{model}/create_flow_run", {"parameters": {"questions": "q.jsonl", "model": wrong}})


def test_up_again_finds_all_of_it_running(box: Machine) -> None:
    names = ("prefect-server", "mlflow-server", "worker-cpu")
    before = [box.process(name).pid for name in names]
    assert box.api.removesuffix("/api") in box.tutor("up")
    assert [box.process(name).pid for name in names] == before


def test_a_port_that_is_taken_is_said_in_one_sentence(box: Machine, tmp_path: Any) -> None:
    answer = run_tutor(("up",), {**box.environment, "TUTOR_HOME": str(tmp_path / "another")})
    assert answer.returncode == 2
    assert answer.stderr.count("\n") == 1
    assert "TUTOR_PREFECT_PORT" in answer.stderr
