"""Promises: what staff or a flow say will be done by when, read from their words.

Only what commits the shop counts: a time and something the shop will do, in one breath. Questions,
denials, what is past, conditions, what the shopper has to do and what the rules allow are none.
"""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated

from msgspec import Meta, Struct, field

from router.domain.errors import Refusal

Clock = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
LONGEST = dt.timedelta(days=92)
MAX_TEXT = 300
"""Characters of a promise."""


class InvalidDueTime(Refusal):
    """A promise cannot be due then."""

    code = "invalid_due_time"


class PromiseState(enum.StrEnum):
    """Where a promise stands; `late` is open still, and the shopper has been told."""

    OPEN = "open"
    LATE = "late"
    KEPT = "kept"
    CANCELLED = "cancelled"


class Promises(Struct, frozen=True, forbid_unknown_fields=True):
    """The policy's [promises]: what words mean on the clock, and when the agent is nudged."""

    nudge_share: Annotated[float, Meta(gt=0, lt=1)] = 0.25
    nudge_minutes: Annotated[float, Meta(ge=1, le=1440)] = 60
    morning: Clock = "10:00"
    forenoon: Clock = "12:00"
    noon: Clock = "13:00"
    afternoon: Clock = "18:00"
    evening: Clock = "22:00"
    dawn: Clock = "06:00"
    day_end: Clock = "23:59"
    working_day_end: Clock = "18:00"
    tell_late: bool = True
    others: list[str] = field(default_factory=list)
    """More words for what the shop does, besides those the parser knows."""

    def nudge_at(self, made_at: dt.datetime, due_at: dt.datetime) -> dt.datetime:
        """Give when to remind: a share of the time before it is due, at most so many minutes."""
        before = min(
            (due_at - made_at) * self.nudge_share, dt.timedelta(minutes=self.nudge_minutes)
        )
        return due_at - before


@dataclass(frozen=True, slots=True)
class Found:
    """A promise as it was read: its words, and when it is due."""

    text: str
    due_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise the shop has made to a shopper."""

    id: str
    conversation: str
    case: int
    seq: int
    text: str
    made_by: str | None
    made_at: dt.datetime
    due_at: dt.datetime
    nudge_at: dt.datetime
    state: PromiseState = PromiseState.OPEN
    nudged_at: dt.datetime | None = None
    closed_at: dt.datetime | None = None
    closed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """When something is said: the moment, the shop's zone, and which days are working days."""

    at: dt.datetime
    zone: dt.tzinfo
    works: Callable[[dt.date], bool]


def checked_due(due_at: dt.datetime, now: dt.datetime) -> dt.datetime:
    """Give when a promise is due, in UTC, or refuse a moment that is past or too far away."""
    if due_at.tzinfo is None:
        raise InvalidDueTime("到期时间要带时区，例如 2026-11-29T18:00:00+08:00。")
    if due_at <= now:
        raise InvalidDueTime("到期时间已经过去，请选一个以后的时间。")
    if due_at > now + LONGEST:
        raise InvalidDueTime(f"到期时间最多在 {LONGEST.days} 天以内，请选近一点的时间。")
    return due_at.astimezone(dt.UTC)


_NUMBERS = "零一二三四五六七八九"
_N = r"(?:\d{1,3}|[一二两三四五六七八九十]{1,3}|半)"
_SENTENCE = re.compile(r"[^。！!？?；;\n]+[。！!？?；;\n]?")
_CLAUSE = re.compile(r"[，,、]|[：:](?!\d\d)")

