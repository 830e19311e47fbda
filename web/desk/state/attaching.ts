import { ElMessage } from "element-plus/es/components/message/index";
import "element-plus/es/components/message/style/css";
import { ref } from "vue";
import { useDrafts } from "./drafts";
import { Refused } from "./rest";
import { useTexts } from "./texts";
import { uploadImage } from "./writing";

/** Puts images with the draft of a conversation, chosen or pasted, and takes them off again. */
export function useAttaching(id: () => string, allowed: () => boolean) {
  const drafts = useDrafts();
  const { errorText } = useTexts();
  const uploading = ref(false);

  async function attach(files: FileList | null | undefined): Promise<void> {
    const file = [...(files ?? [])].find((one) => one.type.startsWith("image/"));
    if (!file || !allowed()) return;
    uploading.value = true;
    try {
      const { upload } = await uploadImage(file);
      drafts.put(id(), { ...drafts.of(id()), upload });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      ElMessage({ type: "error", message: error.detail || errorText(error.code, error.detail) });
    } finally {
      uploading.value = false;
    }
  }

  function pasted(event: ClipboardEvent): void {
    if (!event.clipboardData?.files.length) return;
    event.preventDefault();
    void attach(event.clipboardData.files);
  }

  function detach(): void {
    drafts.put(id(), { text: drafts.of(id()).text, note: false });
  }

  return { uploading, attach, pasted, detach };
}
