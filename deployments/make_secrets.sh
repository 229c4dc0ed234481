#!/bin/sh
# Writes the secrets of deployments/compose.yaml to deployments/secrets/, each once: what is there already stays.
set -eu
umask 077
cd "$(dirname "$0")"
mkdir -p secrets
random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
keep() { [ -s "secrets/$1" ] || printf %s "$2" >"secrets/$1"; }
keep postgres_password "$(random)"
keep sweep_password "$(random)"
keep mlflow_password "$(random)"
keep mlflow_key "$(random)"
keep prefect_auth "tutor:$(random)"
server="tutor:$(cat secrets/postgres_password)@postgres:5432"
keep prefect_database "postgresql+asyncpg://$server/prefect"
keep mlflow_database "postgresql+psycopg://$server/mlflow"
keep sweep_database "postgresql://sweep:$(cat secrets/sweep_password)@postgres:5432/sweep"
keep prefect_dump "postgresql://$server/prefect"
keep mlflow_dump "postgresql://$server/mlflow"
keep mlflow_auth "[mlflow]
default_permission = READ
database_uri = postgresql+psycopg://$server/mlflow
auth_cache_ttl_seconds = 60
authorization_function = mlflow.server.auth:authenticate_request_basic_auth
"
echo "deployments/secrets/: $(ls secrets | wc -l) secrets, for their owner only"
