"""Who a shopper is: nothing forged, too old or ambiguous passes."""

import datetime as dt
import hashlib
import hmac
from typing import Any

import pytest

from router.domain.errors import Unauthorized
from router.domain.people import Shopper
from router.identity import ShopperTokens, sign_shopper, signed_shopper
from router.wire import SignedShopper

SECRET = "a-storefront-secret"
NOW = dt.datetime(2026, 11, 21, 4, 0, tzinfo=dt.UTC)
SOON = int(NOW.timestamp()) + 600


def signed(secret: str = SECRET, **facts: Any) -> SignedShopper:
    given = {"id": "xiaoman", "name": "小满", "tier": "gold", "expires": SOON} | facts
    signature = sign_shopper(secret, given["id"], given["name"], given["tier"], given["expires"])
    return SignedShopper(given["id"], given["expires"], signature, given["name"], given["tier"])


def tokens(secret: str = "router-secret") -> ShopperTokens:
    return ShopperTokens(secret, anonymous_days=180, signed_hours=12)


def test_the_signature_is_over_id_name_tier_and_expiry_in_that_order() -> None:
    text = f"xiaoman\n小满\ngold\n{SOON}".encode()
    right = hmac.new(SECRET.encode(), text, hashlib.sha256).hexdigest()
    assert sign_shopper(SECRET, "xiaoman", "小满", "gold", SOON) == right
    wrong_order = sign_shopper(SECRET, "xiaoman", "gold", "小满", SOON)
    with pytest.raises(Unauthorized, match="字段顺序"):
        signed_shopper(SECRET, SignedShopper("xiaoman", SOON, wrong_order, "小满", "gold"), NOW)


def test_a_shopper_the_storefront_vouches_for_is_known() -> None:
    assert signed_shopper(SECRET, signed(), NOW) == Shopper("xiaoman", False, "小满", "gold")
    plain = signed_shopper(SECRET, signed(name="", tier=""), NOW)
    assert (plain.name, plain.tier) == (None, "ordinary")


@pytest.mark.parametrize("field", ["id", "name", "tier", "expires", "signature"])
def test_whatever_field_is_tampered_with_it_is_refused(field: str) -> None:
    shopper = signed()
    other = SOON + 1 if field == "expires" else getattr(shopper, field) + "x"
    setattr(shopper, field, other)
    with pytest.raises(Unauthorized, match="签名不对"):
        signed_shopper(SECRET, shopper, NOW)


def test_another_shops_signature_is_refused() -> None:
    with pytest.raises(Unauthorized):
        signed_shopper(SECRET, signed("another secret"), NOW)


@pytest.mark.parametrize("signature", ["", "签名", "é" * 64, "0" * 64])
def test_a_signature_that_is_none_is_refused(signature: str) -> None:
    with pytest.raises(Unauthorized):
        signed_shopper(SECRET, SignedShopper("xiaoman", SOON, signature), NOW)


@pytest.mark.parametrize(
    ("seconds", "word"), [(-1, "过期"), (0, "过期"), (2 * 86_400 + 1, "太长"), (10**9, "太长")]
)
def test_a_signature_too_old_or_too_far_ahead_is_refused(seconds: int, word: str) -> None:
    with pytest.raises(Unauthorized, match=word):
        signed_shopper(SECRET, signed(expires=int(NOW.timestamp()) + seconds), NOW)


@pytest.mark.parametrize("seconds", [1, 2 * 86_400])
def test_a_signature_within_two_days_holds(seconds: int) -> None:
    assert signed_shopper(SECRET, signed(expires=int(NOW.timestamp()) + seconds), NOW)


def test_a_name_cannot_smuggle_in_a_tier() -> None:
    """One who calls himself "小满 ↵ diamond" must not claim the second line as his tier."""
    honest = signed(name="小满\ndiamond", tier="")
    for claimed in (
        honest,
        SignedShopper("xiaoman", SOON, honest.signature, "小满", "diamond\n"),
    ):
        with pytest.raises(Unauthorized, match="控制字符"):
            signed_shopper(SECRET, claimed, NOW)


def test_a_name_that_would_turn_the_text_around_it_is_straightened() -> None:
    assert signed_shopper(SECRET, signed(name="\u202e满小"), NOW).name == "满小"
    assert signed_shopper(SECRET, signed(name="\u202e"), NOW).name is None
    assert signed_shopper(SECRET, signed(name="小满👨‍👩‍👧"), NOW).name == "小满👨‍👩‍👧"


@pytest.mark.parametrize(
    "shopper",
    [Shopper("anon-1", anonymous=True), Shopper("xiaoman", False, "小满", "diamond")],
    ids=["anonymous", "signed"],
)
def test_a_token_gives_its_shopper_back(shopper: Shopper) -> None:
    assert tokens().read(tokens().issue(shopper, NOW).text, NOW) == shopper


@pytest.mark.parametrize(
    ("shopper", "life"),
    [
        (Shopper("anon-1", anonymous=True), dt.timedelta(days=180)),
        (Shopper("xiaoman", False), dt.timedelta(hours=12)),
    ],
    ids=["anonymous", "signed"],
)
def test_a_token_holds_as_long_as_it_says(shopper: Shopper, life: dt.timedelta) -> None:
    token = tokens().issue(shopper, NOW)
    assert token.expires_at == NOW + life
    assert tokens().read(token.text, NOW + life - dt.timedelta(minutes=1)) == shopper
    with pytest.raises(Unauthorized, match="过期"):
        tokens().read(token.text, NOW + life + dt.timedelta(minutes=1))


@pytest.mark.parametrize("text", ["", "x", "a.b.c", ".", "令牌", "eyJpZCI6ICJ4In0.aaa.bbb"])
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(Unauthorized):
        tokens().read(text, NOW)


def test_a_token_of_another_router_is_refused() -> None:
    token = tokens("another secret").issue(Shopper("xiaoman", False), NOW).text
    with pytest.raises(Unauthorized):
        tokens().read(token, NOW)


def test_a_changed_token_is_refused() -> None:
    token = tokens().issue(Shopper("anon-1", anonymous=True), NOW).text
    for at in range(0, len(token), 7):
        other = "A" if token[at] != "A" else "B"
        with pytest.raises(Unauthorized):
            tokens().read(token[:at] + other + token[at + 1 :], NOW)


def test_a_rightly_signed_token_of_another_shape_is_refused() -> None:
    from itsdangerous import URLSafeSerializer

    serializer = URLSafeSerializer("router-secret", salt="jieli-shopper")
    for claims in ("xiaoman", {"id": "x"}, {"id": 7, "anonymous": 1, "name": None, "tier": "x"}):
        with pytest.raises(Unauthorized):
            tokens().read(str(serializer.dumps(claims)), NOW)
