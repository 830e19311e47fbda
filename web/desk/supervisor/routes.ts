/** The supervisor's pages. */

import type { RouteRecordRaw } from "vue-router";

export const supervisorRoutes: RouteRecordRaw[] = [
  {
    path: "supervisor",
    name: "supervisor",
    component: () => import("./views/SupervisorView.vue"),
    meta: { supervisor: true },
  },
  {
    path: "supervisor/grants",
    name: "grants",
    component: () => import("../care/GrantsView.vue"),
    meta: { supervisor: true },
  },
];
