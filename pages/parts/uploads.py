"""Uploaded files on their way: they have personal codes in them, so they stay in memory, and there not for long."""

from collections.abc import Sequence

from starlette.formparsers import MultiPartParser
from streamlit.runtime.scriptrunner import get_script_run_ctx


def keep_off_the_disk() -> None:
    """From here on no upload is put into a temporary file, as the web server does with all above a megabyte.

    `server.maxUploadSize` says how large an upload may be.
    """
    MultiPartParser.spool_max_size = 0  # to SpooledTemporaryFile: no size is too large


def take(files: Sequence) -> list[tuple[str, bytes]]:
    """The names and contents of uploaded files, which Streamlit has no longer then."""
    taken = [(file.name, file.getvalue()) for file in files]
    forget()
    return taken


def forget() -> None:
    """Lets go of everything that this visitor has uploaded: Streamlit would keep it as long as the visitor stays."""
    visit = get_script_run_ctx()
    visit.uploaded_file_mgr.remove_session_files(visit.session_id)
