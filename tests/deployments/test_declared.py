"""What deployments/ declares, held against the models and schemas of those who read it."""

import configparser
import json
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from prefect.cli.deploy._models import DeploymentConfig, PrefectYamlModel, RawScheduleConfig, WorkPoolConfig
from prefect.events import DeploymentEventTrigger
from prefect.events.schemas.automations import AutomationCore
from prefect.flows import load_flow_from_entrypoint
from prefect.server.events.schemas.automations import EventTrigger
from prefect.server.events.schemas.events import RelatedResource, Resource
from prefect.utilities.templating import apply_values

from flows.deploy import declaration
from tasks.policy import CARD_TAG
from tutor.config import RetrainConfig, load_config, profile_names
from tutor.settings import PROFILES, REPOSITORY, Store, open_store

DEPLOYMENTS = REPOSITORY / "deployments"


def test_no_key_of_prefects_part_is_one_that_prefect_would_ignore() -> None:
    declared = declaration()
    assert set(PrefectYamlModel.model_fields) >= {"pull", "deployments"}
    for each in declared.deployments:
        assert each.keys() <= DeploymentConfig.model_fields.keys(), each["name"]
        assert each["work_pool"].keys() <= WorkPoolConfig.model_fields.keys()
        assert each["work_pool"]["name"] in declared.work_pools
        queue = each["work_pool"].get("work_queue_name")
        assert queue is None or queue in declared.work_pools[each["work_pool"]["name"]].queues
        for schedule in each.get("schedules", []):
            assert RawScheduleConfig.model_validate(schedule).active is False, "off until switched on"
            assert schedule["timezone"]
        for trigger in each.get("triggers", []):
            assert trigger.keys() - {"type"} <= DeploymentEventTrigger.model_fields.keys()
            DeploymentEventTrigger.model_validate(trigger)
    for each in declared.automations:
        assert each.keys() <= AutomationCore.model_fields.keys()
        AutomationCore.model_validate(each)
    assert declared.concurrency_limits == {CARD_TAG: 1}
    assert declared.work_pools[CARD_TAG].concurrency_limit == 1


def test_automations_concern_nothing_that_waits_for_a_person() -> None:
    for each in declaration().automations:
        related = each["trigger"]["match_related"]
        begins_again = each["actions"][0]["state"] == "SCHEDULED"
        (flows, *beside) = related if begins_again else [related]
        assert beside == ([{"prefect.resource.role": "deployment"}] if begins_again else [])
        trials = [] if begins_again else ["trial"]  # a sweep has lost trials made again itself
        assert flows == {"prefect.resource.role": "flow", "prefect.resource.name": ["retrain", "sweep", *trials]}


def test_a_crashed_run_of_the_command_line_is_not_scheduled_for_workers_that_cannot_take_it_up() -> None:
    (again,) = (each for each in declaration().automations if each["actions"][0]["state"] == "SCHEDULED")
    trigger = EventTrigger.model_validate(again["trigger"])
    run = Resource({"prefect.resource.id": "prefect.flow-run.1", "prefect.run-count": "1"})
    flow, deployment = (
        RelatedResource(
            {
                "prefect.resource.id": f"prefect.{role}.1",
                "prefect.resource.role": role,
                "prefect.resource.name": name,
            }
        )
        for role, name in (("flow", "retrain"), ("deployment", "cpu"))
    )
    assert trigger.covers_resources(run, [flow, deployment])
    assert not trigger.covers_resources(run, [flow])


