import { ElMessage } from "element-plus/es/components/message/index";
import "element-plus/es/components/message/style/css";
import { Refused } from "../../state/rest";
import { useTexts } from "../../state/texts";

/** Tells the editor in passing what happened. */
export function useNotice() {
  const { errorText } = useTexts();

  function tell(type: "success" | "warning" | "error", message: string): void {
    ElMessage({ type, message, grouping: true, duration: type === "success" ? 3_000 : 6_000 });
  }

  /** Says why the router refused; what is no refusal is a fault and is thrown on. */
  function tellRefused(error: unknown): void {
    if (!(error instanceof Refused)) throw error;
    tell("error", reasonOf(error));
  }

  /** Gives the router's own words where it has any: they name the entry, the line and the remedy. */
  function reasonOf(error: Refused): string {
    return error.code === "unreachable" ? errorText(error.code, "") : error.detail || errorText(error.code, "");
  }

  return { tell, tellRefused, reasonOf };
}
