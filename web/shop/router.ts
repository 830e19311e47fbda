import { createRouter, createWebHashHistory } from "vue-router";
import AccountPage from "./views/AccountPage.vue";
import HomePage from "./views/HomePage.vue";
import OrderPage from "./views/OrderPage.vue";
import OrdersPage from "./views/OrdersPage.vue";
import ProductPage from "./views/ProductPage.vue";

export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: "/", name: "home", component: HomePage },
    { path: "/product/:id", name: "product", component: ProductPage, props: true },
    { path: "/orders", name: "orders", component: OrdersPage },
    { path: "/order/:number", name: "order", component: OrderPage, props: true },
    { path: "/account", name: "account", component: AccountPage },
    { path: "/:rest(.*)", redirect: "/" },
  ],
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
});
