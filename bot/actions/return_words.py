"""What the return flow says; pure."""

from collections.abc import Mapping
from datetime import date
from typing import Final, assert_never

from bot.actions.moves import TO_HUMAN, Button, Message
from bot.actions.router_api import Done, Refused, Unavailable
from bot.flow import Slot
from bot.lexicon import Reason
from bot.pickup import Pickups, PickupWindow

REASONS: Final = {
    Reason.QUALITY: "质量问题",
    Reason.SIZE: "尺码不合适",
    Reason.CHANGED_MIND: "不喜欢/不想要了",
}
_REASON_BUTTONS: Final = tuple(Button(words, words) for words in REASONS.values())
_PARTS: Final = ("全天", "上午", "下午")


def _buttons(window: PickupWindow, pickups: Pickups) -> tuple[Button, ...]:
    """Offer the parts of the day shown; of another window than the first, also a plain yes."""
    # A day that has no near name is the one shown: the part alone keeps it.
    near = window.near(pickups.today) or ""
    parts = [Button(f"确认，{near}{part}", f"{near}{part}取件，确认") for part in _PARTS]
    if window != pickups.first():
        parts[0] = Button("确认", "确认")
    return (*parts, Button("不退了", "不退了"))


def ask_reason(title: str, say_first: str) -> Message:
    """Ask why the order goes back."""
    return Message(f"{say_first}「{title}」为什么要退？", _REASON_BUTTONS)


def ask_pickup(
    known: Mapping[Slot, str], window: PickupWindow, pickups: Pickups, say_first: str
) -> Message:
    """Show the whole return once, and ask for the pick-up time and a confirmation."""
    reason = Reason(known[Slot.RETURN_REASON])
    lines = [
        f"{say_first}最后确认一下：",
        f"退货：「{known[Slot.ORDER_TITLE]}」（{known[Slot.ORDER_NUMBER]}）",
        f"原因：{REASONS[reason]}",
        f"取件：{window.words(pickups.today)} 快递员上门",
        "运费："
        + ("由店铺承担" if reason is Reason.QUALITY else "非质量问题按会员权益结算，提交后写明"),
    ]
    if known.get(Slot.PRODUCT_LINE) == "jewellery":
        lines.append("首饰必须保价寄回，取件时请当面保价，证书和包装一起放好。")
    lines.append("没问题就点确认；想换时间直接说，比如“后天下午”。")
    return Message("\n".join(lines), _buttons(window, pickups))


def submitted(
    result: Done | Refused | Unavailable, number: str, asked: PickupWindow, today: date
) -> Message:
    """Tell how the booking went, with what happens next."""
    match result:
        case Done():
            freight = "店铺承担" if result.freight == "shop" else "由您承担"
            window = PickupWindow.of_code(result.pickup) if result.pickup else asked
            return Message(
                f"退货申请好了，退货单号 {result.number}。\n"
                f"取件：{window.words(today)}，运费{freight}\n"
                f"退款：{result.amount} 元，仓库签收后 24 小时内审核，通过就原路退回。",
                (Button("退款多久到账", "退款多久到账"),),
                number,
            )
        case Refused():
            return Message(f"这笔退货没能提交：{result.detail}", (TO_HUMAN,), number)
        case Unavailable():
            text = (
                "抱歉，提交时系统没有响应，我不确定有没有成功。"
                "请到订单页看一眼状态，没有显示“退货中”就稍后再试，或者让人工同事处理。"
            )
            return Message(text, (TO_HUMAN,), number)
        case _:
            assert_never(result)
