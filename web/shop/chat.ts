import type { OrderCard, SignedShopper } from "../shared/wire";
import type { Product } from "./store";

/** Where the shopper stands, in the words the widget's setContext takes. */
export interface ShopContext {
  page: "home" | "product" | "orders" | "order" | "account";
  product?: string;
  product_line?: string;
  order?: string;
  channel: "web";
  store: "online";
}

interface Where {
  page: ShopContext["page"];
  product?: Product | null;
  order?: OrderCard | null;
}

/** Gives the context of a page: the product and the order only where the page is about one. */
export function contextOf({ page, product, order }: Where): ShopContext {
  const context: ShopContext = { page, channel: "web", store: "online" };
  if (page === "product" && product) {
    context.product = product.id;
    context.product_line = product.product_line;
  }
  if (page === "order" && order) {
    context.order = order.number;
    context.product_line = order.product_line;
  }
  return context;
}

// The stub: calls made before widget.js has loaded are kept and taken up by it.
function call(...args: [method: string, ...rest: unknown[]]): void {
  const page = window as unknown as { jieli?: { push(call: unknown[]): unknown } };
  (page.jieli ??= [] as unknown[][]).push(args);
}

/** Opens the chat. */
export function openChat(): void {
  call("open");
}

/** Tells the chat where the shopper stands. */
export function tellContext(context: ShopContext): void {
  call("setContext", context);
}

/** Tells the chat who the shopper is; the function lets it fetch a fresh signature later. */
export function tellShopper(source: (() => Promise<SignedShopper>) | null): void {
  call("setShopper", source);
}
