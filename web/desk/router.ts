import {
  createRouter,
  createWebHistory,
  type RouteLocationNormalized,
  type RouteLocationRaw,
  type Router,
  type RouterHistory,
} from "vue-router";
import { knowledgeRoutes } from "./knowledge/routes";
import { seesKnowledge, supervises, worksAtDesk } from "./state/roles";
import { safeBack, useSession } from "./state/session";
import { supervisorRoutes } from "./supervisor/routes";

declare module "vue-router" {
  interface RouteMeta {
    /** Anybody may see the page. */
    open?: boolean;
    /** For those who see the knowledge base; other pages of the desk are for agents. */
    knowledge?: boolean;
    /** Canned responses: agents have their own, editors keep everybody's. */
    canned?: boolean;
    /** For those who watch over the whole desk. */
    supervisor?: boolean;
  }
}

/** Makes the routes of the desk; whoever is not logged in is led to the login and back. */
export function makeRouter(history: RouterHistory = createWebHistory("/desk/")): Router {
  const router = createRouter({
    history,
    routes: [
      {
        path: "/login",
        name: "login",
        component: () => import("./views/LoginView.vue"),
        meta: { open: true },
      },
      {
        path: "/",
        component: () => import("./views/StaffShell.vue"),
        children: [
          {
            path: "",
            name: "workbench",
            component: () => import("./views/WorkbenchView.vue"),
            children: [
              { path: "c/:id", name: "conversation", component: { render: () => null } },
              { path: "c/:id/brief", name: "brief", component: { render: () => null } },
            ],
          },
          {
            path: "history",
            name: "history",
            component: () => import("./views/HistoryView.vue"),
            children: [
              { path: ":id", name: "past", component: { render: () => null } },
              { path: ":id/brief", name: "past_brief", component: { render: () => null } },
            ],
          },
          { path: "canned", name: "canned", component: () => import("./views/CannedView.vue"), meta: { canned: true } },
          ...supervisorRoutes,
          knowledgeRoutes,
        ],
      },
      { path: "/:rest(.*)*", redirect: "/" },
    ],
  });
  router.beforeEach(guard);
  return router;
}

async function guard(to: RouteLocationNormalized): Promise<RouteLocationRaw | true> {
  const session = useSession();
  if (!session.asked) await session.check();
  if (to.meta.open) return session.me ? safeBack(to.query["back"]) : true;
  if (!session.me) return loginThenBack(to.fullPath);
  if (to.meta.canned) return true;
  if (to.meta.supervisor) return supervises(session.me) ? true : "/";
  if (to.meta.knowledge) return seesKnowledge(session.me) ? true : "/";
  // Whoever takes no conversations over has nothing to do at the workbench.
  if (worksAtDesk(session.me)) return true;
  if (supervises(session.me)) return to.name === "workbench" ? "/supervisor" : true;
  return seesKnowledge(session.me) ? "/knowledge" : true;
}

/** Gives the way to the login that comes back to a path afterwards. */
export function loginThenBack(path: string): RouteLocationRaw {
  return { name: "login", query: path === "/" ? {} : { back: path } };
}
