/** Up to which seq the shopper has read, kept in this browser and shared by its tabs. */
export class SeenMark {
  private seq = 0;
  private readonly key: string;
  /** Nothing was ever kept here: what is already in the thread counts as read. */
  isNew = true;

  constructor(
    place: string,
    private readonly storage: Storage | null,
    private readonly moved: (seq: number) => void,
  ) {
    this.key = `${place}:seen`;
    const kept = keptUnder(this.key, storage);
    if (kept !== null) this.take(Number(kept) || 0);
    if (typeof window !== "undefined") window.addEventListener("storage", this.elsewhere);
  }

  /** Tells whether there was ever anything to read at this place. */
  static spoken(place: string, storage: Storage | null): boolean {
    return Number(keptUnder(`${place}:seen`, storage)) > 0;
  }

  /** Moves the mark on. */
  move(seq: number): void {
    this.take(seq);
    try {
      this.storage?.setItem(this.key, String(seq));
    } catch {
      // Storage may be full or forbidden; this tab still knows.
    }
  }

  /** Starts from nothing, for another thread. */
  forget(): void {
    this.seq = 0;
    this.isNew = true;
    this.moved(0);
  }

  /** Stops listening to the other tabs. */
  dispose(): void {
    window.removeEventListener("storage", this.elsewhere);
  }

  private elsewhere = (event: StorageEvent): void => {
    if (event.key === this.key && Number(event.newValue) > this.seq)
      this.take(Number(event.newValue));
  };

  private take(seq: number): void {
    this.seq = seq;
    this.isNew = false;
    this.moved(seq);
  }
}

function keptUnder(key: string, storage: Storage | null): string | null {
  try {
    return storage?.getItem(key) ?? null;
  } catch {
    return null;
  }
}
