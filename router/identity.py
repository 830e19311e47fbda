"""Who a shopper is: signed tokens of ours, and the storefront's word for an id."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import unicodedata
from dataclasses import dataclass

from itsdangerous import BadData, URLSafeSerializer
from msgspec import Struct, ValidationError, convert

from router.domain.errors import Unauthorized
from router.domain.message import shown_text
from router.domain.people import Shopper
from router.wire import SignedShopper

MAX_SIGNED_AHEAD = dt.timedelta(days=2)


class _Claims(Struct, forbid_unknown_fields=True):
    id: str
    anonymous: bool
    name: str | None
    tier: str
    issued: float


@dataclass(frozen=True, slots=True)
class Token:
    """A shopper's token and until when it holds."""

    text: str
    expires_at: dt.datetime


class ShopperTokens:
    """Makes and reads the tokens that shoppers come with."""

    def __init__(self, secret: str, *, anonymous_days: int, signed_hours: int) -> None:
        self._serializer = URLSafeSerializer(secret, salt="jieli-shopper")
        self._anonymous = dt.timedelta(days=anonymous_days)
        self._signed = dt.timedelta(hours=signed_hours)

    def issue(self, shopper: Shopper, now: dt.datetime) -> Token:
        """Make a token for a shopper."""
        claims = {
            "id": shopper.id,
            "anonymous": shopper.anonymous,
            "name": shopper.name,
            "tier": shopper.tier,
            "issued": now.timestamp(),
        }
        return Token(self._serializer.dumps(claims), now + self._lifetime(shopper))

    def read(self, token: str, now: dt.datetime) -> Shopper:
        """Give whose token this is; Unauthorized when it is forged or too old."""
        try:
            claims = convert(self._serializer.loads(token), _Claims)
        except (BadData, ValidationError) as error:
            raise Unauthorized("会话无效，请刷新页面重试。") from error
        shopper = Shopper(claims.id, claims.anonymous, claims.name, claims.tier)
        if now.timestamp() - claims.issued > self._lifetime(shopper).total_seconds():
            raise Unauthorized("会话已过期，请刷新页面重试。")
        return shopper

    def _lifetime(self, shopper: Shopper) -> dt.timedelta:
        return self._anonymous if shopper.anonymous else self._signed


def sign_shopper(secret: str, shopper: str, name: str, tier: str, expires: int) -> str:
    r"""Give hex HMAC-SHA256 of "{id}\n{name}\n{tier}\n{expires}", as the storefront does."""
    text = f"{shopper}\n{name}\n{tier}\n{expires}"
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def signed_shopper(secret: str, signed: SignedShopper, now: dt.datetime) -> Shopper:
    """Give the shopper a storefront vouches for; Unauthorized when it does not."""
    if any(unicodedata.category(char) == "Cc" for char in signed.name + signed.tier):
        # A line break in one field would pass for the start of the next.
        raise Unauthorized("顾客身份里的昵称或等级有控制字符，请商城去掉后重新签名。")
    right = sign_shopper(secret, signed.id, signed.name, signed.tier, signed.expires)
    if not hmac.compare_digest(right.encode(), signed.signature.encode()):
        raise Unauthorized("顾客身份的签名不对，请检查商城的签名密钥和字段顺序。")
    left = signed.expires - now.timestamp()
    if left <= 0:
        raise Unauthorized("顾客身份的签名已过期，请商城重新签名。")
    if left > MAX_SIGNED_AHEAD.total_seconds():
        raise Unauthorized("顾客身份签名的有效期太长，最多两天。")
    name = shown_text(signed.name).strip()
    return Shopper(signed.id, False, name or None, signed.tier or "ordinary")
