"""The key by which the persons and households of a database are told apart: there is one, and it does not change."""

from sqlalchemy import Connection, exists, literal, or_, select

from data_access import schema
from data_access.loading.keys import check_fingerprint, load_key

# Kinds of export without persons and households; every other one has keys in its rows.
WITHOUT_KEYS = frozenset({"units"})


def key_of_records(connection: Connection, key: bytes | None = None) -> bytes:
    """The key, if it is the one of the records in the database; `key` is taken instead of that of the key file.

    A key is made only where there is nobody yet whom it could make into somebody else. Raises BadKeyFile,
    KeyFileMissing, OtherKey.
    """
    key = key or load_key(create=not _anybody(connection))
    check_fingerprint(key, _known_fingerprint(connection))
    return key


def _anybody(connection: Connection) -> bool:
    tables = (schema.persons, schema.households)
    return bool(connection.scalar(select(or_(*(exists(select(literal(1)).select_from(t)) for t in tables)))))


def _known_fingerprint(connection: Connection) -> str | None:
    """That of the newest load that counts and has one."""
    loads = schema.loads
    return connection.scalar(
        select(loads.c.key_fingerprint)
        .where(loads.c.undone_at.is_(None), loads.c.key_fingerprint.is_not(None))
        .order_by(loads.c.load_id.desc())
        .limit(1)
    )
