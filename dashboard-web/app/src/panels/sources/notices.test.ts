import { describe, expect, it } from "vitest";
import type { ChannelView, NoticeView } from "../../feed/messages";
import { words } from "../../lib/words";
import { became, lastWords, troubles } from "./notices";

const MIN = 60_000;
const NOW = 100 * MIN;

function channel(name: string, rest: Partial<ChannelView>): ChannelView {
  const well = { waiting: 0, waiting_since_ms: null, failing_since_ms: null, given_up: 0, given_up_ms: null };
  return { channel: name, ...well, ...rest };
}

function notice(name: string, rest: Partial<NoticeView>): NoticeView {
  return { notice: name, channel: name, change: "raised", state: "delivered", at_ms: NOW, attempts: 1, ...rest };
}

describe("the ways to people", () => {
  it("say nothing while all is well, also with what is held or fails for a moment", () => {
    const held = channel("a", { waiting: 2, waiting_since_ms: NOW + 60 * MIN });
    const moment = channel("b", { waiting: 1, waiting_since_ms: NOW - 2_000, failing_since_ms: NOW - 1_000 });
    const inLine = channel("c", { waiting: 40, waiting_since_ms: NOW - 2 * MIN });
    expect(troubles([held, moment, inLine, channel("d", {})], NOW)).toEqual([]);
  });

  it("say how long one does not deliver and how many wait, in both languages", () => {
    const sms = channel("短信通道", { waiting: 3, waiting_since_ms: NOW - 12 * MIN, failing_since_ms: NOW - 11 * MIN });
    const mail = channel("mail", { waiting: 9, waiting_since_ms: NOW - 40 * MIN });
    const robot = channel("robot", { given_up: 2, given_up_ms: NOW - 60 * MIN });
    const long = channel("old", { given_up: 1, given_up_ms: NOW - 25 * 60 * MIN });
    expect(troubles([robot, sms, long, mail], NOW)).toEqual([
      "通知：mail 排队 40 分，9 条在等",
      "通知：短信通道 12 分未送达，3 条在等",
      "通知：robot 放弃 2 条",
    ]);
    expect(words.en.undelivered("sms", "12 min", 3)).toBe("Notices: sms fails for 12 min, 3 waiting");
  });
});

describe("who was told of an alarm", () => {
  it("is said by channel, the last word, what did not arrive first", () => {
    const list = [
      notice("a", { state: "waiting", attempts: 3 }),
      notice("b", {}),
      notice("c", { state: "given_up" }),
      notice("b", { change: "returned" }),
    ];
    expect(lastWords(list).map((each) => became(each, NOW, "UTC"))).toEqual([
      "c 01:40:00 放弃",
      "a 未送达，已试 3 次",
      "b 恢复 01:40:00 送达",
    ]);
    const held = notice("d", { state: "waiting", attempts: 0, at_ms: NOW + MIN });
    expect(became(held, NOW, "UTC")).toBe("d 01:41:00 后发");
  });
});
