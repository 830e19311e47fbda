"""What one message tells: request for a human, anger, safety."""

import json
import time
from pathlib import Path

import pytest

from router.mood import Level, Mood, Thresholds
from router.mood.normalise import LONGEST

DATA = Path(__file__).parents[3] / "data" / "mood"

REQUESTS = {
    "plain": "转人工",
    "polite": "您好，麻烦帮我转一下人工客服好吗",
    "anyone": "有人吗",
    "a living person": "来个活人",
    "the manager": "叫你们经理来",
    "no bot fobbing off": "别用机器人糊弄我",
    "initials": "zrg",
    "pinyin": "rengong",
    "English": "human please",
    "English sentence": "can I talk to a real person",
    "traditional": "轉人工",
    "where is service": "客服呢",
    "connect a person": "接人",
    "talk to people": "我要跟人说话",
    "typo": "转人功",
    "spaced out": "转 人 工",
    "after a question about the bot": "你是人工吗 不是的话转人工",
    "at the end": "退款一直不到账，人工",
    "no bot, a human": "不要机器人，我要人工",
    "Cantonese": "我要搵真人",
    "staff by another name": "想请位珠宝顾问跟我聊聊",
    "somebody who may decide": "换个能拍板的人来",
    "sending the bot away": "退出智能客服",
    "anyone on duty": "有人值班吗 出来一下",
    "a call back": "叫你们客服给我回电话",
    "a condition of now": "再不给我接人工这单我就退了",
    "please phone me": "打字费劲，能不能直接打给我",
    "a department": "帮我转财务",
    "again after a break": "人工掉线了，重新接一下",
    "full width": "ｚｒｇ",
}

LOOK_ALIKES = {
    "labour cost": "安装的人工费多少钱",
    "manual review": "显示人工审核中要多久",
    "artificial intelligence": "人工智能音箱有货吗",
    "are you human": "你是人工吗",
    "are you a bot": "你是机器人吗",
    "no need": "不用转人工了",
    "robot toy": "机器人玩具几岁能玩",
    "robot vacuum": "扫地机器人怎么连wifi",
    "hand made": "这个是纯人工做的吗",
    "artificial turf": "人工草坪多少钱一平",
    "what staff said": "刚才人工客服说明天发货",
    "opening hours": "人工客服几点上班",
    "nobody at home": "家里没人放门口吧",
    "anyone used it": "有人用过这个吗",
    "boss, cheaper": "老板便宜点",
    "manager's chair": "经理椅多少钱",
    "adapter": "转接头有吗",
    "already asked": "之前联系客服，让我等通知",
    "real hair": "真人发丝的假发多少钱",
    "Cantonese refusal": "唔使转人工喇",
    "pinyin refusal": "bu yong zhuan rengong",
    "talked to a human before": "跟人工说好了，明天寄回",
    "goods that can do something": "换个能防水的",
    "pictures with people": "有没有真人上手效果图",
    "a state of the order": "系统显示已转人工处理",
    "told of a transfer before": "上周转过一次人工，给我补了张券",
    "agreed with the boss": "跟店长商量好了，两件打九折",
    "what others tell": "同事说你们家找人工要排很久",
    "a line of text": "小票上印着联系店长四个字",
    "only if need be, later": "如果明天还没到我再找客服",
    "hours of Sunday": "周日有人工客服值班吗",
    "praise": "给这位客服点赞",
    "the courier may phone": "送货前给我打个电话",
    "no call back": "不用给我回电话了",
}


@pytest.mark.parametrize("text", REQUESTS.values(), ids=REQUESTS.keys())
def test_a_wording_that_asks_for_a_human_fires_and_shows_why(mood: Mood, text: str) -> None:
    reading = mood.read(text)

    assert reading.human_requested
    assert reading.human_request >= 0.5
    assert reading.evidence


@pytest.mark.parametrize("text", LOOK_ALIKES.values(), ids=LOOK_ALIKES.keys())
def test_a_look_alike_does_not_fire(mood: Mood, text: str) -> None:
    assert not mood.read(text).human_requested


CALM = {
    "question": "请问什么时候发货",
    "defect told calmly": "收到的杯子有一道裂纹，麻烦看看怎么处理",
    "polite push": "麻烦尽快发货，谢谢",
    "complaints asked about neutrally": "请问怎么投诉快递",
    "quoted goods": "愤怒的小鸟书包还有吗",
    "rubbish bin": "垃圾桶有12升的吗",
    "bargaining in jest": "老板便宜两块嘛，不然我要哭了哈哈",
    "self-blame": "怪我自己粗心，尺码选错了",
    "asking for a human": "你好，请帮我转人工",
    "delight in rough words": "卧槽太好看了吧",
    "how many days": "发到长沙几天能到呀",
    "days of use": "戴了十来天，挺舒服的",
    "a slow courier to be avoided": "能不发那家吗，到我们县里慢",
    "for people": "端午送客人呢，要礼盒装",
    "truth asked in jest": "可别哄我呀，嘻嘻",
    "an angry word in a kind one": "他妈妈生日，想送条项链",
    "the name of a game": "吹牛大骗局这款桌游几个人玩",
    "what reviews say": "看评价里有人说会起球，是水洗的原因吗",
    "delight": "辣到骂人，不过太过瘾了",
}

