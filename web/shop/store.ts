import { reactive } from "vue";
import type { OrderCard, SignedShopper } from "../shared/wire";
import { tellShopper } from "./chat";

export interface Product {
  id: string;
  title: string;
  product_line: string;
  price: string;
  pricing: string;
  image: string;
  specs: string[];
  presale: boolean;
}

export interface DemoShopper {
  id: string;
  name: string;
  tier: string;
}

interface Shop {
  name: string;
  products: Product[];
  shoppers: DemoShopper[];
}

interface Entered {
  shopper: SignedShopper;
  orders: OrderCard[];
}

const KEPT = "jinnian:shopper";

/** What the storefront knows: its goods, who is logged in, and their orders. */
export const shop = reactive({
  name: "锦年",
  products: [] as Product[],
  shoppers: [] as DemoShopper[],
  me: null as DemoShopper | null,
  orders: [] as OrderCard[],
  state: "loading" as "loading" | "ready" | "failed",
  entering: null as string | null,
  enterFailed: false,
});

/** Loads the goods, and logs the shopper of this tab in again. */
export async function load(): Promise<void> {
  shop.state = "loading";
  try {
    const answer = await fetch("/api/v1/demo/shop");
    if (!answer.ok) throw new Error(String(answer.status));
    Object.assign(shop, (await answer.json()) as Shop);
    shop.state = "ready";
  } catch {
    shop.state = "failed";
    return;
  }
  const kept = shop.shoppers.find((one) => one.id === sessionStorage.getItem(KEPT));
  if (kept) await enter(kept);
}

/** Logs a demo shopper in, here and in the chat. */
export async function enter(shopper: DemoShopper): Promise<void> {
  shop.entering = shopper.id;
  shop.enterFailed = false;
  try {
    const first = await login(shopper.id);
    if (shop.entering !== shopper.id) return;
    shop.me = shopper;
    shop.orders = first.orders;
    sessionStorage.setItem(KEPT, shopper.id);
    let unused: Entered | null = first;
    tellShopper(async () => {
      const entered = unused ?? (await login(shopper.id));
      unused = null;
      return entered.shopper;
    });
  } catch {
    shop.enterFailed = true;
  } finally {
    if (shop.entering === shopper.id) shop.entering = null;
  }
}

/** Logs out, here and in the chat. */
export function leave(): void {
  shop.entering = null;
  shop.me = null;
  shop.orders = [];
  sessionStorage.removeItem(KEPT);
  tellShopper(null);
}

async function login(id: string): Promise<Entered> {
  const answer = await fetch("/api/v1/demo/login", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ shopper: id }),
  });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()) as Entered;
}
