"""Fixtures every test may ask for; what they stand on is in `tests/infrastructure/`."""

pytest_plugins = [
    "tests.infrastructure.sharing",  # before anything that starts a server
    "tests.infrastructure.access",
    "tests.infrastructure.browser",
    "tests.infrastructure.case_database",
    "tests.infrastructure.demonstration",
    "tests.infrastructure.loading",
    "tests.infrastructure.postgres",
    "tests.infrastructure.processes",
    "tests.infrastructure.provider",
    "tests.infrastructure.proxied",
    "tests.infrastructure.saved",
    "tests.infrastructure.statements",
    "tests.infrastructure.towns",
]
