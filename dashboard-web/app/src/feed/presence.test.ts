import { describe, expect, it } from "vitest";
import { createPresence, TOLD_MS_MIN } from "./presence";
import type { Answer, Door, Key, Session } from "./session";

const OFFICER: Session = {
  name: "officer",
  display: "值班员",
  roles: ["duty_officer"],
  areas: [],
  seat: "一号席",
  device: false,
  acts: ["watch", "acknowledge"],
  must_change_password: false,
  second_factor: "none",
};
const WALL: Session = { ...OFFICER, name: "wall", display: "大屏", roles: ["wall"], device: true, acts: ["watch"] };

const IN: Answer = { outcome: "in", session: OFFICER };
const OUT: Answer = { outcome: "out" };
const AWAY: Answer = { outcome: "away" };

/** A server that does as it is told, and writes down what it was asked. */
class FakeDoor implements Door {
  asked: string[] = [];
  knows: Answer = OUT;
  people: Answer = IN;
  walls: Answer = { outcome: "in", session: WALL };
  answers: Answer = { outcome: "done" };

  session = () => this.say("session", this.knows);
  signIn: Door["signIn"] = (given) =>
    "token" in given ? this.say(`token ${given.token}`, this.walls) : this.say(`name ${given.name}`, this.people);
  link = () => Promise.resolve({ outcome: "linked", name: "officer" } as const);
  first: Door["first"] = ({ token }) => this.say(`first ${token}`, this.people);
  changePassword = () => this.say("password", this.answers);
  signOut = () => this.say("leave", this.answers);
  provider = async () => undefined;
  second: Door["second"] = {
    offer: async () => ({ outcome: "away" }),
    confirm: async () => ({ outcome: "away" }),
    remove: async () => ({ outcome: "away" }),
  };

  private say(what: string, answer: Answer): Promise<Answer> {
    this.asked.push(what);
    return Promise.resolve(answer);
  }
}

function setUp(key?: Key) {
  const door = new FakeDoor();
  const clock = { ms: 0 };
  return { door, clock, presence: createPresence(door, key, () => clock.ms) };
}

const TOKEN: Key = { kind: "token", token: "t1" };

describe("who is here", () => {
  it("is asked at the start", async () => {
    const { door, presence } = setUp();
    expect(presence.sure()).toBe(false);
    door.knows = IN;
    expect(await presence.ask()).toBe(true);
    expect(presence.session()).toEqual(OFFICER);
    expect(presence.sure()).toBe(true);
  });

  it("is nobody, for no reason that need be said", async () => {
    const { presence } = setUp();
    expect(await presence.ask()).toBe(false);
    expect(presence.here()).toEqual({ state: "out", why: "new" });
  });

  it("is asked once at a time", async () => {
    const { door, presence } = setUp();
    await Promise.all([presence.ask(), presence.ask()]);
    expect(door.asked).toEqual(["session"]);
  });

  it("stays when the server is away, and ends when the server says so", async () => {
    const { door, presence } = setUp();
    door.knows = IN;
    await presence.ask();
    presence.doubt();
    door.knows = AWAY;
    expect(await presence.ask()).toBe(false);
    expect(presence.session()).toEqual(OFFICER);
    expect(presence.sure()).toBe(false);
    door.knows = OUT;
    await presence.ask();
    expect(presence.here()).toEqual({ state: "out", why: "ended" });
  });

  it("is never decided by a server that was not reached at the start", async () => {
    const { door, presence } = setUp();
    door.knows = AWAY;
    await presence.ask();
    expect(presence.here()).toEqual({ state: "asking" });
  });

  it("is not undone by an answer from before somebody came", async () => {
    const { presence } = setUp();
    const late = presence.ask();
    await presence.signIn("officer", "secret", "一号席");
    await late;
    expect(presence.session()).toEqual(OFFICER);
  });
});

