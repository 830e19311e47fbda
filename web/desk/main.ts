import { createPinia } from "pinia";
import { createApp } from "vue";
import App from "./App.vue";
import { i18n } from "./locales";
import { makeRouter } from "./router";
import "./styles/theme.css";

document.documentElement.lang = i18n.global.locale.value;

createApp(App).use(createPinia()).use(i18n).use(makeRouter()).mount("#app");
