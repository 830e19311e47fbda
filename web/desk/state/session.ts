import { defineStore } from "pinia";
import { ref } from "vue";
import type { StaffView } from "@shared/wire";
import { logIn, logOut, Refused, whoAmI } from "./rest";

export type Ending = "expired" | "left";

/** Who is logged in on this browser, and how the last session ended. */
export const useSession = defineStore("session", () => {
  const me = ref<StaffView | null>(null);
  const asked = ref(false);
  const ending = ref<Ending | null>(null);

  /** Asks the router who is logged in; a router that cannot be reached leaves it open. */
  async function check(): Promise<"in" | "out" | "unknown"> {
    try {
      me.value = await whoAmI();
      asked.value = true;
      return "in";
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== "unauthorized") return "unknown";
      asked.value = true;
      if (me.value) ending.value = "expired";
      me.value = null;
      return "out";
    }
  }

  async function enter(login: string, password: string): Promise<void> {
    me.value = await logIn({ login, password });
    asked.value = true;
    ending.value = null;
  }

  async function leave(): Promise<void> {
    await logOut().catch(() => null);
    me.value = null;
    ending.value = "left";
  }

  return { me, asked, ending, check, enter, leave };
});

/** Gives a path inside the desk to go back to after login, or its front page. */
export function safeBack(raw: unknown): string {
  if (typeof raw !== "string" || !raw.startsWith("/") || raw.startsWith("//")) return "/";
  return raw.includes("\\") || raw.startsWith("/login") ? "/" : raw;
}
