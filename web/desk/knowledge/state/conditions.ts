import type { ConditionBody } from "@shared/wire";
import { useTexts } from "../../state/texts";
import { useConsole } from "./console";
import { CONDITION_FIELDS, isDefault } from "./entry";

/** Says conditions in the editor's words. */
export function useConditions() {
  const { t } = useTexts();
  const console_ = useConsole();

  function said(condition: ConditionBody): string {
    if (isDefault(condition)) return t("kb.condition.anyone");
    const parts = CONDITION_FIELDS.filter((field) => condition[field]?.length).map((field) => {
      const values = condition[field].map((value) => console_.titleOf(field, value)).join(t("kb.condition.or"));
      return t(`kb.condition.${field}`) + t("app.colon") + values;
    });
    const { starts, until } = condition;
    if (starts || until) parts.push(t("kb.condition.days", { from: starts ?? "…", until: until ?? "…" }));
    return parts.join(t("kb.condition.and"));
  }

  return { said };
}
