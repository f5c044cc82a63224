import type { Feed } from "../feed/live";
import { rehearsalDoor } from "./door";
import { Player, type Recording } from "./player";
import { rehearse } from "./script";

// A recording of the real program, when somebody made one (`npm run record`), goes before the invented rehearsal.
const recordings = import.meta.glob<Recording>("../feed/recording.json", { import: "default" });

function secs(query: URLSearchParams, name: string): number | undefined {
  const value = Number(query.get(name) ?? Number.NaN);
  return Number.isFinite(value) ? value : undefined;
}

/** A feed without a server. `?from=90` starts at second 90, `?cut=5` falls silent after 5 seconds. */
export async function rehearsalFeed(): Promise<Feed> {
  const query = new URLSearchParams(location.search);
  const load = query.has("invented") ? undefined : Object.values(recordings)[0];
  const recording = load === undefined ? rehearse() : await load();
  const player = new Player(recording, { fromSecs: secs(query, "from") ?? 0, cutSecs: secs(query, "cut") });
  return { open: () => player.open(), acknowledge: player.acknowledge, door: rehearsalDoor };
}
