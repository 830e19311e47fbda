"""What a shopper's short words mean inside a flow, pure: leave, yes, no, which, why."""

import re
from enum import StrEnum
from typing import Final

from bot.text import fold


class Reason(StrEnum):
    """Why a shopper returns an order, in the router's words."""

    QUALITY = "quality"
    SIZE = "size"
    CHANGED_MIND = "changed_mind"


_NOISE: Final = re.compile(r"[\s,.!?;:~…\-—'\"()]+")
_ORDER_NUMBER: Final = re.compile(r"(?<![a-z0-9])jn\s?(\d{10})(?!\d)")
_ORDINALS: Final = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5}
_ORDINAL: Final = re.compile(
    r"第?([1-5一二两三四五])(个|单|件|笔|条|项|种)?(订单|吧|的|那个)?|选([1-5一二三四五])"
)
_LAST: Final = re.compile(r"(最后|末尾)(一|那)?(个|单|件)?(吧)?")

_LEAVE: Final = re.compile(
    r"(那就?|还是|我|嗯+|哦|好的?|先|要)*"
    r"(取消(退货|申请|办理|这次|查询|操作)?|算了?算?了|不(想|打算|准备|要)?退(货)?了?|先?不(退|弄|办|查|用|改|开|修|催|换|取消|申请)(了|地址|发票|货)?"
    r"|(暂时)?不(退|弄|办|搞|查|看|问|换|改|开|修|催|取消|申请)了|不用(退|查|弄|办|看|改|开|修|催|换|麻烦)?了?|没事了?|当我没说|退出|结束|停止?"
    r"|返回|不麻烦了|下次(再说)?|以后再说|再说|改天(再说)?|quxiao|suanle|cancel|stop|quit|exit)"
    r"(吧|了|啊|哈|哦|啦|呗|喽|谢谢|谢了|你|吗)*"
)
_UNWANTED: Final = re.compile(r"(我|那|就|都)*不(想|需)?要(它|这个)?了?(吧|啦|谢谢)*")
_CANCEL_MEANT: Final = re.compile(
    r"(那就?|还是|我|嗯+|哦|好的?|要|就|帮我|给我|确认|确定|直接|把)*"
    r"(取消(订单|掉|这单|它)?|(这单|订单)?(我)?不要了|退掉?|撤掉?)(吧|了|啊|哈|哦|啦|呗|谢谢)*"
)
_YES: Final = re.compile(
    r"(嗯+|哦+|那|就|我)*"
    r"(确认|确定|确定的|好|好的|好滴|好哒|好呀|好吧|行|行的|行吧|可以|可以的|可|对|对的|是|是的|没错|没问题|没毛病"
    r"|ok|okay|okk|okok|yes|y|同意|提交|提交吧|就这样|就这个|就这么办|中|成|要得|妥|妥了|妥妥的|嗯+|恩+|1)"
    r"(吧|啊|呀|哈|哦|啦|呢|的|了|滴|谢谢|提交|确认)*"
)
_CONFIRMED: Final = re.compile(r"(?<!不)(?<!没)(?<!先别)(确认|确定|提交)")
_NO: Final = re.compile(
    r"(那|这个|时间|都)*(不行|不可以|不对|不是|否|不好|不方便|没空|没时间|没人|不在家|不合适|不ok|no|n|换个?时间|改时间|别|错了)"
    r"(啊|呀|哦|的|了|吧)*"
)
_QUESTION: Final = re.compile(
    r"[?]|吗|嘛$|么$|呢$|怎么|怎样|为什么|为啥|咋|多久|几天|什么时候|啥时候|几时|何时|能不能|可不可以|可以不|是不是|有没有"
    r"|谁出|谁承担|哪里|哪儿|多少|如何|几点"
)

