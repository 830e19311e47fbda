import { createApp } from "vue";
import App from "./App.vue";
import { router } from "./router";
import "./shop.css";

createApp(App).use(router).mount("#shop");