describe("a person", () => {
  it("comes in by the form, or is told why not", async () => {
    const { door, presence } = setUp();
    await presence.ask();
    door.people = OUT;
    expect(await presence.signIn("officer", "wrong", "")).toEqual(OUT);
    expect(presence.here()).toEqual({ state: "out", why: "new" });
    door.people = IN;
    await presence.signIn("officer", "secret", "");
    expect(presence.session()).toEqual(OFFICER);
  });

  it("leaves, but not while the server cannot be told", async () => {
    const { door, presence } = setUp();
    await presence.signIn("officer", "secret", "");
    door.answers = AWAY;
    await presence.signOut();
    expect(presence.session()).toEqual(OFFICER);
    door.answers = { outcome: "done" };
    await presence.signOut();
    expect(presence.here()).toEqual({ state: "out", why: "left" });
  });

  it("must change a given password, and may only then do something", async () => {
    const { door, presence } = setUp();
    door.people = { outcome: "in", session: { ...OFFICER, acts: [], must_change_password: true } };
    await presence.signIn("officer", "given", "");
    door.answers = OUT;
    await presence.changePassword("wrong", "own");
    expect(presence.session()?.must_change_password).toBe(true);
    door.answers = { outcome: "done" };
    await presence.changePassword("given", "own");
    expect(presence.here()).toEqual({ state: "asking" });
    door.knows = IN;
    await presence.ask();
    expect(presence.session()).toEqual(OFFICER);
  });

  it("is told to be active at most once a minute", async () => {
    const { door, clock, presence } = setUp();
    await presence.signIn("officer", "secret", "");
    door.knows = IN;
    for (clock.ms = 0; clock.ms < 2 * TOLD_MS_MIN; clock.ms += 100) presence.active();
    await presence.ask();
    expect(door.asked).toEqual(["name officer", "session"]);
  });

  it("makes the first account with the token of the link", async () => {
    const { door, presence } = setUp({ kind: "first", token: "f1" });
    expect(presence.here()).toEqual({ state: "first", token: "f1" });
    await presence.makeFirst({ name: "admin", display: "管理员", password: "secret" });
    expect(door.asked).toEqual(["first f1"]);
    expect(presence.session()).toEqual(OFFICER);
  });
});

describe("a wall", () => {
  it("comes in by its link, without asking who was here before", async () => {
    const { door, presence } = setUp(TOKEN);
    expect(await presence.ask()).toBe(true);
    expect(door.asked).toEqual(["token t1"]);
    expect(presence.session()).toEqual(WALL);
  });

  it("waits for a server that is away, and never shows the form for it", async () => {
    const { door, presence } = setUp(TOKEN);
    for (const answer of [AWAY, { outcome: "wait", secs: 9 } as const]) {
      door.walls = answer;
      await presence.ask();
      expect(presence.here()).toEqual({ state: "asking" });
    }
  });

  it("comes back by itself when its session is gone", async () => {
    const { door, presence } = setUp(TOKEN);
    await presence.ask();
    presence.doubt();
    expect(await presence.ask()).toBe(true);
    expect(door.asked).toEqual(["token t1", "session", "token t1"]);
  });

  it("shows the form when its token was revoked, and keeps the token no longer", async () => {
    const { door, presence } = setUp(TOKEN);
    await presence.ask();
    door.walls = OUT;
    await presence.ask();
    expect(presence.here()).toEqual({ state: "out", why: "token" });
    await presence.signIn("officer", "secret", "");
    await presence.ask();
    expect(presence.here()).toEqual({ state: "out", why: "ended" });
    expect(door.asked.filter((each) => each === "token t1")).toHaveLength(2);
  });

  it("tells nobody that it is used", async () => {
    const { door, clock, presence } = setUp(TOKEN);
    await presence.ask();
    clock.ms = 10 * TOLD_MS_MIN;
    presence.active();
    expect(door.asked).toEqual(["token t1"]);
  });
});
