"""Who bears an alias, looked at every few seconds: a tutor in service learns of its successor without a restart."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from threading import Event, Thread

from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from tasks.registered import client_of, fetch, find_version, holder
from tutor.adapter import ADAPTER, open_adapter
from tutor.errors import RegistryError
from tutor.serving.desk import Edition
from tutor.settings import Store

EVERY_S = 2.0
_AFTER_FAILURE_S = 30.0
_log = logging.getLogger(__name__)


def edition_of(version: ModelVersion, store: Store) -> Edition:
    """Return the tutor in a registered version, its files brought here and compared with what was registered.

    Raises:
        RegistryError: they cannot be had, or are not what was registered.
    """
    adapter = fetch(version, store, None) / ADAPTER
    return Edition(f"{version.name}, versión {version.version}", partial(open_adapter, adapter, store))


class ChampionWatch:
    """Hands each new holder of an alias to `replace`; what cannot be had leaves things as they are, and is tried again.

    A registry that does not answer is waited for in the thread of the watch, and nobody else notices.
    """

    def __init__(self, name: str, alias: str, serving: str, store: Store, replace: Callable[[Edition], None]) -> None:
        """Watch `alias` of the model `name`, of which the version `serving` answers at present."""
        self._name, self._alias, self._serving = name, alias, serving
        self._store, self._replace = store, replace
        self._client = client_of(store)
        self._stopped = Event()

    def start(self) -> None:
        """Look from now on, until `stop`."""
        Thread(target=self._watch, name="champion watch", daemon=True).start()

    def stop(self) -> None:
        """Look no more; a look that waits for the registry is not waited for."""
        self._stopped.set()

    def look(self) -> bool:
        """Look once; return False where there is a new holder that cannot be had, or the registry does not answer."""
        try:
            number = holder(self._client, self._name, self._alias)
            if number is None or number == self._serving:
                return True
            version = find_version(self._client, self._name, number)
            if version is None:
                return True  # removed since: the next look sees who follows
            self._replace(edition_of(version, self._store))
        except (RegistryError, MlflowException, OSError) as error:
            _log.warning(
                "models:/%s@%s: %s; version %s goes on, and it is tried again",
                self._name,
                self._alias,
                str(error).splitlines()[0],
                self._serving,
            )
            return False
        self._serving = number
        return True

    def _watch(self) -> None:
        pause = EVERY_S
        while not self._stopped.wait(pause):
            pause = EVERY_S if self.look() else _AFTER_FAILURE_S
