import type { supervisorZhCN } from "./supervisor.zh-CN";

export const supervisorEn: typeof supervisorZhCN = {
  title: "Supervision",
  failed: "Could not be read",
  offline: "No connection; this is how it was at {time}.",
  updated: "As of {time}",
  queue: {
    title: "Queue",
    empty: "Nobody waits",
    place: "{n}",
    waiting: "{n} waiting",
  },
  agents: {
    title: "Load of the agents",
    empty: "There are no agents yet",
    holding: "{used}/{all}",
    full: "full",
  },
};
