"""What a shopper's words say of an address, an invoice, a spec or a fault; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.flow import Slot
from bot.lexicon import bare, ordinal_in
from bot.text import fold

_PHONE: Final = re.compile(r"(?<!\d)1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)")
_PLACE: Final = re.compile(
    r"[省市区县镇乡村路街道巷弄里号栋幢楼座室层]|小区|单元|大厦|广场|学校|公司|园|苑|大学|宿舍"
)
_PLACES_AT_LEAST: Final = 2
_LABEL: Final = re.compile(
    r"(新的?)?(收货|收件)?(地址|人|电话|手机号?|姓名|联系方式)(是|改成|改为|换成|:|：|改到)"
)
_LEAD: Final = re.compile(
    r"^((麻烦|请|帮我|给我|我想|我要|那就?|把)*(地址|收货地址|它|这单)?(都)?(改|换|寄|送|发)(成|到|为|去|给)|就?(寄|送|发)(到|去))"
)
_NAME: Final = re.compile(r"(?:^|[\s,，;；、])([\u4e00-\u9fff·]{2,5})(?=$|[\s,，;；、])")

_TAX: Final = re.compile(
    r"(?<![0-9A-Za-z])[0-9A-HJ-NPQRTUWXY]{15,20}(?![0-9A-Za-z])", re.IGNORECASE
)
_EMAIL: Final = re.compile(
    r"[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)*\.[A-Za-z]{2,10}"
)
_COMPANY: Final = re.compile(
    r"公司|集团|厂|事务所|工作室|研究院|研究所|学校|大学|中学|小学|幼儿园|医院|银行|合作社|协会|委员会|局$|院$|中心$|店$|部$"
)
_PERSON: Final = re.compile(r"个人|私人|自己|本人")
_INVOICE_NOISE: Final = re.compile(
    r"(发票)?(抬头|名称|单位|公司名称?|纳税人识别号|识别号|税号|信用代码|邮箱|邮件|电子)+(是|写|开|用|为|:|：|就|填)+"
    r"|(帮我|给我|我要|请|麻烦)+(开|写)?(一?张)?(电子)?(普通?)?(发?票)?|开(成|一?张)?(电子)?(普通?)?发?票|(抬头|税号|邮箱|发到|寄到|开个?)"
)

_SIZE: Final = re.compile(
    r"(?<![a-z])(x{0,3}[sl]|m)(?![a-z])|\d{2,3}(码|cm|厘米|号)?|[一二三]?码|色$|[大小][一两二]?[号码]|圈口"
)
_FAULT: Final = re.compile(
    r"掉|开线|脱线|开胶|断|坏|松|裂|磨|变形|刮|拉链|褪|破|洞|勾丝|抽丝|起球|焊|扣|石头|镶|钻|缝|线头|凹|瘪|划|发黑|氧化"
    r"|不亮|卡住|脱落|散|弯|扁|改圈|小了|大了|紧"
)
_WORDS_ENOUGH: Final = 6


@dataclass(frozen=True, slots=True)
class NewAddress:
    """Where an order is to go; empty fields stay as they were."""

    address: str
    receiver: str
    phone: str


def address_in(text: str) -> NewAddress | None:
    """Return the address, receiver and phone that `text` names, or None if it names none."""
    phone = _PHONE.search(text)
    rest = _PHONE.sub(" ", text)
    rest = _LEAD.sub("", _LABEL.sub(" ", rest).strip()).strip(" ,，;；。、:：吧了")
    parts = [part for part in re.split(r"[\s,，;；、]+", rest) if part]
    names = [part for part in parts if _is_name(part)]
    places = [part for part in parts if part not in names]
    address = " ".join(places)
    if len(_PLACE.findall(address)) < _PLACES_AT_LEAST:
        address = ""
    receiver = names[-1] if names and (address or phone) else ""
    if not (address or phone):
        return None
    return NewAddress(address, receiver, re.sub(r"[\s-]", "", phone[0]) if phone else "")


def _is_name(part: str) -> bool:
    return bool(_NAME.fullmatch(part)) and not _PLACE.search(part)


@dataclass(frozen=True, slots=True)
class Title:
    """Whom an invoice is made out to; a company needs its tax number."""

    name: str
    tax_number: str = ""

    @property
    def lacks_tax_number(self) -> bool:
        """Say whether it is a company's without its number."""
        return not self.tax_number and bool(_COMPANY.search(self.name))

    def code(self) -> str:
        """Return the slot's form."""
        return f"{self.name}|{self.tax_number}"

    @classmethod
    def of_code(cls, code: str) -> Title:
        """Read what `code` wrote."""
        name, _, tax_number = code.rpartition("|")
        return cls(name, tax_number)


