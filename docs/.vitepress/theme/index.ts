import DefaultTheme from "vitepress/theme";
import type { Theme } from "vitepress";

import Recording from "./Recording.vue";

/** VitePress' own theme, with the player for recorded terminal sessions. */
export default {
    extends: DefaultTheme,
    enhanceApp({ app }) {
        app.component("Recording", Recording);
    },
} satisfies Theme;
