"""The demonstration: synthetic case records whose counts equal the published figures."""

from collections.abc import Callable

from data_access.demo.write import NotDemonstration, build


def build_demonstration(progress: Callable[[float, str], None]) -> None:
    """Builds the demonstration database where the dashboard looks for it, telling how far it is and at which step."""
    build(None, progress=progress)


__all__ = ["NotDemonstration", "build", "build_demonstration"]
