/** Telling the agent, who may look elsewhere, that something arrived. */

import { computed, ref, watch } from "vue";
import { defineStore } from "pinia";
import { keep, kept } from "./keep";

export interface Alert {
  conversation: string;
  title: string;
  body: string;
}

export type Permission = "default" | "granted" | "denied" | "unsupported";

const SOUNDED = "sounded";
const ONE_SOUND_MS = 1_500;

/** Sound, desktop notifications and the badge in the title, each as the agent set them. */
export const useAlerts = defineStore("alerts", () => {
  const sound = ref(kept("sound", true));
  const desktop = ref(kept("desktop", false));
  const permission = ref<Permission>(currentPermission());
  const waiting = ref(0);
  const onScreen = computed(() => desktop.value && permission.value === "granted");
  let opener: (conversation: string) => void = () => undefined;

  watch(sound, (on) => keep("sound", on));
  watch(desktop, (on) => keep("desktop", on));

  /** Says what a click on a notification opens. */
  function onOpen(open: (conversation: string) => void): void {
    opener = open;
  }

  /** Turns desktop notifications on or off; asks the browser the first time. */
  async function setDesktop(on: boolean): Promise<void> {
    if (on && permission.value === "default") {
      permission.value = await Notification.requestPermission();
    }
    desktop.value = on && permission.value === "granted";
  }

  /** Tells of one arrival, by sound and, when the page is hidden, on the desktop. */
  function tell(alert: Alert): void {
    if (sound.value && maySound(Date.now())) chime();
    if (!onScreen.value || document.visibilityState === "visible") return;
    try {
      // One tag a conversation, so that two tabs show one notification.
      const shown = new Notification(alert.title, { body: alert.body, tag: alert.conversation });
      shown.onclick = () => {
        window.focus();
        opener(alert.conversation);
        shown.close();
      };
    } catch {
      // Phones only let service workers notify.
    }
  }

  return { sound, desktop, permission, waiting, onOpen, setDesktop, tell };
});

function currentPermission(): Permission {
  return typeof Notification === "undefined" ? "unsupported" : Notification.permission;
}

// Two tabs of one agent hear the same event; only the first sounds.
function maySound(now: number): boolean {
  const last = kept<number>(SOUNDED, 0);
  if (now - last < ONE_SOUND_MS && now >= last) return false;
  keep(SOUNDED, now);
  return true;
}

let audio: AudioContext | null = null;

function chime(): void {
  try {
    audio ??= new AudioContext();
    const from = audio.currentTime;
    for (const [at, pitch] of [
      [0, 740],
      [0.16, 988],
    ] as const) {
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.0001, from + at);
      volume.gain.exponentialRampToValueAtTime(0.12, from + at + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, from + at + 0.32);
      tone.connect(volume).connect(audio.destination);
      tone.start(from + at);
      tone.stop(from + at + 0.34);
    }
  } catch {
    // A browser without sound still shows the badge.
  }
}
