import { inject, type InjectionKey, type Ref } from "vue";
import type { Config } from "./config";
import type { Say } from "./locales";

/** What every part of the widget may use. */
export interface Ui {
  config: Config;
  say: Say;
  /** The minute it is. */
  now: Readonly<Ref<Date>>;
  draftPlace: string;
}

export const UI: InjectionKey<Ui> = Symbol("jieli");

/** Gives what the widget provides to its parts. */
export function useUi(): Ui {
  return inject(UI)!;
}
