import type { AskDrill, DrillRow } from "../feed/drill";
import { START_MS } from "./script";

const DRILL: DrillRow = {
  id: "drill-3",
  scenario: "leak",
  area: null,
  participants: ["officer"],
  note: "",
  person: "commander",
  opened: new Date(START_MS).toISOString(),
  stopped: null,
  aborted: null,
};

/** An invented drill: `inside` of it, `beside` it, or inside with something `real` that waits. */
export function rehearsalDrill(query: URLSearchParams): AskDrill {
  const given = query.get("drill");
  const real = given === "real";
  const answer = {
    inside: real || given === "inside",
    drill: given === null ? null : DRILL,
    takes_part: true,
    real_unacknowledged: real ? 2 : 0,
    real: real
      ? {
          alarm: "1",
          number: 1,
          level: 1,
          title: { zh: "氯气浓度过高", en: "Chlorine too high" },
          place: { zh: "化工园 2# 罐区", en: "Tank area 2" },
        }
      : null,
    now: new Date(START_MS).toISOString(),
    zone: "Asia/Shanghai",
  };
  return async () => answer;
}
