/** Small things this browser remembers; storage may be full or forbidden, then memory does. */

const PREFIX = "jieli.desk.";

/** Reads what was kept under a name, or gives the fallback. */
export function kept<T>(name: string, fallback: T, storage: Storage = localStorage): T {
  try {
    const raw = storage.getItem(PREFIX + name);
    return raw === null ? fallback : (JSON.parse(raw) as T);
  } catch {
    return fallback;
  }
}

/** Keeps a value under a name; null forgets it. */
export function keep(name: string, value: unknown, storage: Storage = localStorage): void {
  try {
    if (value === null) storage.removeItem(PREFIX + name);
    else storage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // What cannot be kept is only lost with the page.
  }
}

/** Gives the last entries of a record, so that what is kept by conversation does not grow forever. */
export function newest<T>(record: Record<string, T>, most = 300): Record<string, T> {
  return Object.fromEntries(Object.entries(record).slice(-most));
}

/** Hears what another tab keeps under a name; gives the function that stops listening. */
export function onKept<T>(name: string, handler: (value: T | null) => void): () => void {
  const listener = (event: StorageEvent): void => {
    if (event.key !== PREFIX + name) return;
    try {
      handler(event.newValue === null ? null : (JSON.parse(event.newValue) as T));
    } catch {
      handler(null);
    }
  };
  window.addEventListener("storage", listener);
  return () => window.removeEventListener("storage", listener);
}
