"""Masks what identifies a shopper, before a text is logged, clustered or learnt from."""

from __future__ import annotations

import re

_FULL_WIDTH = {ord("０") + digit: str(digit) for digit in range(10)}
_ALONE = r"(?<!\d)(?<!\d\.)"
_HAN = "\u4e00-\u9fff"
_FLAT_COUNT = r"[\dA-Za-z一二三四五六七八九十百-]{1,8}"

_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}")
_ORDER = re.compile(r"(?<![A-Za-z0-9])(?:[Jj][Nn]\d{10}(?!\d)|[A-Za-z]{1,4}\d{9,22}(?!\d))")
_ID_CARD = re.compile(
    r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)"
)
_CARD = re.compile(_ALONE + r"\d(?:[ -]?\d){14,18}(?!\d)")
_MOBILE = re.compile(r"(?<!\d)(?:(?:\+|00)?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")
_LANDLINE = re.compile(
    r"(?<![\d-])0\d{2,3}-\d{7,8}(?:-\d{1,5})?(?!\d)|(?<!\d)[48]00-\d{3}-?\d{4}(?!\d)"
)
_LONG_ID = re.compile(_ALONE + r"\d{10,30}(?!\d)")

_STREET = re.compile(
    r"(?:路(?![由上过径况线人费演])|街(?![拍舞上])|大道|巷|胡同|村(?![里上])|小区|花园|公寓|大厦"
    r"|广场(?!舞)|新苑|家园|社区)"
    rf"[{_HAN}]{{0,8}}?\s*{_FLAT_COUNT}(?:号(?!线)(?:楼|院)?|栋|幢|座|弄|单元|室|楼|层|组|队)"
    rf"(?:\s*[{_HAN}]{{0,10}}?{_FLAT_COUNT}(?:号楼|号|栋|幢|座|单元|室|楼|层|户|房))*"
    r"(?:\s*\d{3,4}室?(?![\d.元块年月日折片斤码克度瓦]))?"
)
_FLAT = re.compile(
    r"(?<!\d)\d{1,3}(?:号楼|栋|幢)\s*(?:[一二三四\d]{1,2}单元)?\s*\d{2,4}(?:室|号|户)?(?![\d元块])"
)
_PROVINCES = (
    "河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南"
    "|四川|贵州|云南|陕西|甘肃|青海|台湾"
)
_REGION = re.compile(
    rf"(?:(?:{_PROVINCES})省|(?:内蒙古|广西壮族|西藏|宁夏回族|新疆维吾尔)自治区)"
    rf"[{_HAN}]{{2,8}}?市[{_HAN}]{{1,6}}?[区县](?:[{_HAN}]{{1,8}}?(?:街道|镇|乡|路|街|村))?"
)
_BEFORE_ADDRESS = re.compile(rf"[{_HAN}]{{0,24}}$")
_LEAD = re.compile(
    r"(?:地址|住址|位置|住在|住|我在|我家在|寄到|送到|发到|寄去|送去|发去|寄往|改成|改为|改到"
    r"|换成|写成|写的|写错成|是|在|到|往|给|请)+"
)

_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章云"
    "苏潘葛范彭郎鲁韦马苗凤花方俞任袁柳"
    "鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅卞齐康伍余元卜顾孟平黄穆萧尹姚邵湛"
    "汪祁毛禹狄米贝明臧戴谈宋庞熊纪舒屈"
    "项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯"
    "管卢莫房裘缪解宗丁宣邓郁单杭洪包诸"
    "左石崔吉龚程邢裴陆荣翁荀甄曲封芮储靳段巫焦侯班秋仲伊宫宁仇栾甘厉祖武符刘景詹龙叶"
    "司黎薄白蒲卓蒙池乔闻党翟谭劳姬申扶"
    "堵冉雍桑桂牛寿边燕冀尚农温庄晏柴瞿阎连习艾容向古易廖耿满匡文寇广阙欧利师巩关游权盖桓肖付阳佟"
)
_NAME = re.compile(
    r"(?P<mark>(?:我(?:的名字|名字)?(?:是)?叫|(?:收件|收货|联系|签收|下单|寄件|取件)人|姓名|名字)"
    r"(?:姓名|名字)?(?:是|叫|改成|改为|换成|写)?\s*[::]?\s*)"
    r"(?!安[装排]|高[兴端]|时间|时候|明[天细]|常[用见]|单[独位]|包[装邮裹]|支[付持]|解[决释]"
    r"|连[接不]|平[台时]|金[额属]|成[功了])"
    rf"(?P<name>(?:欧阳|司马|上官|诸葛|慕容|司徒|令狐|皇甫|尉迟|[{_SURNAMES}])[{_HAN}]{{1,2}}"
    rf"(?:·[{_HAN}]{{1,8}})?)"
    rf"(?=$|[^{_HAN}]|电话|手机|地址|收|的|先生|女士|吧|啊|呢|住|谢)"
)


def mask(text: str) -> str:
    """Replace phones, ID and bank cards, e-mails, order numbers, addresses and marked names."""
    masked = _EMAIL.sub("[邮箱]", text.translate(_FULL_WIDTH))
    masked = _ID_CARD.sub("[身份证]", masked)
    masked = _ORDER.sub("[订单号]", masked)
    masked = _CARD.sub(_card, masked)
    masked = _MOBILE.sub("[手机号]", masked)
    masked = _LANDLINE.sub("[手机号]", masked)
    masked = _NAME.sub(lambda met: met["mark"] + "[姓名]", masked)
    masked = _mask_streets(masked)
    masked = _REGION.sub("[地址]", masked)
    masked = _FLAT.sub("[地址]", masked)
    return _LONG_ID.sub("[订单号]", masked)


def passes_luhn(digits: str) -> bool:
    """Say whether a card number's check digit is right."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _card(met: re.Match[str]) -> str:
    if passes_luhn(re.sub(r"\D", "", met.group(0))):
        return "[银行卡]"
    return "[订单号]" if met.group(0).isdigit() else met.group(0)


def _mask_streets(text: str) -> str:
    """Replace each street with its number, and the province, city and district before it."""
    kept: list[str] = []
    done = 0
    for street in _STREET.finditer(text):
        kept.append(text[done : _address_start(text, done, street.start())])
        kept.append("[地址]")
        done = street.end()
    return "".join(kept) + text[done:]


def _address_start(text: str, done: int, street: int) -> int:
    window = text[max(done, street - 24) : street]
    before = _BEFORE_ADDRESS.search(window)
    start = street - len(before.group(0)) if before else street
    for lead in _LEAD.finditer(text, start, street):
        start = lead.end()
    return start
