import { describe, expect, it } from "vitest";
import type { IncidentView } from "../feed/messages";
import type { Session } from "../feed/session";
import { leakAtWar } from "../rehearsal/war";
import { shownWar, wars } from "./posture";

function war(id: string, rank: number, given: Partial<IncidentView> = {}, walls: string[] = []): IncidentView {
  const leak = leakAtWar();
  const held = leak.war;
  if (held === null) throw new Error("it is at war");
  return { ...leak, id, ...given, war: { ...held, rank, walls } };
}

function session(given: Partial<Session>): Session {
  return {
    name: "wall-1",
    display: "大厅",
    roles: ["wall"],
    areas: [],
    seat: "",
    device: true,
    acts: ["watch"],
    must_change_password: false,
    second_factor: "off",
    ...given,
  };
}

describe("the war that a screen shows", () => {
  it("is the first by the rank that the server gives", () => {
    const list = [war("b", 2), war("a", 1), { ...leakAtWar(), id: "c", war: null }];
    expect(wars(list).map(({ id }) => id)).toEqual(["a", "b"]);
    expect(shownWar(list, session({}))?.id).toBe("a");
  });

  it("is none where nobody is signed in, or nothing is at war", () => {
    expect(shownWar([war("a", 1)], undefined)).toBeUndefined();
    expect(shownWar([{ ...leakAtWar(), war: null }], session({}))).toBeUndefined();
  });

  it("lies in the area of the wall, unless walls are named", () => {
    const list = [war("a", 1, { area: "330803" }), war("b", 2, { area: "330881" })];
    expect(shownWar(list, session({ areas: ["330881"] }))?.id).toBe("b");
    expect(shownWar(list, session({ areas: ["3308"] }))?.id).toBe("a");
    expect(shownWar(list, session({ areas: ["330824"] }))).toBeUndefined();
    const named = [war("a", 1, { area: "330803" }, ["wall-2"]), war("b", 2, { area: "330881" }, ["大厅"])];
    expect(shownWar(named, session({ areas: ["330824"] }))?.id).toBe("b");
    expect(shownWar(named, session({ name: "wall-2", display: "二楼" }))?.id).toBe("a");
  });

  it("is seen by people where they reach, also when walls are named", () => {
    const list = [war("a", 1, { area: "330803" }, ["wall-2"])];
    expect(shownWar(list, session({ device: false }))?.id).toBe("a");
    expect(shownWar(list, session({ device: false, areas: ["330881"] }))).toBeUndefined();
  });
});
