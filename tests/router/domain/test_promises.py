"""What commits the shop to a time, and what only sounds like it."""

import datetime as dt
from zoneinfo import ZoneInfo

import msgspec
import pytest

from router.domain.promises import Promises, Said, find, working_days

ZONE = ZoneInfo("Asia/Shanghai")
# A Thursday, ten in the morning.
NOW = dt.datetime(2026, 11, 26, 10, 0, tzinfo=ZONE)
HOLIDAYS = {dt.date(2026, 11, 27): False, dt.date(2026, 11, 28): True}
SAID = Said(NOW, ZONE, working_days({}.get))
RULES = Promises()


def at(day: int, clock: str, month: int = 11, year: int = 2026) -> dt.datetime:
    hour, minute = map(int, clock.split(":"))
    return dt.datetime(year, month, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("预计2小时到账", at(26, "12:00")),
        ("退款预计两个小时内到账，请放心。", at(26, "12:00")),
        ("24小时内处理", at(27, "10:00")),
        ("我们会在24小时之内给您处理好。", at(27, "10:00")),
        ("半小时内给你回电", at(26, "10:30")),
        ("一个半小时内给您答复", at(26, "11:30")),
        ("大概十五分钟，我这边核实后回复您", at(26, "10:15")),
        ("30分钟后给您打电话", at(26, "10:30")),
        ("三个工作日内退款", at(1, "18:00", 12)),
        ("1-3个工作日原路退回您的账户", at(1, "18:00", 12)),
        ("1到2个工作日为您开好发票", at(30, "18:00")),
        ("3天内补发给您", at(29, "10:00")),
        ("预计2~3天送达", at(29, "10:00")),
        ("两天后给您回复", at(28, "10:00")),
        ("一周内给您修好寄出", at(3, "10:00", 12)),
        ("最迟48小时发货", at(28, "10:00")),
        ("不超过2小时就给您结果", at(26, "12:00")),
        ("明天下午前给您回复", at(27, "18:00")),
        ("明天上午给您答复", at(27, "12:00")),
        ("明天中午之前联系您", at(27, "13:00")),
        ("今晚8点前发货", at(26, "20:00")),
        ("今天晚上八点半之前安排发出", at(26, "20:30")),
        ("今晚给您回电话，会告诉您结果", at(26, "22:00")),
        ("今天下午3点给你打电话", at(26, "15:00")),
        ("下午三点一刻前回复您", at(26, "15:15")),
        ("今天内一定给您发出", at(26, "23:59")),
        ("今天下班前给您反馈", at(26, "18:00")),
        ("18:30前给您回复", at(26, "18:30")),
        ("明早联系您", at(27, "10:00")),
        ("后天给您送到", at(28, "23:59")),
        ("大后天上门取件", at(29, "23:59")),
        ("周五前给您处理完", at(27, "23:59")),
        ("下周一18:00前退款给您", at(30, "18:00")),
        ("周三上午给你结果", at(2, "12:00", 12)),
        ("本周内给您答复", at(29, "23:59")),
        ("12月3日前补发", at(3, "23:59", 12)),
        ("3号前给您安排退款", at(3, "23:59", 12)),
        ("1月2号前给您发货", at(2, "23:59", 1, 2027)),
        ("月底前给您发放补偿", at(30, "23:59")),
        ("您别着急，2小时内给您回复", at(26, "12:00")),
        ("如您所说确实是我们的问题。24小时内给您退款", at(27, "10:00")),
        ("已经帮您催了仓库，今晚8点前发出", at(26, "20:00")),
        ("请稍等，10分钟内回复您", at(26, "10:10")),
        ("请耐心等待1-3个工作日到账", at(1, "18:00", 12)),
        ("已为您登记，客服主管会在2小时内与您联系", at(26, "12:00")),
    ],
)
def test_a_promise_is_read_with_its_time(text: str, due: dt.datetime) -> None:
    (found,) = find(text, SAID, RULES)
    assert found.due_at == due
    assert found.text in text


