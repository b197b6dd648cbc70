"""Who is asking: the holder of the API key that a request carries."""

from typing import Final

from aiohttp import web

from broker.core.holder import Holder, Role
from broker.core.problem import Problem
from broker.web.keys import KeyStore

KEYS: Final = web.AppKey("keys", KeyStore)
_SCHEME: Final = "bearer"


def holder_of(request: web.Request, *roles: Role) -> Holder:
    """Return the holder of ``Authorization: Bearer KEY``.

    Raises Problem ``key-missing`` (401), ``key-unknown`` (401) or, where roles are named, ``role-not-allowed`` (403).
    """
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != _SCHEME or not key:
        raise Problem("key-missing", "Send the API key as 'Authorization: Bearer KEY'.", status=401)
    holder = request.app[KEYS].verify(key.strip())
    if holder is None:
        raise Problem("key-unknown", "The API key is not known here or was revoked; ask an operator.", status=401)
    if roles and holder.role not in roles:
        names = " or ".join(roles)
        raise Problem("role-not-allowed", f"This needs a key of role {names}; yours is {holder.role}.", status=403)
    return holder
