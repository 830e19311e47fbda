"""Brings a message into the one form that rules and model read."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 2_000
"""Characters read of one message; a longer one is cut, so that time stays bounded."""

# Traditional and simplified in pairs: only what shoppers type in such chats.
_PAIRS = (
    "轉转請请機机經经領领導导來来個个話话讓让們们過过還还沒没為为什什麼么嗎吗問问題题這这裡里"
    "裏里說说謝谢買买賣卖錢钱貨货發发務务電电聽听講讲專专員员責责負负處处應应該该時时間间號号"
    "單单訂订運运費费貴贵價价質质量量壞坏爛烂騙骗黑黑無无恥耻態态度度詐诈訴诉報报警警舉举媒媒"
    "體体曝曝評评氣气惱恼煩烦憤愤慣惯樣样試试誰谁給给幫帮麻麻煩烦換换隻只雙双條条張张塊块頭头"
    "幾几點点開开關关門门進进遠远近近邊边對对錯错寫写讀读書书畫画圖图網网絡络線线級级紅红綠绿"
    "藍蓝顏颜約约結结婚婚續续維维總总終终組组細细紙纸練练編编緊紧緒绪縮缩顧顾顯显願愿類类飛飞"
    "飯饭餓饿館馆養养餘余騎骑驗验驚惊髒脏鬧闹魚鱼鳥鸟鮮鲜麵面黃黄齊齐龍龙風风雲云雞鸡難难離离"
    "雜杂隨随險险陽阳陰阴際际階阶陳陈鐘钟鐵铁鏡镜錄录鍵键銀银銷销鋪铺鎖锁針针釋释醫医遲迟選选"
    "邏逻遞递達达違违遊游載载輕轻較较輪轮輸输軟软車车軍军農农趕赶踐践跡迹贈赠賠赔賴赖賬账賞赏"
    "賤贱賊贼資资貼贴貪贪貿贸財财貝贝購购證证議议警警識识譯译護护讚赞變变認认誠诚誤误調调諒谅"
    "談谈論论設设訊讯記记託托許许詢询試试詳详語语誇夸見见規规視视覺觉親亲觀观補补裝装製制複复"
    "術术衛卫衝冲蟲虫藥药蘋苹蓋盖莊庄葉叶華华萬万著着與与興兴舊旧艱艰聲声聯联職职肅肃膚肤腦脑"
    "腫肿腳脚膽胆臉脸臺台傷伤傳传僅仅價价儀仪億亿優优兒儿內内兩两冊册凍冻別别則则剛刚創创劃划"
    "劇剧動动勞劳勢势勝胜區区協协卻却參参員员喚唤啟启嘗尝嘆叹嚇吓嚴严囉啰國国圍围園园圓圆執执"
    "場场墊垫壓压壞坏夠够夾夹奪夺奮奋媽妈婦妇孫孙學学實实寧宁寬宽對对導导將将專专層层屬属島岛"
    "帥帅師师帳帐帶带幣币幹干廠厂廣广張张強强彈弹後后從从復复徵征德德惡恶愛爱慘惨慢慢憂忧懶懒"
    "懷怀戰战戲戏戶户抛抛掃扫掛挂採采揀拣損损搶抢摔摔擇择擊击擔担據据擠挤擺摆攔拦敗败敵敌數数"
    "斷断於于晝昼暈晕暫暂會会東东極极楊杨業业榮荣構构槍枪樂乐標标樓楼橋桥檢检櫃柜歡欢歲岁歷历"
    "歸归殘残殺杀毀毁殼壳氫氢決决況况淚泪淺浅測测湊凑溫温滅灭滿满漏漏漢汉潔洁濕湿災灾爐炉爛烂"
    "爭争爺爷牆墙狀状獎奖獨独獲获現现環环產产畢毕異异當当療疗癢痒發发盜盗盡尽監监盤盘眾众瞭了"
    "碼码確确礙碍禮礼種种積积穩稳窮穷竊窃筆笔節节範范簡简簽签籃篮糧粮紀纪純纯紐纽納纳級级紛纷"
    "絕绝絲丝綁绑緣缘縣县織织繞绕繼继罵骂罰罚羅罗習习聊聊聞闻脫脱臨临舉举艙舱節节葷荤虧亏虛虚"
    "衆众裂裂裡里褲裤襪袜覽览計计訓训詞词該该誰谁請请諮咨謊谎謬谬譽誉豬猪貓猫賺赚贏赢趙赵軌轨"
    "轟轰辦办辭辞農农遺遗鄉乡鄰邻醜丑釘钉鈔钞鉤钩鋼钢錶表鐲镯鑰钥閃闪閉闭閱阅陸陆隊队隱隐雖虽"
    "靈灵靜静韓韩頁页項项順顺須须預预頓顿頻频額额飄飘飲饮飾饰餅饼駕驾駛驶駁驳騷骚驛驿骯肮鬆松"
    "鹹咸麗丽黨党點点齒齿哋们嘅的咗了係是唔不冇没啲些嚟来乜什佢他攞拿俾给"
)
_TO_SIMPLIFIED = {ord(a): b for a, b in zip(_PAIRS[::2], _PAIRS[1::2], strict=True) if a != b}
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufe0e\ufe0f\ufeff]")
_SPACES = re.compile(r"\s+")
_RUNS = re.compile(r"(.)\1{3,}", re.DOTALL)
_DIGITS = re.compile(r"\d+")
_MASKED = re.compile(
    r"\[(?:数字|订单号?|金额|日期|时间|姓名|地址|电话|手机号|身份证|银行卡|邮箱|链接|商品)x?\]"
)


def normalise(text: str) -> str:
    """Cut, fold width and case, drop invisible characters, simplify, and shorten long runs."""
    # A lone half of a surrogate pair is no character; spaCy cannot hold it.
    whole = text[:LONGEST].encode("utf-8", "ignore").decode("utf-8")
    cut = unicodedata.normalize("NFKC", whole)[:LONGEST].casefold()
    plain = _INVISIBLE.sub("", cut).translate(_TO_SIMPLIFIED)
    return _RUNS.sub(r"\1\1\1", _SPACES.sub(" ", plain).strip())


def without_digits(text: str) -> str:
    """Replace each number by 0, so that no model ever learns one."""
    return _DIGITS.sub("0", text)


def without_masks(text: str) -> str:
    """Replace what was masked, as `mask` does, by the number it mostly is."""
    return _MASKED.sub("0", text)
