/** Texts of the supervisor's page. */
export const supervisorZhCN = {
  title: "主管台",
  failed: "读不出来",
  offline: "连不上服务器，显示的是 {time} 的情况。",
  updated: "更新于 {time}",
  queue: {
    title: "排队",
    empty: "没有人在排队",
    place: "{n}",
    waiting: "{n} 人在等",
  },
  agents: {
    title: "客服负载",
    empty: "还没有客服账号",
    holding: "{used}/{all}",
    full: "已满",
  },
};
