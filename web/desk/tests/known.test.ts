import { describe, expect, it } from "vitest";
import type { KnownFact } from "@shared/wire";
import { askedAgain } from "../state/known";

const KNOWN: KnownFact[] = [
  { kind: "order", text: "JN2611160003", seq: 2, order: null },
  { kind: "item", text: "18K 金对戒", seq: null, order: "JN2611160003" },
  { kind: "reason", text: "戒指断了", seq: 3, order: null },
  { kind: "photo", text: "1", seq: 4, order: null },
  { kind: "size", text: "圈口 14 号", seq: 5, order: null },
  { kind: "phone", text: "13800001234", seq: 6, order: null },
  { kind: "address", text: "浙江省杭州市西湖区文三路 1 号", seq: 7, order: null },
  { kind: "name", text: "小满", seq: null, order: null },
];

describe("a question about something known", () => {
  it.each([
    ["请提供一下订单号", ["order"]],
    ["您好，请问订单号是多少？", ["order"]],
    ["亲，是哪个订单呢", ["order"]],
    ["您要退哪一单？", ["order"]],
    ["麻烦发一下手机号", ["phone"]],
    ["方便留个联系方式吗", ["phone"]],
    ["请问是什么原因要退呢", ["reason"]],
    ["具体是哪里有问题呢？", ["reason"]],
    ["麻烦拍个照片发我", ["photo"]],
    ["可以上传一张图片吗", ["photo"]],
    ["您平时戴多大圈口？", ["size"]],
    ["请告诉我尺码", ["size"]],
    ["收货地址是哪里？", ["address"]],
    ["请问您怎么称呼", ["name"]],
    ["请问是哪款商品？", ["item"]],
    ["麻烦提供订单号和手机号", ["order", "phone"]],
    ["您好，麻烦报一下订单号，再拍张照片", ["order"]],
  ])("%s", (text, kinds) => {
    expect(askedAgain(text, KNOWN).map((fact) => fact.kind)).toEqual(kinds);
  });

  it.each([
    ["您的订单号我已经看到了，马上处理。"],
    ["订单 JN2611160003 已经发货。"],
    ["照片收到了，谢谢。"],
    ["您想退还是换？"],
    ["运单号是 YT123，可以查物流。"],
    ["稍等，我在核实。"],
    ["需要我帮您催一下吗？"],
    [""],
  ])("is not: %s", (text) => {
    expect(askedAgain(text, KNOWN)).toEqual([]);
  });

  it("is fine while the thing is not known", () => {
    expect(askedAgain("请提供一下订单号", KNOWN.slice(1))).toEqual([]);
  });
});
