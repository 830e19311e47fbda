/** The panels of the supervisor's page, in the order they stand; each takes what it needs itself. */

import type { Component } from "vue";
import ApprovalsPanel from "../care/ApprovalsPanel.vue";
import BudgetsPanel from "../care/BudgetsPanel.vue";
import TasksPanel from "../care/TasksPanel.vue";
import AlarmsPanel from "./components/AlarmsPanel.vue";
import AgentsPanel from "./components/AgentsPanel.vue";
import BotPanel from "./components/BotPanel.vue";
import ClocksPanel from "./components/ClocksPanel.vue";
import LivePanel from "./components/LivePanel.vue";
import QueuePanel from "./components/QueuePanel.vue";
import WaitsPanel from "./components/WaitsPanel.vue";

export interface Panel {
  name: string;
  component: Component;
  /** Takes two columns where there are that many. */
  wide?: boolean;
}

export const PANELS: readonly Panel[] = [
  { name: "queue", component: QueuePanel, wide: true },
  { name: "alarms", component: AlarmsPanel },
  { name: "clocks", component: ClocksPanel, wide: true },
  { name: "live", component: LivePanel },
  { name: "bot", component: BotPanel },
  { name: "agents", component: AgentsPanel },
  { name: "waits", component: WaitsPanel },
  { name: "approvals", component: ApprovalsPanel },
  { name: "tasks", component: TasksPanel },
  { name: "budgets", component: BudgetsPanel },
];
