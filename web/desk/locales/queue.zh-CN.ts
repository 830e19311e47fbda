export const queueZhCN = {
  offered: "轮到你：{name}",
  left: "{n} 秒",
  pass: "跳过",
  bound: "优先只是提前：晚来超过 {n} 分钟的，谁都不会排到前面。",
  mode: {
    offer: "按顺序派单",
    auto: "自动接入",
    none: "自己接入",
    noPick: "不能挑选",
  },
  why: {
    not_online: "你不在线，不会派给你。",
    full: "你已满，先结束一个。",
    lacks_skill: "排队的都不在你的技能范围。",
    angry_cap: "连着接了几位生气的顾客，先让你缓一缓。",
    others: "正在问别的同事。",
  },
};
