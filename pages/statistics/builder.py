"""Brīvā atlase: any table that the data can answer, by choosing what goes where; and tables that were kept."""

from data_access.telling.builder.world import World
from pages.parts.builder import controls, saving, telling
from pages.parts.frame import page

with page("builder") as here:
    reader, world = here.reader, World.of(here.database)
    if view := saving.opened(reader):
        telling.require_kept(here, view, world)
        saving.introduce(reader, view)
        telling.tell_kept(here, view, world)
    else:
        request, troubles = controls.current(world, here.audience)
        controls.show(reader, request, world, beside=saving.menu)
        telling.say_troubles(reader, troubles)
        if answered := telling.ask(here, request, world):
            telling.tell(here, request, world, answered)
            saving.show(reader, request, lambda: answered)
