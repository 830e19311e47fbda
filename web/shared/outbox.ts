/** Frames that were sent but not yet acknowledged, oldest first. */
export interface Outbox<Frame> {
  put(id: string, frame: Frame): void;
  remove(id: string): void;
  all(): Frame[];
}

/** An outbox that lives as long as the page. */
export class MemoryOutbox<Frame> implements Outbox<Frame> {
  protected frames = new Map<string, Frame>();

  put(id: string, frame: Frame): void {
    this.frames.set(id, frame);
  }

  remove(id: string): void {
    this.frames.delete(id);
  }

  all(): Frame[] {
    return [...this.frames.values()];
  }
}

/** An outbox that survives a reload; falls back to memory where storage is refused. */
export class StoredOutbox<Frame> extends MemoryOutbox<Frame> {
  constructor(
    private readonly key: string,
    private readonly storage: Storage | null,
  ) {
    super();
    try {
      const saved = JSON.parse(storage?.getItem(key) ?? "[]") as [string, Frame][];
      if (Array.isArray(saved)) this.frames = new Map(saved);
    } catch {
      // What cannot be read is not worth failing the chat for.
    }
  }

  override put(id: string, frame: Frame): void {
    super.put(id, frame);
    this.save();
  }

  override remove(id: string): void {
    if (!this.frames.has(id)) return;
    super.remove(id);
    this.save();
  }

  private save(): void {
    try {
      if (this.frames.size === 0) this.storage?.removeItem(this.key);
      else this.storage?.setItem(this.key, JSON.stringify([...this.frames]));
    } catch {
      // Storage may be full or forbidden; memory still holds the frames.
    }
  }
}
