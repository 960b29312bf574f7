"""Files that visitors take along: each is made when its button is pressed, for whoever may still have it then."""

from collections.abc import Callable

from pages.entrance import visitor


def kept(page: str, file: str, make: Callable[[], bytes], needs: str = "downloads") -> Callable[[], bytes]:
    """What makes a file when its button is pressed, and keeps that it was taken.

    The press reaches the server outside of any page, so it is looked up anew who the visitor is and whether her role
    gives what the file `needs`. It is made of what she was told in the role that she had then: in another one she gets
    nothing until the page is told anew. Raises then what `visitor.current` does, and NotAllowed.

    `make` asks the database nothing: a press cannot be called off.
    """
    who = visitor.current()

    def made() -> bytes:
        now = who.again()
        now.require(needs)
        if now.access != who.access:
            now.refuse_file()
        now.keep("download", page=page, file=file)
        return make()

    return made
