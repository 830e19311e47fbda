/** The supervisor's page. */

import type { RouteRecordRaw } from "vue-router";

export const supervisorRoutes: RouteRecordRaw = {
  path: "supervisor",
  name: "supervisor",
  component: () => import("./views/SupervisorView.vue"),
  meta: { supervisor: true },
};