def test_whatever_runs_flows_sends_the_signs_of_life_that_automations_wait_for(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    beats = "PREFECT_FLOWS_HEARTBEAT_FREQUENCY"
    monkeypatch.delenv(beats)
    open_store()
    assert os.environ[beats] == "30", "at the command line"
    for file in ("Dockerfile", "systemd/tutor-worker@.service"):
        assert f"{beats}=30" in (DEPLOYMENTS / file).read_text(), file
    assert 3 * 30 in [each["trigger"]["within"] for each in declaration().automations]


def test_a_lost_run_is_told_within_a_minute_and_a_half() -> None:
    telling = [each for each in declaration().automations if each["actions"][0]["state"] == "CRASHED"]
    assert len(telling) == 2, "one that has run, one that never began"
    assert all(each["trigger"]["within"] <= 90 for each in telling)


def test_every_deployment_names_a_flow_and_parameters_that_it_takes() -> None:
    for each in declaration().deployments:
        flow = load_flow_from_entrypoint(each["entrypoint"], use_placeholder_flow=False)
        assert flow.name == each["flow_name"]
        assert each.get("parameters", {}).keys() <= flow.parameters.properties.keys()


def test_the_deployment_for_the_card_is_the_profile_of_the_same_name() -> None:
    for each in declaration().deployments:
        if each["flow_name"] in {"retrain", "sweep"}:
            assert each["name"] in profile_names()
            assert each["parameters"].get("workers", each["name"]) == each["name"]
            config = RetrainConfig.model_validate(each["parameters"]["config"])
            assert config == load_config(each["name"])
            assert each["parameters"]["config"] == tomllib.loads((PROFILES / f"{each['name']}.toml").read_text())


def test_the_kubernetes_pool_renders_to_a_job_that_the_cluster_accepts() -> None:
    template = json.loads((DEPLOYMENTS / "kubernetes" / "work-pool.json").read_text())
    values = {
        name: schema["default"] for name, schema in template["variables"]["properties"].items() if "default" in schema
    }
    assert set(template["variables"]["required"]) <= values.keys()
    job: dict[str, Any] = apply_values(template["job_configuration"]["job_manifest"], values)
    # What Prefect's worker fills in itself: the command as a list.
    job["spec"]["template"]["spec"]["containers"][0]["args"] = ["prefect", "flow-run", "execute"]
    kubernetes_validate.validate(job, "1.31", strict=True)
    assert job["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["nvidia.com/gpu"] == 1
    job["spec"]["template"]["spec"]["containers"][0]["imagePolicy"] = "Always"
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(job, "1.31", strict=True)


def test_what_a_kubernetes_pool_needs_besides_is_told() -> None:
    told = (REPOSITORY / "docs" / "operations.md").read_text(encoding="utf-8")
    template = (DEPLOYMENTS / "kubernetes" / "work-pool.json").read_text()
    for name in ("tutor-clients", "tutor-store"):
        assert f'"{name}"' in template
        assert f"`{name}`" in told
    for pins in ("pyproject.toml", "constraints.txt"):
        assert "prefect-kubernetes" not in (REPOSITORY / pins).read_text(), "docs/operations.md says so"


def test_compose_keeps_to_loopback_and_takes_every_secret_from_a_file() -> None:
    compose = yaml.safe_load((DEPLOYMENTS / "compose.yaml").read_text())
    for name, service in compose["services"].items():
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), name
        assert set(service.get("secrets", [])) <= compose["secrets"].keys()
        for variable, value in service.get("environment", {}).items():
            secret = any(
                word in variable
                for word in ("PASSWORD", "AUTH_STRING", "SECRET", "CONNECTION", "STORE_URI", "_DATABASE")
            )
            assert not secret or variable.endswith("_FILE"), f"{name}: {variable}"
            if str(value).startswith("/run/secrets/"):
                assert value.removeprefix("/run/secrets/") in service["secrets"], f"{name}: {variable}"
    assert {secret["file"].removeprefix("secrets/") for secret in compose["secrets"].values()} == set(
        compose["secrets"]
    )


def test_postgresql_and_the_client_programs_of_its_backup_are_of_one_version() -> None:
    compose = yaml.safe_load((DEPLOYMENTS / "compose.yaml").read_text())
    assert "FROM debian:bookworm-slim" in (DEPLOYMENTS / "Dockerfile").read_text()
    assert compose["services"]["postgres"]["image"] == "postgres:15", "Debian bookworm has the clients of 15"


def test_the_backup_service_finds_databases_and_artifacts_where_the_servers_keep_them() -> None:
    services = yaml.safe_load((DEPLOYMENTS / "compose.yaml").read_text())["services"]
    backup, mlflow = services["backup"], services["mlflow"]
    home = re.search(r"TUTOR_HOME=(\S+)", (DEPLOYMENTS / "Dockerfile").read_text())
    assert home
    assert mlflow["environment"]["MLFLOW_ARTIFACTS_DESTINATION"] == f"{home[1]}/mlflow/artifacts"
    (mounted,) = mlflow["volumes"]
    assert mounted == f"mlflow:{home[1]}"
    assert mounted in backup["volumes"]
    assert {f"TUTOR_{name}_DATABASE_FILE" for name in ("PREFECT", "MLFLOW")} == backup["environment"].keys()
    assert (REPOSITORY / backup["command"][0]).stat().st_mode & 0o111
    unit = (DEPLOYMENTS / "systemd" / "tutor-backup.service").read_text()
    assert "TUTOR_HOME=/opt/tutor-matematicas/.tutor " in unit, "where 'make up' keeps it"
    assert "nightly_backup.sh /srv/tutor-backups" in unit


def test_somebody_serves_every_pool_and_all_workers_share_the_studies_of_sweeps() -> None:
    compose = yaml.safe_load((DEPLOYMENTS / "compose.yaml").read_text())
    workers = [compose["services"][name] for name in ("worker", "worker-cpu")]
    served = {service["command"][service["command"].index("--pool") + 1] for service in workers}
    assert served == declaration().work_pools.keys()
    for service in workers:
        assert service["environment"]["TUTOR_SWEEP_DATABASE_FILE"] == "/run/secrets/sweep_database"
    assert len({service["environment"]["PREFECT_HOME"] for service in workers}) == len(workers)
    unit = (DEPLOYMENTS / "systemd" / "tutor-worker@.service").read_text()
    for pool in served:
        assert f"tutor-worker@{pool}" in unit, "what its head says to enable"


def test_old_backups_go_once_a_new_one_is_there(tmp_path: Path) -> None:
    old, other = tmp_path / "tutor-2020-01-01-0310.tar", tmp_path / "tutor-of-ana.tar"
    for file in (old, other):
        file.write_bytes(b"old")
        os.utime(file, (0, 0))
    tutor = tmp_path / "bin" / "tutor"
    tutor.parent.mkdir()
    script = ["sh", str(DEPLOYMENTS / "nightly_backup.sh"), str(tmp_path), "14"]
    for body, left in (("exit 2", 2), ('touch "$2"', 2)):
        tutor.write_text(f"#!/bin/sh\n{body}\n")
        tutor.chmod(0o755)
        answer = _run(script, PATH=f"{tutor.parent}:/usr/bin:/bin")
        assert len(list(tmp_path.glob("*.tar"))) == left, answer
        assert old.exists() == bool(answer.returncode)
    assert other.exists()


def test_secrets_are_made_once_for_their_owner_and_reach_a_command_by_file(tmp_path: Path) -> None:
    script = tmp_path / "deployments" / "make_secrets.sh"
    script.parent.mkdir()
    script.write_bytes((DEPLOYMENTS / "make_secrets.sh").read_bytes())
    compose = yaml.safe_load((DEPLOYMENTS / "compose.yaml").read_text())
    seen = []
    for _ in range(2):
        subprocess.run(["sh", str(script)], check=True, capture_output=True)
        made = {path.name: path.read_text() for path in (script.parent / "secrets").iterdir()}
        assert made.keys() == compose["secrets"].keys()
        seen.append(made)
    assert seen[0] == seen[1]
    assert {path.stat().st_mode & 0o077 for path in (script.parent / "secrets").iterdir()} == {0}
    users = configparser.ConfigParser()
    users.read_string(made["mlflow_auth"])
    assert users["mlflow"]["database_uri"] == made["mlflow_database"]
    wrapped = [
        "sh",
        str(DEPLOYMENTS / "with_secrets.sh"),
        "sh",
        "-c",
        'printf %s "$PREFECT_API_AUTH_STRING${PREFECT_API_AUTH_STRING_FILE-}"',
    ]
    file = str(script.parent / "secrets" / "prefect_auth")
    assert _run(wrapped, PREFECT_API_AUTH_STRING_FILE=file).stdout == made["prefect_auth"]
    missing = _run(wrapped, X_FILE="/no/such")
    assert "X_FILE names /no/such" in missing.stderr
    assert missing.returncode == 2


def _run(command: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env={"PATH": "/usr/bin:/bin"} | environment, capture_output=True, text=True, check=False
    )


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="a machine without systemd")
@pytest.mark.parametrize("unit", sorted(path.name for path in (DEPLOYMENTS / "systemd").iterdir()))
def test_systemd_reads_the_units(unit: str) -> None:
    answer = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(DEPLOYMENTS / "systemd" / unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    told = [line for line in answer.stderr.splitlines() if "is not executable" not in line]
    assert told == []