_NOT_BROKEN: Final = re.compile(
    r"(没有?|不是|并非|无)(什么|啥)?(质量)?(问题|毛病|瑕疵|坏|破)"
    r"|质量(也|都|是|倒|其实)?(没有?问题|没毛病|挺好|很好|还行|不错|没得说|可以|还可以|好)"
)
_REASONS: Final = (
    (
        Reason.QUALITY,
        re.compile(
            r"质量|坏|破了|破洞|破损|磨破|有洞|一个洞|掉色|褪色|退色|起球|开线|脱线|开胶|线头|断了|断裂|断掉|断开"
            r"|变形|瑕疵|次品|残次|有问题|有毛病|掉毛|掉漆|掉扣|掉钻|掉了|发黑|变黑|变色|氧化|划痕|刮花|污渍|脏|味道大"
            r"|异味|臭|缩水|松动|褶|做工差|粗糙|zhiliang|^1$|^a$"
        ),
    ),
    (
        Reason.SIZE,
        re.compile(
            r"尺码|尺寸|码数|码不|码太|码偏|大一?码|小一?码|[大小长短肥瘦松紧]了|[偏太有]点?[大小长短肥瘦松紧宽窄]"
            r"|不合身|不合适|穿不[上下进]|戴不[上下进]|套不[上下进]|圈口|勒|不贴身|chima|^2$|^b$"
        ),
    ),
    (
        Reason.CHANGED_MIND,
        re.compile(
            r"不(太|是很|怎么|咋)?喜欢|不(想|需)?要|用不[上着]|买错|拍错|下错|买重|买多|多买|后悔|不好看|难看|不适合|不满意"
            r"|没想象|冲动|没用|七天无理由|7天无理由|无理由|改主意|买贵|家里?人|显老|显胖|不搭|别的原因|其他|其它|buxiangyao"
            r"|^3$|^c$"
        ),
    ),
)


def bare(text: str) -> str:
    """Return `text` folded, with no spaces and no marks."""
    return _NOISE.sub("", fold(text))


def order_number_in(text: str) -> str | None:
    """Return the last order number in `text`, in capitals, or None."""
    found = _ORDER_NUMBER.findall(fold(text))
    return f"JN{found[-1]}" if found else None


def ordinal_in(text: str, of: int) -> int | None:
    """Return the place (from 0) that 第二个, 2 or 最后一单 names among `of` things, or None."""
    plain = bare(text)
    if of and _LAST.fullmatch(plain):
        return of - 1
    match = _ORDINAL.fullmatch(plain)
    if match is None:
        return None
    named = match[1] or match[4]
    place = _ORDINALS[named] if named in _ORDINALS else int(named)
    return place - 1 if place <= of else None


def is_leaving(text: str, *, unwanted_leaves: bool = True) -> bool:
    """Say whether `text` gives up the flow: 取消, 算了, 不退了.

    不要了 gives it up too, except where it answers the question why (`unwanted_leaves` False).
    """
    plain = bare(text)
    return bool(_LEAVE.fullmatch(plain) or (unwanted_leaves and _UNWANTED.fullmatch(plain)))


def means_cancelling(text: str) -> bool:
    """Say whether `text` is for cancelling an order, where that is what is being done."""
    return bool(_CANCEL_MEANT.fullmatch(bare(text)))


def is_yes(text: str) -> bool:
    """Say whether `text` agrees: 好的, 嗯嗯, 明天上午取件，确认."""
    return bool(_YES.fullmatch(bare(text)) or _CONFIRMED.search(fold(text)))


def is_no(text: str) -> bool:
    """Say whether `text` declines the offered time: 不行, 没空, 换个时间."""
    return bool(_NO.fullmatch(bare(text)))


def is_question(text: str) -> bool:
    """Say whether `text` asks something back rather than answers."""
    return bool(_QUESTION.search(fold(text).strip()))


def reason_in(text: str) -> Reason | None:
    """Return the return reason that free words name, quality first, or None."""
    plain = _NOT_BROKEN.sub("", bare(text))
    return next((reason for reason, words in _REASONS if words.search(plain)), None)
