#!/usr/bin/env bash
# Run once by PostgreSQL's container, after the roles are made: their passwords, and a database for what visitors save.
set -euo pipefail

psql --set=ON_ERROR_STOP=1 --username=postgres --dbname=case \
    --set=owner="$OWNER_PASSWORD" --set=reader="$READER_PASSWORD" --set=views="$VIEWS_PASSWORD" <<'SQL'
ALTER ROLE case_owner PASSWORD :'owner';
ALTER ROLE case_reader PASSWORD :'reader';
CREATE ROLE dashboard LOGIN PASSWORD :'views';
CREATE DATABASE dashboard OWNER dashboard;
SQL
