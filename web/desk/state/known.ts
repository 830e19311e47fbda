/** Tells that an agent is about to ask for what is known already. Pure. */

import type { KnownFact } from "@shared/wire";

export type KnownKind = KnownFact["kind"];

const ASKED: Readonly<Record<KnownKind, RegExp>> = {
  order: /(?<!运|快递|物流)单号|订单编号|(哪|什么)(个|一?笔|一?单|一?张)?订单|哪一?单/,
  phone: /手机号?码?|电话|联系方式|怎么联系/,
  address: /地址|寄到哪|送到哪/,
  name: /贵姓|怎么称呼|姓名|收件人|名字/,
  photo: /照片|图片|截图|拍(个|张|一|下)|(发|上传)一?(个|张)图/,
  size: /尺码|码数|(什么|哪个|多大)码|圈口|尺寸|身高|体重|多大/,
  reason: /原因|为什么|怎么(了|回事)|(什么|哪里有?)问题|哪里(坏|不|破)|具体(情况|描述)/,
  item: /(哪|什么)(一?个|一?款|一?件)?(商品|产品|东西|款)|商品(名|链接)/,
};

const ASKING =
  /[？?]|吗$|呢$|多少|是什么|哪|什么|为什么|怎么|麻烦|能否|能不能|可否|方便|告诉|请问|(请|可以|需要|劳烦|烦请)(您|你)?(先|再)?(提供|发|报|告诉|说|拍|给|描述|上传|补充)|(提供|发|报|说|描述|核对|确认)一?下/;

/** What says that the agent has it: no question, whatever words are in it. */
const HAS = /(看到|查到|收到|核实|核对|记下|登记|确认)(了|过|您|你|到)|已经?(有|收|看|查)/;

/** Gives the known facts that a text asks for again, each once, in the order they are known. */
export function askedAgain(text: string, known: readonly KnownFact[]): KnownFact[] {
  const asked = new Set<KnownKind>();
  for (const clause of clauses(text)) {
    if (!ASKING.test(clause) || HAS.test(clause)) continue;
    for (const [kind, words] of Object.entries(ASKED)) {
      if (words.test(clause)) asked.add(kind as KnownKind);
    }
  }
  const found = new Map<KnownKind, KnownFact>();
  for (const fact of known) if (asked.has(fact.kind) && !found.has(fact.kind)) found.set(fact.kind, fact);
  return [...found.values()];
}

// A clause of a few characters, such as a form of address, belongs to what follows it.
function clauses(text: string): string[] {
  const whole: string[] = [];
  let before = "";
  for (const part of text.split(/(?<=[，。；！？,;!?\n])/)) {
    before += part;
    if (before.replace(/[，。；！,;!\s]/g, "").length <= 5 && !/[？?]/.test(part)) continue;
    whole.push(before.replace(/[，。；！,;!\s]+$/, ""));
    before = "";
  }
  return before ? [...whole, before] : whole;
}