@pytest.mark.parametrize(
    "text",
    [
        "您好，请问有什么可以帮您？",
        "您是2小时前下的单吗？",
        "明天下午给您回复可以吗",
        "您希望明天上午还是下午送达？",
        "大概多久能处理完",
        "我不能保证明天发货",
        "24小时内没法处理",
        "今天发不了货",
        "无法在2小时内退款",
        "可能明天到货",
        "一般3天左右送达",
        "2小时前已经给您退款了",
        "昨天下午已处理",
        "昨晚8点给您发货了",
        "已经等了2小时，非常抱歉给您带来不便",
        "包裹3天前已送达",
        "如果24小时内没有更新，我会再联系快递",
        "超过48小时未发货的话给您补偿",
        "请您在24小时内联系快递员",
        "麻烦您明天前把照片发给我们核实",
        "您需要在7天内寄回，我们收到后处理",
        "您可以3天内申请退款",
        "支持7天无理由退货，为您免运费",
        "签收后7天内可申请换货处理",
        "质保一年，坏了我们处理",
        "您说2小时到账，我查一下",
        "订单已发货，正在派送",
        "我马上处理，尽快回复您",
        "好的，已为您登记",
        "周年庆活动明天开始",
        "今天天气不错",
        "优惠券有效期3天，发到您账户了",
        "8点的时候您打过电话",
        "退款没到账，第3天了",
        "手机尾号 138 的订单给您查一下",
        "这款大衣 899 元，给您包邮",
        "",
        "今天上午9点前发货",
        "一年内给您处理",
        "100天内给您处理",
    ],
)
def test_what_only_sounds_like_a_promise_is_none(text: str) -> None:
    assert find(text, SAID, RULES) == ()


def test_each_sentence_may_promise_something() -> None:
    found = find("2小时内给您回电。退款三个工作日内到账！还有什么可以帮您？", SAID, RULES)
    assert [one.text for one in found] == ["2小时内给您回电。", "退款三个工作日内到账！"]


def test_holidays_are_no_working_days_and_make_up_days_are() -> None:
    said = Said(NOW, ZONE, working_days(HOLIDAYS.get))
    (found,) = find("一个工作日内给您退款", said, RULES)
    assert found.due_at == at(28, "18:00")


def test_today_at_eight_said_in_the_afternoon_is_the_evening() -> None:
    said = Said(at(26, "14:00"), ZONE, SAID.works)
    (found,) = find("今天8点前给您发出", said, RULES)
    assert found.due_at == at(26, "20:00")


def test_midnight_is_the_end_of_the_evening() -> None:
    (found,) = find("今晚12点前给您发货", SAID, RULES)
    assert found.due_at == at(27, "00:00")


def test_hours_are_real_hours_where_the_clocks_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    evening = dt.datetime(2026, 10, 24, 22, 0, tzinfo=berlin)
    said = Said(evening, berlin, SAID.works)
    (found,) = find("24小时内给您处理", said, RULES)
    assert found.due_at - evening.astimezone(dt.UTC) == dt.timedelta(hours=24)
    (found,) = find("明天晚上10点前给您处理", said, RULES)
    assert found.due_at - evening.astimezone(dt.UTC) == dt.timedelta(hours=25)


def test_the_shops_own_words_and_hours_count() -> None:
    rules = Promises(afternoon="17:00", others=["校准"])
    (found,) = find("明天下午校准好手表", SAID, rules)
    assert found.due_at == at(27, "17:00")


def test_a_long_promise_is_nudged_an_hour_before_a_short_one_in_its_last_quarter() -> None:
    made = NOW
    assert RULES.nudge_at(made, made + dt.timedelta(days=2)) == made + dt.timedelta(hours=47)
    assert RULES.nudge_at(made, made + dt.timedelta(hours=2)) == made + dt.timedelta(minutes=90)


@pytest.mark.parametrize("section", [{"nudge_share": 1.0}, {"evening": "25:00"}, {"nudge": 1}])
def test_a_wrong_section_is_refused(section: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(section, Promises)
