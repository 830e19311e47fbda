"""Requests for a human that are said outright: a piece of the message is these words and no more.

Everything else is left to the classifier, which learns it from `data/mood/human_request.jsonl`.
What is here must reach a human whatever that text holds, so it is short and whole pieces only:
转人工 asks, 上午转人工问过了 does not.
"""

from __future__ import annotations

import re

_LEAD = r"(?:你好|您好|亲+|那|就|算了|还是|快|急|请|麻烦|帮我|给我|我要|我想|要|想|直接|可以|能)*"
_END = r"(?:[吧呀啊哦呢吗嘛啦了谢]|一下|下|请|快|急|在吗|在不在|有吗|可以吗|好吗|行吗)*"
_HUMAN = r"(?:人工|真人|活人|人工客服|真人客服|人工服务|在线客服)"
_SERVICE = r"(?:客服|客服人员|在线客服)"
_REACH = r"(?:转|转接|转到|找|要|接|接通|换|叫|来|呼叫|来个|来一个|找个|换个|转个)"
_HOMOPHONES = r"(?:转|转接)(?:一下)?(?:人公|人功|人共|任工|认工|仁工|入工|人宫)"
_LETTERS = (
    r"(?:zhuan ?)?ren ?gong(?: ?ke ?fu| ?fu ?wu)?|zrg(?:kf)?|rgkf"
    r"|(?:real |live |a |an )*(?:human|agent|representative|operator)(?: agent| please| pls| now)*"
)
_PIECE = re.compile(
    rf"{_LEAD}(?:{_REACH}?{_HUMAN}|(?:转|转接|叫|呼叫|换){_SERVICE}|{_HOMOPHONES}){_END}"
)
_MESSAGE = re.compile(rf"{_LEAD}(?:有没有|有|找|联系)?(?:{_SERVICE}|{_HUMAN}){_END}|{_LETTERS}")
_BREAK = re.compile(r"[\s,.!?;:~…]+")
_NOISE = re.compile(r"[\W_]+")


def pieces(text: str) -> list[str]:
    """Give what stands between spaces and marks in a normalised text, but for single letters."""
    return [piece for piece in _BREAK.split(text) if len(piece) > 1]


def find_request(text: str) -> str | None:
    """Return what asks for a human outright in a normalised text; None leaves it to be weighed."""
    plain = _NOISE.sub(" ", text).strip()
    joined = plain.replace(" ", "")
    if _MESSAGE.fullmatch(plain) or _MESSAGE.fullmatch(joined) or _PIECE.fullmatch(joined):
        return text.strip()
    return next((piece for piece in pieces(text) if _PIECE.fullmatch(_NOISE.sub("", piece))), None)
