"""The flow 帮我开发票: which order, made out to whom, sent where."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.actions.moves import Button, Message
from bot.actions.order_words import moment
from bot.actions.orders import Order, OrderState
from bot.actions.router_api import Done, Settings
from bot.actions.service import Detail, Known, Service, ServiceForm
from bot.details import Title, email_in, title_in
from bot.flow import Flow, Slot


def _ask_title(order: Order, known: Known) -> Message:
    text = (
        f"给「{order.title}」（{order.number}）开电子普通发票。抬头开什么？\n"
        "个人就说“个人”；公司的把名称和税号一起发我，邮箱也可以一起写。"
    )
    return Message(text, (Button("个人", "个人"),))


def _read_title(text: str, order: Order, known: Known) -> str | None:
    before = Title.of_code(known[Slot.INVOICE_TITLE]) if Slot.INVOICE_TITLE in known else None
    title = title_in(text, before)
    return title.code() if title is not None and not title.lacks_tax_number else None


def _ask_email(order: Order, known: Known) -> Message:
    title = Title.of_code(known[Slot.INVOICE_TITLE])
    shown = f"{title.name}，税号 {title.tax_number}" if title.tax_number else title.name
    return Message(f"抬头：{shown}。发到哪个邮箱？")


def _read_email(text: str, order: Order, known: Known) -> str | None:
    return email_in(text)


def _fields(known: Known, now: datetime, settings: Settings) -> Mapping[str, str]:
    title = Title.of_code(known[Slot.INVOICE_TITLE])
    email = known[Slot.INVOICE_EMAIL]
    return {"title": title.name, "tax_number": title.tax_number, "email": email}


def _done(done: Done, known: Known, now: datetime, settings: Settings) -> Message:
    title, by = Title.of_code(known[Slot.INVOICE_TITLE]), done.by
    until = f"最晚 {moment(by, now, settings.zone)} 前" if by else "24 小时内"
    text = (
        f"发票申请好了（{done.number}）：抬头 {title.name}，金额 {done.amount} 元，"
        f"{until}发到 {known[Slot.INVOICE_EMAIL]}。开错了可以在订单页换抬头。"
    )
    return Message(text, order=known[Slot.ORDER_NUMBER])


INVOICE = Service(
    flow=Flow.INVOICE_REQUEST,
    operation="issue_invoice",
    states=frozenset({OrderState.DELIVERED, OrderState.CLOSED}),
    which="要给哪一笔开发票？",
    log_in="开发票要先登录，我才能确认是您的订单。登录后再跟我说一声“帮我开发票”就行。",
    left="好的，发票先不开了，180 天内随时可以补开。",
    nothing="您现在没有可以开发票的订单：签收后才能开，已经开过的不用再开。",
    not_now="现在的状态还不能开发票。",
    done=_done,
    details=(
        Detail(
            Slot.INVOICE_TITLE,
            _ask_title,
            _read_title,
            "没认出抬头：个人说“个人”就行，公司要名称加 15 到 20 位的税号。",
        ),
        Detail(Slot.INVOICE_EMAIL, _ask_email, _read_email, "没认出邮箱地址。"),
    ),
    fields=_fields,
    instead={OrderState.REFUNDED: Button("发票开多少钱", "发票金额按多少开")},
)


class InvoiceForm(ServiceForm):
    """Finds the order, and asks whom the invoice is for and where it goes."""

    flow = Flow.INVOICE_REQUEST
    service = INVOICE
