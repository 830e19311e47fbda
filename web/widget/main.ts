import { createApp } from "vue";
import App from "./components/App.vue";
import { paleAccent, readConfig, strongAccent } from "./config";
import { Shell, type ShopContext } from "./shell";
import type { SignedSource } from "./identity";
import type { WidgetEvents } from "./emitter";
import css from "./widget.css?inline";

/** What the storefront calls. */
export interface JieliApi {
  open(): void;
  close(): void;
  setShopper(shopper: SignedSource | null): Promise<void>;
  setContext(context: ShopContext): void;
  on<T extends keyof WidgetEvents>(name: T, handler: (event: WidgetEvents[T]) => void): () => void;
  /** Takes a call in the form of the stub, `["open"]`, at once. */
  push(...calls: StubCall[]): void;
}

type StubCall = [method: string, ...args: unknown[]];

declare global {
  interface Window {
    jieli?: JieliApi | StubCall[];
  }
}

const METHODS = ["open", "close", "setShopper", "setContext", "on"] as const;

function start(script: HTMLScriptElement | null): void {
  const stub = window.jieli;
  // The script may be on the page twice; the first one serves.
  if (stub && !Array.isArray(stub)) return;
  const config = readConfig(script, document);
  const shell = new Shell(config);
  const api: JieliApi = {
    open: () => shell.open(),
    close: () => shell.close(),
    setShopper: (shopper) => shell.setShopper(shopper),
    setContext: (context) => shell.setContext(context),
    on: (name, handler) => shell.events.on(name, handler),
    push: (...calls) => calls.forEach((call) => take(api, call)),
  };
  window.jieli = api;
  if (stub) api.push(...stub);
  whenBody(() => {
    mount(shell);
    shell.events.emit("ready", {});
  });
}

function take(api: JieliApi, [method, ...args]: StubCall): void {
  const known = METHODS.find((name) => name === method);
  if (!known) {
    console.error(`jieli: there is no ${method}; use one of ${METHODS.join(", ")}`);
    return;
  }
  try {
    (api[known] as (...given: unknown[]) => unknown)(...args);
  } catch (error) {
    console.error(`jieli: ${method} failed`, error);
  }
}

function mount(shell: Shell): void {
  const host = document.createElement("jieli-widget");
  // Inline and important, so that no rule of the page reaches the host itself.
  for (const [name, value] of Object.entries({
    all: "initial",
    position: "fixed",
    inset: "auto 0 0 auto",
    width: "0",
    height: "0",
    "z-index": "2147483000",
    display: "block",
  })) {
    host.style.setProperty(name, value, "important");
  }
  const root = host.attachShadow({ mode: "open" });
  dress(root);
  const place = document.createElement("div");
  place.className = `root at-${shell.config.position}`;
  place.lang = shell.config.locale;
  const { accent } = shell.config;
  place.style.setProperty("--accent", accent);
  place.style.setProperty("--strong", strongAccent(accent));
  place.style.setProperty("--mid", paleAccent(accent, 0.55));
  place.style.setProperty("--tint", paleAccent(accent, 0.12));
  root.append(place);
  // What the shopper types here is no shortcut of the page.
  for (const name of ["keydown", "keyup", "keypress", "paste", "drop", "dragover"]) {
    place.addEventListener(name, (event) => event.stopPropagation());
  }
  document.body.append(host);
  createApp(App, { shell }).mount(place);
}

function dress(root: ShadowRoot): void {
  try {
    // A constructed sheet is not subject to the page's style-src.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
  } catch {
    const style = document.createElement("style");
    style.textContent = css;
    root.append(style);
  }
}

function whenBody(work: () => void): void {
  if (document.body) work();
  else document.addEventListener("DOMContentLoaded", work, { once: true });
}

start(document.currentScript as HTMLScriptElement | null);
