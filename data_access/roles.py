"""Two roles for PostgreSQL: an owner that makes tables and loads, and one for the dashboard that may only read."""

from sqlalchemy import URL, Connection, text
from sqlalchemy.dialects import postgresql

OWNER = "case_owner"
READER = "case_reader"

_SQL = """\
-- Run once by an administrator, in the case database: psql --dbname={plain} --file=roles.sql
-- Then give each role a password: \\password {plain_owner}  and  \\password {plain_reader}
BEGIN;
CREATE ROLE {owner} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
CREATE ROLE {reader} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
ALTER ROLE {reader} SET default_transaction_read_only = on;

-- Nobody else, and nothing by default.
REVOKE ALL ON DATABASE {database} FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {owner};
GRANT CONNECT ON DATABASE {database} TO {reader};
GRANT USAGE, CREATE ON SCHEMA public TO {owner};
GRANT USAGE ON SCHEMA public TO {reader};

-- Tables that are there already belong to the owner, and the dashboard may read them and all to come.
DO $$
DECLARE
    present record;
BEGIN
    FOR present IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('ALTER TABLE public.%I OWNER TO {owner}', present.tablename);
        EXECUTE format('REVOKE ALL ON public.%I FROM {reader}', present.tablename);
    END LOOP;
END
$$;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO {reader};
ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT SELECT ON TABLES TO {reader};
COMMIT;
"""

_MAY_WRITE = """\
SELECT has_schema_privilege(current_schema(), 'CREATE') OR EXISTS (
    SELECT 1 FROM pg_catalog.pg_tables
    WHERE schemaname = current_schema()
      AND has_table_privilege(
          format('%%I.%%I', schemaname, tablename)::regclass, 'INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER'
      )
)
"""


def roles_sql(place: URL, owner: str = OWNER, reader: str = READER) -> str:
    """The statements that make both roles for the database at an address."""
    quote = postgresql.dialect().identifier_preparer.quote_identifier
    return _SQL.format(
        database=quote(place.database),
        owner=quote(owner),
        reader=quote(reader),
        plain=place.database,
        plain_owner=owner,
        plain_reader=reader,
    )


def may_write(connection: Connection) -> bool:
    """Whether the role of a PostgreSQL connection could change the records, whatever its transactions are set to."""
    return bool(connection.exec_driver_sql(_MAY_WRITE).scalar())


def role_of(connection: Connection) -> str:
    return connection.scalar(text("SELECT current_user"))
