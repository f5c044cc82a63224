import type { Feed } from "../feed/live";
import { rehearsalAdmin } from "./admin";
import { rehearsalCommand } from "./command";
import { crowded } from "./crowd";
import { rehearsalDoor } from "./door";
import { rehearsalDrill } from "./drill";
import { rehearsalField } from "./field";
import { Player, type Recording } from "./player";
import { rehearsalReports } from "./report";
import { rehearsalRoads } from "./roads";
import { rehearse } from "./script";
import { atWar } from "./war";

// A recording of the real program, when somebody made one (`npm run record`), goes before the invented rehearsal.
const recordings = import.meta.glob<Recording>("../feed/recording.json", { import: "default" });

function given(query: URLSearchParams, name: string): number | undefined {
  const value = Number(query.get(name) ?? Number.NaN);
  return Number.isFinite(value) ? value : undefined;
}

/** A feed without a server. `?from=90` starts at second 90, `?cut=5` falls silent after 5 seconds, `?alarms=100000` has so many more open, `?drill=inside|beside|real` a drill, `?war` is at war. */
export async function rehearsalFeed(): Promise<Feed> {
  const query = new URLSearchParams(location.search);
  const load = query.has("invented") ? undefined : Object.values(recordings)[0];
  const played = load === undefined ? rehearse() : await load();
  const crowd = given(query, "alarms");
  const peace = crowd === undefined ? played : crowded(played, crowd);
  const recording = query.has("war") ? atWar(peace) : peace;
  const player = new Player(recording, { fromSecs: given(query, "from") ?? 0, cutSecs: given(query, "cut") });
  return {
    open: () => player.open(),
    acknowledge: player.acknowledge,
    raised: async () => [],
    command: rehearsalCommand,
    field: rehearsalField,
    quieting: player.quieting,
    door: rehearsalDoor,
    drill: rehearsalDrill(query),
    roads: rehearsalRoads,
    reports: rehearsalReports,
    admin: rehearsalAdmin,
  };
}
