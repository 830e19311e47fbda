"""Masks what identifies a shopper, before a text is logged, clustered or learnt from."""

from __future__ import annotations

import re

_NOT_DIGIT = r"(?<![\d.])"
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}")
_ORDER = re.compile(r"(?<![A-Za-z0-9])(?:[Jj][Nn]\d{10}(?!\d)|[A-Za-z]{2,4}\d{9,22}(?!\d))")
_ID_CARD = re.compile(
    _NOT_DIGIT
    + r"[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![\dA-Za-z])"
)
_CARD = re.compile(_NOT_DIGIT + r"\d(?:[ -]?\d){14,18}(?!\d)")
_MOBILE = re.compile(r"(?<![\dA-Za-z.])(?:(?:\+|00)?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")
_LANDLINE = re.compile(
    r"(?<![\d-])0\d{2,3}-\d{7,8}(?:-\d{1,5})?(?!\d)|(?<!\d)[48]00-?\d{3}-?\d{4}(?!\d)"
)
_LONG_ID = re.compile(_NOT_DIGIT + r"\d{10,30}(?!\d)")
_PLACE = r"[\u4e00-\u9fff]{1,8}?"
_ADDRESS = re.compile(
    rf"(?:{_PLACE}(?:省|自治区|特别行政区))?"
    rf"(?:{_PLACE}(?:市|自治州|地区|盟))?"
    rf"(?:{_PLACE}(?:区|县|旗))?"
    rf"(?:{_PLACE}(?:街道|镇|乡))?"
    r"(?:[\u4e00-\u9fff]{1,10}?(?:路|街|大道|巷|弄|胡同|村|小区|花园|公寓|大厦|广场|苑))"
    r"[\u4e00-\u9fff]{0,8}?\s*[\dA-Za-z一二三四五六七八九十百-]{1,8}"
    r"(?:号(?:楼|院)?|栋|幢|座|弄|单元|室|楼|层|组|队)"
    r"(?:\s*[\u4e00-\u9fff]{0,10}?[\dA-Za-z一二三四五六七八九十-]{1,6}(?:号楼|号|栋|幢|座|单元|室|楼|层|户|房))*"
    r"(?:\s*\d{3,4}(?:室)?(?![\d元块年月折片斤码]))?"
)
_REGION = re.compile(
    r"(?:[\u4e00-\u9fff]{2,3}省|[\u4e00-\u9fff]{2,6}自治区)[\u4e00-\u9fff]{2,8}?市[\u4e00-\u9fff]{1,6}?[区县]"
    r"(?:[\u4e00-\u9fff]{1,8}?(?:街道|镇|乡|路|街|村))?"
)
_LEAD = re.compile(
    r"^(?:我(?:家|们)?(?:住)?在?|地址(?:是|改成|改为|:|:)*|(?:改|寄|送|发)(?:成|到|去|往)|住在?|收货|请|麻烦|在)+"
)
_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方"
    "俞任袁柳酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧"
    "计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯昝管卢莫"
    "经房裘缪干解应宗丁宣邓郁单杭洪包诸左石崔吉钮龚程嵇邢滑裴陆荣翁荀羊甄曲家封芮储靳段巫焦侯全班仰秋仲伊宫宁仇栾暴甘厉"
    "祖武符刘景詹束龙叶幸司黎薄印白怀蒲台从鄂索咸籍赖卓屠蒙池乔阴能苍双闻党翟谭劳逄姬申扶堵冉宰郦雍桑桂濮牛寿通边扈燕冀"
    "尚农温别庄晏柴瞿阎慕连茹习艾鱼容向古易慎戈廖终居衡步都耿满弘匡国文寇广禄阙东欧利师巩关查游权盖益桓公楚"
)
_NAME = re.compile(
    r"(?P<mark>(?:我(?:的名字)?(?:叫|名叫|是叫)|(?:收件|收货|联系|签收|下单|寄件|取件)人(?:姓名|名字)?(?:是|叫|改成|改为|换成|写)?|姓名(?:是|叫|改成|改为|写)?|名字(?:是|叫|改成|改为))"
    r"\s*[::]?\s*)"
    rf"(?P<name>(?:欧阳|司马|上官|诸葛|慕容|司徒|令狐|皇甫|尉迟|[{_SURNAMES}])[\u4e00-\u9fff]{{1,2}}"
    r"(?:·[\u4e00-\u9fff]{1,8})?)"
    r"(?=$|[^\u4e00-\u9fff]|电话|手机|地址|收|的|先生|女士|吧|啊|呢|住|谢)"
)


def mask(text: str) -> str:
    """Replace phones, ID and bank cards, e-mails, order numbers, addresses and marked names."""
    masked = _EMAIL.sub("[邮箱]", text)
    masked = _ID_CARD.sub("[身份证]", masked)
    masked = _ORDER.sub("[订单号]", masked)
    masked = _CARD.sub(_mask_card, masked)
    masked = _MOBILE.sub("[手机号]", masked)
    masked = _LANDLINE.sub("[手机号]", masked)
    masked = _NAME.sub(lambda met: met["mark"] + "[姓名]", masked)
    masked = _ADDRESS.sub(_mask_address, masked)
    masked = _REGION.sub(_mask_address, masked)
    return _LONG_ID.sub("[订单号]", masked)


def _mask_card(met: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", met.group(0))
    if 15 <= len(digits) <= 19 and passes_luhn(digits):
        return "[银行卡]"
    return "[订单号]" if met.group(0).isdigit() else met.group(0)


def _mask_address(met: re.Match[str]) -> str:
    lead = _LEAD.match(met.group(0))
    return (lead.group(0) if lead else "") + "[地址]"


def passes_luhn(digits: str) -> bool:
    """Say whether a card number's check digit is right."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
