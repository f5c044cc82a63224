import "@fontsource-variable/noto-sans-sc/index.css";
import "./ui/wall.css";
import "./panels/panels.css";
import { render } from "solid-js/web";
import { Link } from "./feed/link";
import { type Feed, liveFeed } from "./feed/live";
import type { StateView } from "./feed/messages";
import { createStore } from "./feed/store";
import { WallScreen } from "./wall";

declare global {
  interface Window {
    /** For tests from outside: the state that this wall holds, in canonical form. */
    yiping: { state(): { position: number | undefined; now_ms: number; state: StateView } };
  }
}

async function chosenFeed(): Promise<Feed> {
  // A wall in service never plays a rehearsal: the branch is not in the built app.
  if (import.meta.env.DEV) return (await import("./rehearsal/feed")).rehearsalFeed();
  return liveFeed();
}

const store = createStore();
window.yiping = { state: () => store.view() };
const root = document.getElementById("wall");
if (root !== null) {
  const feed = await chosenFeed();
  render(() => <WallScreen wall={store} acknowledge={feed.acknowledge} />, root);
  new Link({
    open: (after) => feed.open(after),
    position: () => store.held(),
    accept: (message) => store.accept(message),
    changed: (state) => store.linked(state),
    random: () => Math.random(),
  }).start();
}
