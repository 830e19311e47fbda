"""What is masked, and what only looks as if it should be."""

import time

import pytest

from router.mood import mask
from router.mood.pii import passes_luhn

MASKED = {
    "mobile": ("我电话13812345678谢谢", "我电话[手机号]谢谢"),
    "mobile with spaces": ("138 1234 5678", "[手机号]"),
    "mobile with country": ("+86 13812345678", "[手机号]"),
    "mobile after a dot": ("电话.13812345678", "电话.[手机号]"),
    "mobile in full width": ("１３８１２３４５６７８", "[手机号]"),
    "landline": ("座机010-88886666", "座机[手机号]"),
    "ID card": ("身份证11010519900307123X", "身份证[身份证]"),
    "bank card": ("卡号6222020000000000004", "卡号[订单号]"),
    "bank card by Luhn": ("卡号4111 1111 1111 1111", "卡号[银行卡]"),
    "e-mail": ("发票发到li.lei+a@mail.example.com吧", "发票发到[邮箱]吧"),
    "order number": ("订单JN2024061501怎么还没到", "订单[订单号]怎么还没到"),
    "order number in small letters": ("jn2024061501", "[订单号]"),
    "parcel number": ("单号SF1234567890123", "单号[订单号]"),
    "long number": ("订单号 20240615123456789", "订单号 [订单号]"),
    "street": ("寄到杭州市西湖区文三路18号2栋301室", "寄到[地址]"),
    "street with province": ("浙江省杭州市余杭区五常大道168号", "[地址]"),
    "estate": ("送到阳光花园3栋2单元502", "送到[地址]"),
    "district": ("我在广东省深圳市南山区", "我在[地址]"),
    "flat alone": ("12号楼1单元301室", "[地址]"),
    "my name": ("我叫王小明", "我叫[姓名]"),
    "consignee": ("收件人:欧阳娜娜,电话13912345678", "收件人:[姓名],电话[手机号]"),
    "name changed": ("收货人改成李四", "收货人改成[姓名]"),
    "name field": ("姓名:张三丰 地址见下", "姓名:[姓名] 地址见下"),
    "two phones": ("13812345678或13987654321", "[手机号]或[手机号]"),
}

KEPT = {
    "price": "1999.00元的那款",
    "long price": "一共12888元",
    "size": "身高178体重150穿XL还是2XL",
    "date": "2024-06-15下的单",
    "date in one": "20240615买的",
    "day": "18号能到吗",
    "time": "12:30送来",
    "model": "iPhone15ProMax256GB",
    "router": "路由器5号机多少钱",
    "metro": "坐3号线怎么走",
    "unmarked name": "王小明的快递",
    "called what": "我叫什么你知道吗",
    "called a fitter": "我叫安装",
    "name asked": "姓名和电话都要写吗",
    "consignee asked": "收货人怎么改",
    "storey": "送到5楼可以吗",
    "score": "给5星好评",
    "percent": "打8.5折",
    "quantity": "买100000个有优惠吗",
    "ratio": "0.123456789012",
}


@pytest.mark.parametrize(("text", "expected"), MASKED.values(), ids=MASKED.keys())
def test_what_identifies_a_shopper_is_masked(text: str, expected: str) -> None:
    assert mask(text) == expected


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT.keys())
def test_what_only_looks_private_is_kept(text: str) -> None:
    assert mask(text) == text


def test_masking_twice_changes_nothing_more() -> None:
    once = mask("我叫王小明 13812345678 寄到杭州市西湖区文三路18号")

    assert mask(once) == once


@pytest.mark.parametrize("unit", ["路", "市", "1", "1 ", "a@", "省市区", "好", "收件人", "1号"])
def test_masking_a_long_text_ends_in_time(unit: str) -> None:
    started = time.perf_counter()

    mask(unit * (20_000 // len(unit)))

    assert time.perf_counter() - started < 2.0


@pytest.mark.parametrize(
    ("digits", "right"), [("4111111111111111", True), ("4111111111111112", False)]
)
def test_a_card_number_is_known_by_its_check_digit(digits: str, right: bool) -> None:
    assert passes_luhn(digits) is right
