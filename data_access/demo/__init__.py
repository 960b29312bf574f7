"""The demonstration: synthetic case records whose counts equal the published figures."""

from data_access.demo.write import NotDemonstration, build

__all__ = ["NotDemonstration", "build"]