ANGRY = {
    "attitude": "你这是什么态度",
    "cheat": "你们就是一群骗子",
    "threat of complaint": "再不退款我就投诉你们",
    "hotline": "等着吧，我已经打了12315",
    "bad review": "垃圾店铺，必须差评",
    "insult": "傻逼客服",
    "traditional": "騙子公司 我要投訴",
    "making it public": "我把你们的聊天记录发小红书让大家避雷",
    "Cantonese": "咩服務態度呀你哋",
    "run-on": "拖了我半个月不发货又不退款你们就是骗人的我要投诉你们",
}


@pytest.mark.parametrize("text", CALM.values(), ids=CALM.keys())
def test_a_calm_message_is_not_taken_for_anger(mood: Mood, text: str) -> None:
    assert mood.read(text).level is Level.CALM


@pytest.mark.parametrize("text", ANGRY.values(), ids=ANGRY.keys())
def test_an_angry_message_is_angry_and_shows_its_words(mood: Mood, text: str) -> None:
    reading = mood.read(text)

    assert reading.level is Level.ANGRY
    assert reading.evidence


IMPATIENT = {
    "nobody answers": "手链能改短吗人呢",
    "days gone by": "清洗的戒指寄去都半个月了",
    "the last of many questions": "说了三遍了换四十码，到底换没换",
    "sarcasm": "你们家快递是走路送的吗",
    "urging in vain": "天天说在催，催出什么来了",
    "Cantonese": "點解仲未寄㗎，成日都話聽日",
    "scorn": "真准时，晚了四天",
    "a promise": "说好周六上门量尺寸的，又没来",
}


@pytest.mark.parametrize("text", IMPATIENT.values(), ids=IMPATIENT.keys())
def test_a_complaint_without_a_bad_word_is_impatient(mood: Mood, text: str) -> None:
    assert mood.read(text).level is Level.IMPATIENT


def test_impatience_lies_between_calm_and_anger(mood: Mood) -> None:
    calm = mood.read("请问什么时候发货").anger
    impatient = mood.read("都等了一个星期了怎么还不发货啊，太慢了")
    angry = mood.read("你们这群骗子，我要投诉").anger

    assert impatient.level is Level.IMPATIENT
    assert calm < impatient.anger < angry


def _safety_rows() -> list[tuple[str, str | None]]:
    lines = (DATA / "safety.jsonl").read_text(encoding="utf-8").splitlines()
    return [(row["text"], row["safety"]) for row in map(json.loads, lines)]


@pytest.mark.parametrize(("text", "rule"), _safety_rows(), ids=lambda value: str(value)[:16])
def test_the_safety_playbook_fires_on_danger_and_only_on_danger(
    mood: Mood, text: str, rule: str | None
) -> None:
    assert mood.read(text).safety == rule


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\u200b"], ids=repr)
def test_an_empty_message_is_calm(mood: Mood, text: str) -> None:
    reading = mood.read(text)

    assert reading.level is Level.CALM
    assert not reading.human_requested
    assert reading.evidence == ()


@pytest.mark.parametrize("text", ["😊", "👍👍👍", "❤️", "👨‍👩‍👧"])
def test_a_message_of_friendly_emoji_alone_is_calm(mood: Mood, text: str) -> None:
    assert mood.read(text).level is Level.CALM


@pytest.mark.parametrize(
    "unit", ["好", "转人工", "垃圾骗子，", "a", "1", "?", " 人", "路1号", "不要"]
)
def test_a_message_of_100_000_characters_is_cut_and_read_in_time(mood: Mood, unit: str) -> None:
    text = (unit * 100_000)[:100_000]
    started = time.perf_counter()

    reading = mood.read(text)

    assert time.perf_counter() - started < 1.0
    assert reading == mood.read(text[:LONGEST])


@pytest.mark.parametrize("text", ["\ud800", "\x00\x01", "ﷺ" * 3000, "\U0010ffff", "e\u0301" * 9])
def test_odd_characters_are_read_without_error(mood: Mood, text: str) -> None:
    assert 0.0 <= mood.read(text).anger <= 1.0


def test_many_messages_are_read_in_order_as_one_by_one(mood: Mood) -> None:
    texts = ["转人工", "什么态度", "好的谢谢", ""]

    assert mood.read_many(texts) == [mood.read(text) for text in texts]


def test_thresholds_decide_what_fires(model_folder: Path) -> None:
    strict = Mood.load(model_folder, Thresholds(human_request=1.0, impatient=0.999, angry=1.0))

    reading = strict.read("你们这群骗子，给我转人工")

    assert not reading.human_requested
    assert reading.level is Level.CALM


@pytest.mark.parametrize(
    "wrong",
    [{"human_request": 1.5}, {"impatient": 0.9, "angry": 0.5}, {"angry": 2.0}],
    ids=str,
)
def test_thresholds_out_of_order_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        Thresholds(**wrong)
