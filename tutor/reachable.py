"""Whether a server that the environment names is there, asked before a library waits minutes for it."""

from __future__ import annotations

import re
import ssl
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from tutor.errors import UsageError

_WAIT_S = 5
_USER_AND_PASSWORD = re.compile(r"(?:(?<=://)|^)[^/]*@")


def without_password(address: str) -> str:
    """Return the address of a server or database as it may be shown: without user and password."""
    return _USER_AND_PASSWORD.sub("", address)


def refuse_unreachable(setting: str, address: str, without_server: tuple[str, ...] = ()) -> None:
    """Ask the server at `address`, which the variable `setting` holds, for a sign of life.

    Any answer will do, also that we may not enter: the libraries that talk to it tell that better. Of addresses with
    the schemes `without_server` nobody is asked; a driver may stand behind those, as in postgresql+psycopg.

    Raises:
        UsageError: it does not answer within a few seconds, or `address` is of no kind that is known.
    """
    before, colon, _ = address.partition("/")[0].partition(":")
    scheme = before.partition("+")[0].lower() if colon else ""
    if scheme in without_server:
        return
    shown = without_password(address)
    if scheme not in ("http", "https"):
        kinds = ", ".join(f"{each}:…" for each in ("http", "https", *filter(None, without_server)))
        raise UsageError(f"{setting}: got '{shown}', expected an address such as {kinds}; correct or unset it")
    if why := _silence(shown):
        raise UsageError(
            f"{setting}: {shown} does not answer ({why}); expected a server that runs: start it ('make up'), correct "
            "the address, or unset it"
        )


def _silence(address: str) -> str:
    """Return why no server answers at `address`; nothing where one does."""
    try:
        with urlopen(f"{address.rstrip('/')}/health", timeout=_WAIT_S):  # http or https, see above
            return ""
    except HTTPError:
        return ""
    except (OSError, HTTPException, ValueError) as error:
        reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, ssl.SSLError):  # somebody is there; the certificate is for the libraries to judge
        return ""
    if isinstance(reason, TimeoutError):
        return f"nothing within {_WAIT_S} s"
    return " ".join(str(getattr(reason, "strerror", None) or reason).split()) or type(reason).__name__
