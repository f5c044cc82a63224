import { afterEach, describe, expect, it, vi } from "vitest";
import { createDuty, type DutyDoor, type DutyView, httpDuty, type Reply } from "./duty";

const view = (now: string): DutyView => ({
  now,
  shift: null,
  next: null,
  seats: [],
  gaps: [],
  promises: [],
  signed: [],
});

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("duty on a screen", () => {
  it("keeps the newest answer, whichever comes first, and what it knew while a server is away", async () => {
    const answers: ((reply: Reply<DutyView>) => void)[] = [];
    const standing = () => new Promise<Reply<DutyView>>((resolve) => answers.push(resolve));
    const duty = createDuty({ standing } as unknown as DutyDoor, () => true);
    const second = duty.refresh();
    answers[1]?.({ outcome: "done", value: view("2") });
    await second;
    answers[0]?.({ outcome: "done", value: view("1") });
    await Promise.resolve();
    expect(duty.view()?.now).toBe("2");
    const third = duty.refresh();
    answers[2]?.({ outcome: "away" });
    await third;
    expect(duty.view()?.now).toBe("2");
    duty.stop();
  });

  it("asks nothing while nobody is here", async () => {
    const standing = vi.fn(async () => ({ outcome: "away" }));
    let here = false;
    const duty = createDuty({ standing } as unknown as DutyDoor, () => here);
    await duty.refresh();
    expect(standing).not.toHaveBeenCalled();
    here = true;
    await duty.refresh();
    expect(standing).toHaveBeenCalledOnce();
    duty.stop();
  });

  it("says why something is refused, and that no server answers", async () => {
    const refused = { error: { code: "conflict", message: "li has it" } };
    vi.stubGlobal("fetch", async () => Response.json(refused, { status: 409 }));
    expect(await httpDuty.take("一号席")).toEqual({ outcome: "refused", code: "conflict", why: "li has it" });
    vi.stubGlobal("fetch", async () => {
      throw new TypeError("no cable");
    });
    expect(await httpDuty.standing()).toEqual({ outcome: "away" });
  });
});
