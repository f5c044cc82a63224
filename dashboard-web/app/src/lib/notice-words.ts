import type { ChangeView } from "../feed/messages";

/** The texts of what is told to people who look at no screen. */
export interface NoticeWords {
  readonly notices: string;
  readonly undelivered: (channel: string, span: string, waiting: number) => string;
  readonly queueing: (channel: string, span: string, waiting: number) => string;
  readonly givenUp: (channel: string, count: number) => string;
  readonly toldNobody: string;
  readonly toldChange: Readonly<Record<ChangeView, string>>;
  readonly toldAt: (clock: string) => string;
  readonly toldWaiting: (attempts: number) => string;
  readonly toldHeld: (clock: string) => string;
  readonly toldGivenUp: (clock: string) => string;
}

export const zhNotices: NoticeWords = {
  notices: "通知",
  undelivered: (channel, span, waiting) => `通知：${channel} ${span}未送达，${waiting} 条在等`,
  queueing: (channel, span, waiting) => `通知：${channel} 排队 ${span}，${waiting} 条在等`,
  givenUp: (channel, count) => `通知：${channel} 放弃 ${count} 条`,
  toldNobody: "未通知任何人",
  toldChange: { raised: "", returned: "恢复", amended: "更正", withdrawn: "撤销" },
  toldAt: (clock) => `${clock} 送达`,
  toldWaiting: (attempts) => (attempts === 0 ? "在等" : `未送达，已试 ${attempts} 次`),
  toldHeld: (clock) => `${clock} 后发`,
  toldGivenUp: (clock) => `${clock} 放弃`,
};

export const enNotices: NoticeWords = {
  notices: "Notices",
  undelivered: (channel, span, waiting) => `Notices: ${channel} fails for ${span}, ${waiting} waiting`,
  queueing: (channel, span, waiting) => `Notices: ${channel} queues for ${span}, ${waiting} waiting`,
  givenUp: (channel, count) => `Notices: ${channel} gave up ${count}`,
  toldNobody: "nobody was told",
  toldChange: { raised: "", returned: "over", amended: "amended", withdrawn: "withdrawn" },
  toldAt: (clock) => `delivered ${clock}`,
  toldWaiting: (attempts) => (attempts === 0 ? "waiting" : `not delivered, tries: ${attempts}`),
  toldHeld: (clock) => `held until ${clock}`,
  toldGivenUp: (clock) => `given up ${clock}`,
};