_ACTS = (
    "到账|入账|回复|答复|回电|回您|回你|联系|回访|发货|发出|寄出|补发|补寄|重发|送达|送到|送货|派送|"
    "到货|处理|解决|退款|退回|退还|退到|退给|打款|核实|核查|查实|反馈|查清|查明|查到|给到|安排|更新|"
    "办好|办理|办妥|开好|开出|开具|上门|取件|揽收|审核|通知|告知|告诉|答案|结果|完成|发放|打给|打电话|"
    "致电|修好|跟进|赔付|补偿|发到|出库|给您|给你|为您|为你|帮您|帮你"
)
_QUESTION = re.compile(
    r"[?？]|吗|呢[。!！]?$|多久|多长时间|几天|几个?小时|什么时候|何时|哪天|几点|是否|能不能|可不可以|"
    r"有没有|要不要|好不好|行不行|是不是|方便.*么"
)
_DENIAL = re.compile(
    r"没|未|无法|别|勿|不(?:能|会|了|到|一定|保证|承诺|确定|行|可以|敢|是|予|再|用|需|支持|含)|"
    r"可能|也许|或许|恐怕|大概率|理论上|一般|通常|正常情况|原则上|建议|希望|想要|最好"
)
_NEVERTHELESS = re.compile(r"不超过|不出|不会超过|不(?:晚|迟)于|不用等到")
_PAST = re.compile(
    r"已经|已(?!知)|刚刚|刚才|昨[天日晚]|前[天日](?!前)|上(?:个?星期|周|个?月)|之前(?:说|答应|承诺)|"
    r"(?:等|过|晚|迟|用|花|拖|隔)了|发过|来过|过$|了$"
)
_CONDITION = re.compile(
    r"如果|若|要是|假如|万一|一旦|除非|的话|只要|否则|逾期|(?<!不)(?<!不会)超过|超时|过期"
)
_SHOPPERS = re.compile(
    r"请(?!耐心|稍|放心|您?(?:耐心|稍|放心)|你(?:耐心|稍|放心))|麻烦|烦请|"
    r"(?:您|你)(?:需要?|要|可以?|得|须|必须|应|自行|尽快|先|再|记得|这边(?:需|可))|"
    r"(?:您|你)(?:说|提|讲|刚|之前|希望|想)|有人说|客人|别家|记得|需要?(?:您|你)|让(?:您|你)"
)
_RULES = re.compile(
    r"无理由|可(?:以)?(?:申请|退|换|享|用|领|使用|查|取消|修改)|支持|有效|质保|保修|保质|保价|截止|"
    r"活动|优惠|试用|试戴|试穿|期限|规定|须知|仅限|内的|以内的|凭"
)

_SPAN = re.compile(
    rf"(?:{_N}(?:个|天|小时)?[-~－—到至])?(?P<n>{_N})(?P<half1>个半)?(?:个)?"
    r"(?P<unit>工作日|自然日|小时|钟头|分钟|天|日(?!前)|周|星期|礼拜|月)(?P<half2>半)?"
    r"(?P<tail>之内|以内|内|之后|以后|后|左右|之前|以前|前)?"
)
_DAY = (
    r"(?P<day>今天|今日|当天|今儿|明天|明日|明儿|后天|大后天|今晚|明晚|后晚|今早|明早|"
    r"(?:这|本|下)?(?:周|星期|礼拜)(?:[一二三四五六日天末])|(?:这|本|下)周(?=内|之内|以内|前|之前)|"
    r"\d{1,2}月\d{1,2}[日号]|(?<!\d)\d{1,2}号|(?:这|本)?月底|(?:这|本)月内)"
)
_PART = r"(?P<part>凌晨|清晨|早上|早晨|上午|中午|午后|下午|傍晚|晚上|晚间|夜里|下班)"
_HOUR = (
    r"(?P<hour>\d{1,2}|[一二两三四五六七八九十]{1,3})"
    r"(?:[:：](?P<minute>\d{2})|[点时](?P<some>半|一刻|三刻|\d{1,2}分?|整)?(?:钟)?)"
)
_WHEN = re.compile(rf"(?:{_DAY})?(?:的)?(?:{_PART})?(?:的)?(?:{_HOUR})?")


def find(text: str, said: Said, rules: Promises) -> tuple[Found, ...]:
    """Give the promises in a text, at most one of each sentence, those due later than now."""
    said = replace(said, at=said.at.astimezone(dt.UTC))
    acts = re.compile("|".join([_ACTS, *(re.escape(word) for word in rules.others)]))
    found = (_in_sentence(sentence, said, rules, acts) for sentence in _SENTENCE.findall(text))
    return tuple(one for one in found if one is not None)


