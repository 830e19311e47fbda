"""An order's state told in a few lines of Chinese; pure, times shown in the shop's zone."""

from datetime import datetime, timedelta
from typing import Final, assert_never
from zoneinfo import ZoneInfo

from bot.actions.moves import TO_HUMAN, Button, Message
from bot.actions.orders import Order, OrderState

_SILENT_AFTER: Final = timedelta(hours=48)
_MOST_BUTTONS: Final = 5
URGE: Final = Button("催一下发货", "帮我催一下发货")
STUCK: Final = Button("物流一直不动", "物流一直不更新怎么办")
NOT_RECEIVED: Final = Button("我没收到", "显示签收了但我没收到")
PAY_FAILED: Final = Button("付款失败", "付款失败怎么办")


def moment(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Return 今天 14:30, 昨天 09:05 or 11月20日 18:00, in the shop's zone."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    day = {0: "今天", 1: "昨天", -1: "明天"}.get((today - local.date()).days)
    return f"{day or f'{local.month}月{local.day}日'} {local:%H:%M}"


def order_button(order: Order) -> Button:
    """Return a button that names the order: 双面羊毛大衣 · 运输中."""
    return Button(f"{order.title} · {order.state.shown}", order.number)


def order_buttons(orders: tuple[Order, ...]) -> tuple[Button, ...]:
    """Return a button an order, the newest five at most."""
    return tuple(order_button(order) for order in orders[:_MOST_BUTTONS])


def _waiting_to_ship(order: Order, now: datetime, zone: ZoneInfo) -> tuple[str, tuple[Button, ...]]:
    promised = order.promised_ship_at
    if promised is None:
        return "已经付好款，正在等仓库发货。", (URGE,)
    if promised < now:
        late = f"原定 {moment(promised, now, zone)} 前发出，已经超时了，抱歉让您久等。"
        return f"已付款，还没发货。{late}", (URGE, TO_HUMAN)
    return f"已付款，等待发货，最晚 {moment(promised, now, zone)} 前发出。", (URGE,)


def _on_the_way(order: Order, now: datetime, zone: ZoneInfo) -> tuple[str, tuple[Button, ...]]:
    carrier = " ".join(filter(None, (order.carrier, order.tracking)))
    lines = [f"正在路上{f'，{carrier}' if carrier else ''}。"]
    if order.last_event is None:
        lines.append("快递刚揽收，还没有新的物流记录，通常 24 小时内会更新。")
        return "\n".join(lines), ()
    event = order.last_event
    lines.append(f"最新：{moment(event.at, now, zone)} {event.text}")
    if now - event.at > _SILENT_AFTER:
        lines.append("已经超过 48 小时没有更新，这不正常，我们可以帮您催快递。")
        return "\n".join(lines), (STUCK, TO_HUMAN)
    return "\n".join(lines), ()


def _state_words(order: Order, now: datetime, zone: ZoneInfo) -> tuple[str, tuple[Button, ...]]:
    match order.state:
        case OrderState.UNPAID:
            return "还没有付款。下单后 30 分钟内不付款会自动取消，可以在订单页继续支付。", (
                PAY_FAILED,
            )
        case OrderState.PRESALE:
            promised = order.promised_ship_at
            by = f"，预计 {moment(promised, now, zone)} 前发货" if promised else ""
            return f"预售商品，定金已付{by}。请留意付尾款的时间。", ()
        case OrderState.PAID:
            return _waiting_to_ship(order, now, zone)
        case OrderState.SHIPPED:
            return _on_the_way(order, now, zone)
        case OrderState.DELIVERED:
            at = order.delivered_at
            return f"{f'{moment(at, now, zone)} ' if at else ''}已经签收。", (NOT_RECEIVED,)
        case OrderState.RETURNING:
            event = order.last_event
            latest = f"\n最新：{moment(event.at, now, zone)} {event.text}" if event else ""
            return f"正在退货中，仓库签收后 24 小时内审核，通过就原路退款。{latest}", ()
        case OrderState.REFUNDED:
            return "已经退款，钱会原路退回。", ()
        case OrderState.CLOSED:
            return "这笔订单已经关闭。", ()
        case _:
            assert_never(order.state)


def tell(order: Order, now: datetime, zone: ZoneInfo) -> Message:
    """Return the order's state, what comes next, and its card."""
    words, buttons = _state_words(order, now, zone)
    if order.as_of is not None:
        words += f"\n（订单系统暂时没有响应，这是 {moment(order.as_of, now, zone)} 的状态。）"
    return Message(f"「{order.title}」（{order.number}）\n{words}", buttons, order.number)
