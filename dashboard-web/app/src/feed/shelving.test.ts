import { afterEach, describe, expect, it, vi } from "vitest";
import { seen } from "./evidence";
import type { AlarmView } from "./messages";
import { quietingByHttp, whyNot } from "./shelving";

const ALARM = { id: "a/1", number: 7, state: "unacknowledged", value: 3.2 } as unknown as AlarmView;

function answering(status: number, body: unknown) {
  const asked = vi.fn(async () => new Response(JSON.stringify(body), { status }));
  vi.stubGlobal("fetch", asked);
  return asked;
}

describe("keeping an alarm quiet", () => {
  afterEach(() => void vi.unstubAllGlobals());

  it("is posted with the time, the reason and what the screen showed", async () => {
    const asked = answering(200, { record: 812_345 });
    expect(await quietingByHttp.shelve(ALARM, 5, 60, "筒体清淤")).toBeUndefined();
    const body = JSON.stringify({ minutes: 60, reason: "筒体清淤", seen: await seen(ALARM, 5) });
    expect(asked).toHaveBeenCalledWith("api/v1/alarms/a%2F1/shelve", expect.objectContaining({ method: "POST", body }));
  });

  it("says why it was not done, in the words of the server or as nobody answered", async () => {
    answering(409, { error: { code: "already_shelved", message: "报警已有人搁置（李婷 一号席）" } });
    expect(await quietingByHttp.markFalse(ALARM, 5, "邻站 0")).toBe("报警已有人搁置（李婷 一号席）");
    answering(503, {});
    const undone = await quietingByHttp.bringBack(7, "已清淤");
    expect(whyNot(undone, "没有应答")).toBe("没有应答");
  });
});
