"""What can go wrong, by meaning; the edge translates each code once."""

from __future__ import annotations


class Refusal(Exception):
    """A move that is refused; `code` is stable, `detail` says what to do."""

    code = "refused"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class IllegalMove(Refusal):
    """The conversation's state does not allow this move."""

    code = "illegal_move"


class EpochMoved(Refusal):
    """The owner changed since the mover last looked."""

    code = "epoch_moved"


class AlreadyTaken(Refusal):
    """Another agent has accepted the handoff first."""

    code = "already_taken"


class UnknownConversation(Refusal):
    """There is no such conversation, or it is not the asker's."""

    code = "unknown_conversation"


class UnknownMessage(Refusal):
    """There is no such message in the conversation."""

    code = "unknown_message"


class ClientIdReused(Refusal):
    """The same client id came again with other content."""

    code = "client_id_reused"


class InvalidText(Refusal):
    """The text is empty, too long or not text."""

    code = "invalid_text"


class InvalidPhone(Refusal):
    """What was typed is no phone number."""

    code = "invalid_phone"


class InvalidUpload(Refusal):
    """The file is not an accepted image, or too large."""

    code = "invalid_upload"


class Malformed(Refusal):
    """The frame or body is not of the schema."""

    code = "malformed"


class Unauthorized(Refusal):
    """Nobody is logged in, or the session has expired."""

    code = "unauthorized"


class Forbidden(Refusal):
    """The person's role does not allow this."""

    code = "forbidden"


class TooManyAttempts(Refusal):
    """Too many tries in too short a time."""

    code = "too_many_attempts"


class NotFound(Refusal):
    """There is no such thing."""

    code = "not_found"


class OfferOver(Refusal):
    """The offer was taken back, ran out, or is for another agent."""

    code = "offer_over"


class NotInTurn(Refusal):
    """Agents take what the order gives them, not what they choose."""

    code = "not_in_turn"


class NothingWaits(Refusal):
    """Nothing waits that the agent could take now."""

    code = "nothing_waits"


class AtCapacity(Refusal):
    """The agent holds as many conversations as their capacity allows."""

    code = "at_capacity"


class InvalidAmount(Refusal):
    """The amount is no amount of money, or larger than anybody may grant."""

    code = "invalid_amount"


class OverBudget(Refusal):
    """A budget does not reach for this grant; the detail says which."""

    code = "over_budget"


class AlreadyDecided(Refusal):
    """Somebody has decided this already."""

    code = "already_decided"


class ShopSilent(Refusal):
    """The shop cannot be asked now, or gave no usable answer."""

    code = "shop_unavailable"


class ShopUnsure(Refusal):
    """The shop went silent in the middle of an operation: it may have done it or not."""

    code = "shop_unsure"


class ShopRefused(Refusal):
    """The shop's rules forbid the operation; the text is the shop's own."""

    code = "shop_refused"