def working_days(days: Callable[[dt.date], bool | None]) -> Callable[[dt.date], bool]:
    """Tell working days: what the calendar says of a day, else Monday to Friday."""

    def works(day: dt.date) -> bool:
        known = days(day)
        return day.weekday() < 5 if known is None else known

    return works


def _in_sentence(sentence: str, said: Said, rules: Promises, acts: re.Pattern[str]) -> Found | None:
    if _QUESTION.search(sentence) or _CONDITION.search(sentence):
        return None
    clauses = _CLAUSE.split(sentence)
    for place, clause in enumerate(clauses):
        due = _due(clause, said, rules)
        if due is None:
            continue
        # 大约两小时，处理好给您回复: what is done may stand in the next clause, or the one before.
        near = [clause, *clauses[place + 1 : place + 2], *clauses[max(0, place - 1) : place]]
        doing = next((one for one in near if acts.search(one)), None)
        if doing is None or any(_is_none(one) for one in {clause, doing}):
            continue
        if said.at < due <= said.at + LONGEST:
            return Found(sentence.strip(" \n\t，,"), due)
    return None


def _is_none(clause: str) -> bool:
    """Tell whether a clause denies, looks back, or binds somebody else than the shop."""
    without = _NEVERTHELESS.sub("", clause).rstrip("。！!；;\n 哦哈的呀哟啦~")
    return any(no.search(without) for no in (_DENIAL, _PAST, _SHOPPERS, _RULES))


def _due(clause: str, said: Said, rules: Promises) -> dt.datetime | None:
    span = _span(clause, said, rules)
    if span is not None:
        return span
    for when in _WHEN.finditer(clause):
        if not when.group():
            continue
        due = _moment(when, clause, said, rules)
        if due is not None:
            return due
    return None


def _span(clause: str, said: Said, rules: Promises) -> dt.datetime | None:
    """Read a duration such as 2小时内, 1-3个工作日 or 半个小时左右: its longer end counts."""
    for met in _SPAN.finditer(clause):
        tail, unit = met["tail"] or "", met["unit"]
        if tail.endswith("前"):
            continue
        before = clause[: met.start()]
        if unit in {"日", "月"} and not tail:
            continue
        if before.endswith(("第", "每", "近", "满", "这", "那", "上")):
            continue
        number = _number(met["n"]) + (0.5 if met["half1"] or met["half2"] else 0)
        if number <= 0:
            continue
        if unit == "工作日":
            return _after_working_days(said, int(number + 0.5), rules)
        length = {
            "分钟": dt.timedelta(minutes=1),
            "小时": dt.timedelta(hours=1),
            "钟头": dt.timedelta(hours=1),
            "周": dt.timedelta(weeks=1),
            "星期": dt.timedelta(weeks=1),
            "礼拜": dt.timedelta(weeks=1),
            "月": dt.timedelta(days=30),
        }.get(unit, dt.timedelta(days=1))
        return said.at + number * length
    return None


def _after_working_days(said: Said, days: int, rules: Promises) -> dt.datetime:
    day = said.at.astimezone(said.zone).date()
    for _ in range(400):
        if days == 0:
            break
        day += dt.timedelta(days=1)
        days -= said.works(day)
    return _at(day, rules.working_day_end, said.zone)


def _moment(when: re.Match[str], clause: str, said: Said, rules: Promises) -> dt.datetime | None:
    """Read a deadline such as 明天下午前, 今晚8点 or 周五18:00前."""
    named, part, hour = when["day"], when["part"], when["hour"]
    if (
        named is None
        and (part is None or hour is None)
        and not (hour and _is_deadline(when, clause))
    ):
        return None
    local = said.at.astimezone(said.zone)
    day = _day(named, local.date()) if named else local.date()
    if day is None:
        return None
    evening = bool(named and named.endswith("晚")) or part in {"晚上", "晚间", "夜里"}
    if hour is not None:
        return _on_the_hour(when, day, evening, said)
    if named in {"今早", "明早"}:
        part = "早上"
    clock = {
        "凌晨": rules.dawn, "清晨": rules.dawn, "早上": rules.morning, "早晨": rules.morning,
        "上午": rules.forenoon, "中午": rules.noon, "午后": rules.afternoon,
        "下午": rules.afternoon, "傍晚": rules.afternoon, "下班": rules.working_day_end,
    }.get(part or "", rules.evening if evening else rules.day_end)  # fmt: skip
    return _at(day, clock, said.zone)


