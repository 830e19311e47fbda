"""Staff passwords (argon2id) and session tokens; the work is done off the event loop."""

from __future__ import annotations

import asyncio
import hashlib
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher()
# Verified when a login is unknown, so that knowing logins cannot be told by the time it takes.
_NOBODY = _hasher.hash(secrets.token_urlsafe(16))


async def hashed(password: str) -> str:
    """Hash a password."""
    return await asyncio.to_thread(_hasher.hash, password)


async def verified(password_hash: str | None, password: str) -> bool:
    """Tell whether a password is right; for nobody's hash it takes as long and is wrong."""
    right = await asyncio.to_thread(_verify, password_hash or _NOBODY, password)
    return right and password_hash is not None


def new_session_token() -> str:
    """Make a session token of 256 bits."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """Give what the store keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
