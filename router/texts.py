"""What the shop says by itself, in each language; one TOML file a language."""

from __future__ import annotations

import tomllib
from pathlib import Path
from string import Formatter

import msgspec
from msgspec import Struct

DEFAULT = "zh-CN"
FOLDER = Path(__file__).parent / "texts"


class InvalidTexts(Exception):
    """A text file is wrong; the message says where."""


class Texts(Struct, forbid_unknown_fields=True, frozen=True):
    """Every sentence the router says; see texts/zh-CN.toml for what each is for."""

    greeting: str
    greeting_named: str
    sorry: str
    clarify: str
    clarify_nothing: str
    clarify_besides: str
    clarify_nothing_besides: str
    human: str
    queued: str
    queued_next: str
    queued_again: str
    queued_angry: str
    safety_injury: str
    safety_allergy: str
    safety_fire: str
    safety_electric_shock: str
    safety_swallowed: str
    safety_self_harm: str
    safety_legal: str
    queued_unsure: str
    queued_unavailable: str
    queued_image: str
    queued_circles: str
    queued_human_only: str
    accepted: str
    agent_left: str
    returned: str
    transferred: str
    resolved: str
    on_hold: str
    with_bot: str
    no_answer: str
    closed: str
    shift_began: str
    shift_ended: str
    message_left: str
    callback_asked: str
    callback_taken: str
    moment_today: str
    moment_tomorrow: str
    moment_day: str
    granted: str
    grant_coupon: str
    grant_amount: str
    grant_return: str
    grant_reversed: str
    promise_kept: str
    follow_ups_stop: str
    follow_ups_stopped: str
    promise_late: str
    promise_passed: str

    def safety(self, danger: str) -> str:
        """Give the fixed text of a danger of the playbook; that of an injury for an unknown one."""
        texts = {
            "allergy": self.safety_allergy,
            "fire": self.safety_fire,
            "electric_shock": self.safety_electric_shock,
            "swallowed": self.safety_swallowed,
            "self_harm": self.safety_self_harm,
            "legal": self.safety_legal,
        }
        return texts.get(danger, self.safety_injury)


_FILLED = {"greeting_named": {"name"}, "queued": {"ahead"}, "accepted": {"agent"}}
_FILLED |= {
    "closed": {"opens"},
    "shift_ended": {"opens"},
    "message_left": {"due"},
    "callback_asked": {"phone"},
    "callback_taken": {"due"},
    "moment_today": {"time"},
    "moment_tomorrow": {"time"},
    "moment_day": {"month", "day", "time"},
    "on_hold": {"agent"},
    "granted": {"what"},
    "grant_coupon": {"amount"},
    "grant_amount": {"amount", "order"},
    "grant_return": {"order"},
    "grant_reversed": {"what"},
    "promise_kept": {"promise"},
    "promise_late": {"promise"},
    "promise_passed": {"promise"},
}


class Languages:
    """The texts of every language there is a file for."""

    def __init__(self, texts: dict[str, Texts]) -> None:
        self._texts = texts

    @classmethod
    def load(cls, folder: Path = FOLDER) -> Languages:
        """Read every language of a folder; InvalidTexts names file and field."""
        texts: dict[str, Texts] = {}
        for path in sorted(folder.glob("*.toml")):
            try:
                texts[path.stem] = _checked(
                    msgspec.convert(tomllib.loads(path.read_text("utf-8")), Texts)
                )
            except ValueError as error:
                raise InvalidTexts(f"{path.name}: {error}") from error
        if DEFAULT not in texts:
            raise InvalidTexts(f"{folder}: there is no {DEFAULT}.toml")
        return cls(texts)

    def of(self, locale: str) -> Texts:
        """Give the texts of a language, or of the default one."""
        return self._texts.get(locale, self._texts[DEFAULT])


def _checked(texts: Texts) -> Texts:
    """Refuse a text with a place that nothing fills."""
    for field, filled in _FILLED.items():
        places = {name for _, name, _, _ in Formatter().parse(getattr(texts, field)) if name}
        if not places <= filled:
            wrong = ", ".join(sorted(places - filled))
            raise ValueError(f"`{field}` has the place {wrong}; only {filled} is filled in")
    return texts