def _is_deadline(when: re.Match[str], clause: str) -> bool:
    rest = clause[when.end() :]
    return rest.startswith(("前", "之前", "以前", "左右"))


def _on_the_hour(
    when: re.Match[str], day: dt.date, evening: bool, said: Said
) -> dt.datetime | None:
    hour = int(_number(when["hour"]))
    minute = int(when["minute"] or 0) or _some_minutes(when["some"])
    if hour > 24 or minute > 59:
        return None
    part = when["part"]
    later = evening or part in {"下午", "午后", "傍晚"} or (part == "中午" and hour < 3)
    if later and hour < 12:
        hour += 12
    elif evening and hour == 12:
        hour = 24
    due = _at_minute(day, hour * 60 + minute, said.zone)
    bare = part is None and not evening and when["day"] in {None, "今天", "今日", "当天"}
    # 今天8点前, said in the afternoon, is eight in the evening.
    if bare and due <= said.at and hour < 12:
        due = _at_minute(day, (hour + 12) * 60 + minute, said.zone)
    return due


def _day(named: str, today: dt.date) -> dt.date | None:
    plain = {
        "今": 0, "当": 0, "明": 1, "后": 2,
    }.get(named[0])  # fmt: skip
    if named.startswith("大后天"):
        return today + dt.timedelta(days=3)
    if plain is not None:
        return today + dt.timedelta(days=plain)
    if "月底" in named or named.endswith("月内"):
        return (today.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
    date = re.fullmatch(r"(?:(\d{1,2})月)?(\d{1,2})[日号]", named)
    if date is not None:
        return _date(date[1], int(date[2]), today)
    return _weekday(named, today)


def _date(month: str | None, day: int, today: dt.date) -> dt.date | None:
    for ahead in range(14):
        years, index = divmod(today.month - 1 + ahead, 12)
        if month is not None and index + 1 != int(month):
            continue
        try:
            date = dt.date(today.year + years, index + 1, day)
        except ValueError:
            continue
        if date >= today:
            return date
    return None


def _weekday(named: str, today: dt.date) -> dt.date:
    monday = today - dt.timedelta(days=today.weekday())
    last = named[-1]
    index = 6 if last in "日天末周" else "一二三四五六".index(last)
    if last == "周":  # 本周内, 下周内
        index = 6
    if named[0] == "下":
        return monday + dt.timedelta(days=7 + index)
    date = monday + dt.timedelta(days=index)
    if date < today and named[0] not in "这本":
        date += dt.timedelta(days=7)
    return date


def _some_minutes(some: str | None) -> int:
    if some is None or some == "整":
        return 0
    return {"半": 30, "一刻": 15, "三刻": 45}.get(some) or int(some.rstrip("分"))


def _number(text: str) -> float:
    """Read 12, 两, 十五, 二十四 or 半."""
    if text == "半":
        return 0.5
    if text.isdecimal():
        return int(text)
    text = text.replace("两", "二")
    tens, ten, ones = text.partition("十")
    if not ten:
        return _NUMBERS.index(text) if text in _NUMBERS else 0
    return (_NUMBERS.index(tens) if tens else 1) * 10 + (_NUMBERS.index(ones) if ones else 0)


def _at(day: dt.date, clock: str, zone: dt.tzinfo) -> dt.datetime:
    hour, minute = clock.split(":")
    return _at_minute(day, int(hour) * 60 + int(minute), zone)


def _at_minute(day: dt.date, minutes: int, zone: dt.tzinfo) -> dt.datetime:
    """Give a wall-clock minute of a day in UTC; one the clocks skip is the moment they jump."""
    day += dt.timedelta(days=minutes // 1440)
    local = dt.datetime.combine(day, dt.time(*divmod(minutes % 1440, 60)), zone)
    return local.astimezone(dt.UTC)
