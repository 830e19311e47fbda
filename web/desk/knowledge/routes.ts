/** The pages of the knowledge console; the address says which entry or run is open. */

import type { RouteRecordRaw } from "vue-router";

const nothing = { render: () => null };

export const knowledgeRoutes: RouteRecordRaw = {
  path: "knowledge",
  component: () => import("./views/KnowledgeShell.vue"),
  meta: { knowledge: true },
  children: [
    {
      path: "",
      component: () => import("./views/WorkspaceView.vue"),
      children: [
        { path: "", name: "knowledge", component: nothing },
        { path: "new", name: "kb_new", component: nothing },
        { path: "e/:key", name: "kb_entry", component: nothing },
      ],
    },
    { path: "releases", name: "kb_releases", component: () => import("./views/ReleasesView.vue") },
    { path: "runs", name: "kb_runs", component: () => import("./views/RunsView.vue") },
    { path: "runs/:id", name: "kb_run", component: () => import("./views/ReportView.vue") },
    { path: "files", name: "kb_files", component: () => import("./views/FilesView.vue") },
  ],
};
