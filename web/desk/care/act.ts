import { ElMessage } from "element-plus/es/components/message/index";
import "element-plus/es/components/message/style/css";
import { ref } from "vue";
import { Refused } from "../state/rest";
import { useTexts } from "../state/texts";

/** Runs one move at a time and tells why one was refused, in the router's words. */
export function useAct(after: () => Promise<unknown>) {
  const { errorText } = useTexts();
  const busy = ref<string | null>(null);

  async function act(name: string, move: () => Promise<unknown>): Promise<boolean> {
    if (busy.value !== null) return false;
    busy.value = name;
    try {
      await move();
      return true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      ElMessage.error(error.detail || errorText(error.code, error.detail));
      return false;
    } finally {
      busy.value = null;
      await after();
    }
  }

  return { busy, act };
}