def title_in(text: str, known: Title | None = None) -> Title | None:
    """Return the invoice title in `text`; a bare tax number completes the `known` one."""
    tax = _TAX.search(_EMAIL.sub(" ", text))
    rest = _TAX.sub(" ", _EMAIL.sub(" ", text)).replace("|", " ")
    person = bool(_PERSON.search(rest))
    rest = _INVOICE_NOISE.sub(" ", rest)
    words = "".join(re.split(r"[\s,，;；。、:：|]+", rest)).strip("的吧啊呀哈了谢")
    number = tax[0].upper() if tax else ""
    if _COMPANY.search(words):
        return Title(words, number)
    if number:
        return Title(known.name, number) if known else None
    if person:
        return Title("个人")
    return None


def email_in(text: str) -> str | None:
    """Return the e-mail address in `text`, or None."""
    found = _EMAIL.search(fold(text))
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Choice:
    """An item of an order by its place, and the spec wanted for it."""

    item: int
    spec: str

    def code(self) -> str:
        """Return the slot's form."""
        return f"{self.item}|{self.spec}"

    @classmethod
    def of_code(cls, code: str) -> Choice:
        """Read what `code` wrote."""
        item, _, spec = code.partition("|")
        return cls(int(item), spec)


def choices_of(specs: Sequence[Sequence[str]]) -> tuple[Choice, ...]:
    """Return everything an order's items could be exchanged for."""
    return tuple(Choice(item, spec) for item, own in enumerate(specs) for spec in own)


def choice_in(text: str, choices: Sequence[Choice], item: int | None = None) -> Choice | None:
    """Return the one choice whose spec, or a telling part of it, stands in `text`."""
    plain = bare(text)
    among = [one for one in choices if item is None or one.item == item]
    place = ordinal_in(text, len(among))
    if place is not None and not any(plain in bare(one.spec) for one in among):
        return among[place]
    for telling in (_whole, _by_parts):
        found = [one for one in among if telling(plain, one.spec)]
        if len(found) == 1:
            return found[0]
    return None


def _whole(plain: str, spec: str) -> bool:
    return bare(spec) in plain


def _by_parts(plain: str, spec: str) -> bool:
    """Say whether a part of a spec is named: of M 黑色 either M as a size of its own, or 黑色."""
    return any(
        re.search(rf"(?<![a-z0-9]){re.escape(bare(part))}(?![a-z0-9])", plain)
        for part in spec.split()
    )


def fault_in(text: str) -> str | None:
    """Return the words for what is broken, or None when they tell nothing."""
    words = text.strip()
    told = broken_in(words) is not None or len(bare(words)) >= _WORDS_ENOUGH
    return words[:300] if told else None


def broken_in(text: str) -> str | None:
    """Return `text` if it names a fault by its word, such as 掉扣."""
    return text.strip()[:300] if _FAULT.search(bare(text)) else None


def tells(step: Slot | None, text: str) -> bool:
    """Say whether `text` looks like an answer to the step, judged by its words alone."""
    match step:
        case Slot.NEW_ADDRESS:
            return address_in(text) is not None
        case Slot.INVOICE_TITLE:
            return title_in(text, Title("")) is not None or email_in(text) is not None
        case Slot.INVOICE_EMAIL:
            return email_in(text) is not None
        case Slot.EXCHANGE_SPEC:
            return bool(_SIZE.search(bare(text)))
        case Slot.REPAIR_FAULT:
            return bool(_FAULT.search(bare(text)))
        case _:
            return False
