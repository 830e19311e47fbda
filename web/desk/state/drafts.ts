import { defineStore } from "pinia";
import { ref } from "vue";
import { keep, kept, onKept } from "./keep";

export interface Draft {
  text: string;
  note: boolean;
  whisper?: boolean;
  /** What the next reply shows besides its text. */
  upload?: string;
  order?: string;
}

const NOTHING: Draft = { text: "", note: false };

/** What is typed but not sent, by conversation; kept over reloads and shared between tabs. */
export const useDrafts = defineStore("drafts", () => {
  const drafts = ref<Record<string, Draft>>(kept("drafts", {}));
  onKept<Record<string, Draft>>("drafts", (value) => (drafts.value = value ?? {}));

  const of = (id: string): Draft => drafts.value[id] ?? NOTHING;

  function put(id: string, draft: Draft): void {
    const { [id]: _former, ...others } = drafts.value;
    drafts.value = draft.text || draft.note || draft.whisper || draft.upload || draft.order ? { ...others, [id]: draft } : others;
    keep("drafts", drafts.value);
  }

  function clear(): void {
    drafts.value = {};
    keep("drafts", null);
  }

  return { drafts, of, put, clear };
});
