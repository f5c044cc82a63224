import "@fontsource-variable/noto-sans-sc/index.css";
import "./ui/wall.css";
import "./panels/panels.css";
import { render } from "solid-js/web";
import { App } from "./app";
import { type Feed, liveFeed } from "./feed/live";
import { createPresence } from "./feed/presence";
import { keyIn, takeKey } from "./feed/session";

async function chosenFeed(): Promise<Feed> {
  // A wall in service never plays a rehearsal: the branch is not in the built app.
  if (import.meta.env.DEV) return (await import("./rehearsal/feed")).rehearsalFeed();
  return liveFeed();
}

const key = takeKey();
// A link that is opened where the app already runs changes the fragment only.
window.addEventListener("hashchange", () => {
  if (keyIn(location.hash) !== undefined) location.reload();
});
const root = document.getElementById("wall");
if (root !== null) {
  const feed = await chosenFeed();
  const presence = createPresence(feed.door, key);
  for (const use of ["keydown", "pointerdown", "pointermove", "wheel"])
    window.addEventListener(use, () => presence.active(), { passive: true });
  render(() => <App feed={feed} presence={presence} />, root);
}
