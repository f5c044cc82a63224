import type { ChannelView, NoticeView } from "../../feed/messages";
import { spoken, t } from "../../lib/i18n";
import { clockSeconds } from "../../lib/time";

/** A notice that fails is tried again; only one that has been failing for so long is worth a word. */
const FAILING_MS_MIN = 30_000;
/** In a flood a channel takes so many a minute: notices in line are no trouble so soon. */
const QUEUEING_MS_MIN = 300_000;
/** What was given up is shown for so long. */
const GIVEN_UP_MS_MAX = 86_400_000;

/** What is wrong with the ways to people, one line a trouble: what does not arrive, longest first, then what was given up. */
export function troubles(channels: Iterable<ChannelView>, nowMs: number): string[] {
  const list = [...channels];
  const late = list
    .map((channel) => ({ channel, ms: channel.waiting_since_ms === null ? 0 : nowMs - channel.waiting_since_ms }))
    .filter(({ channel, ms }) => ms >= (channel.failing_since_ms === null ? QUEUEING_MS_MIN : FAILING_MS_MIN))
    .sort((a, b) => b.ms - a.ms)
    .map(({ channel: { channel, waiting, failing_since_ms }, ms }) => {
      const say = failing_since_ms === null ? t().queueing : t().undelivered;
      return say(channel, spoken(ms), waiting);
    });
  const lost = list
    .filter(({ given_up_ms }) => given_up_ms !== null && nowMs - given_up_ms < GIVEN_UP_MS_MAX)
    .map(({ channel, given_up }) => t().givenUp(channel, given_up));
  return [...late, ...lost];
}

/** Who was told of an alarm: the last word by each channel, what did not arrive first. */
export function lastWords(notices: readonly NoticeView[]): NoticeView[] {
  const last = new Map(notices.map((notice) => [notice.channel, notice]));
  const order = ["given_up", "waiting", "delivered"];
  return [...last.values()].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
}

/** What became of a notice, in a few words. */
export function became(notice: NoticeView, nowMs: number, zone: string): string {
  const clock = clockSeconds(notice.at_ms, zone);
  const what = t().toldChange[notice.change];
  const state = () => {
    switch (notice.state) {
      case "delivered":
        return t().toldAt(clock);
      case "given_up":
        return t().toldGivenUp(clock);
      case "waiting":
        return notice.attempts === 0 && notice.at_ms > nowMs ? t().toldHeld(clock) : t().toldWaiting(notice.attempts);
    }
  };
  return [notice.channel, what, state()].filter((part) => part !== "").join(" ");
}
