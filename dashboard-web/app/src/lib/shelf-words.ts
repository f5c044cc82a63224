import type { Question } from "../desk/Ask";

/** The texts of what is kept quiet. */
export interface ShelfWords {
  readonly shelf: {
    readonly title: string;
    readonly note: string;
    readonly none: string;
    readonly back: string;
    readonly withdraw: string;
    readonly approve: string;
    readonly asked: string;
    readonly out: string;
    readonly approvedBy: (who: string) => string;
    readonly questions: Readonly<Record<Question, string>>;
    readonly reason: string;
    readonly reasonMissing: string;
    readonly forHowLong: string;
    readonly minutes: readonly [string, string, string, string];
    readonly untilByHand: string;
    readonly shelfNote: string;
    readonly outNote: string;
    readonly shelve: string;
    readonly unshelve: string;
    readonly until: (clock: string, why: string) => string;
    readonly falseAlarm: string;
    readonly unmark: string;
    readonly quiet: Readonly<Record<"shelved" | "out_of_service", string>>;
    readonly counted: (count: number) => string;
    readonly markedBy: (who: string, why: string) => string;
  };
}

export const zhShelf: ShelfWords = {
  shelf: {
    title: "搁置",
    note: "剩余时间，到期自动回列；停用另列",
    none: "没有搁置或停用",
    back: "恢复",
    withdraw: "撤回",
    approve: "批准",
    asked: "待批",
    out: "停用",
    approvedBy: (who) => `${who} 批`,
    questions: { shelve: "搁置", false: "标为误报", unmark: "撤销误报", back: "恢复报警", end: "恢复启用" },
    reason: "原因",
    reasonMissing: "请写明原因",
    forHowLong: "时长",
    minutes: ["30 分", "1 小时", "4 小时", "12 小时"],
    untilByHand: "停用",
    shelfNote: "搁置期间照常记录，不提示、不通知、不升级；到期或升级为更高等级时自动回列",
    outNote: "停用须由另一人（值班长或指挥长）批准，批准前照常报警，由人工恢复",
    shelve: "搁置…",
    unshelve: "恢复报警…",
    until: (clock, why) => `搁置至 ${clock}：${why}`,
    falseAlarm: "误报…",
    unmark: "撤销误报…",
    quiet: { shelved: "搁置", out_of_service: "停用" },
    counted: (count) => `搁置停用 ${count}`,
    markedBy: (who, why) => `误报　${who}：${why}`,
  },
};

export const enShelf: ShelfWords = {
  shelf: {
    title: "Shelved",
    note: "time left; out of service apart",
    none: "Nothing is shelved or out of service",
    back: "Return",
    withdraw: "Undo",
    approve: "Approve",
    asked: "Asked",
    out: "Out",
    approvedBy: (who) => `by ${who}`,
    questions: {
      shelve: "Shelve",
      false: "Mark as false",
      unmark: "Withdraw the mark",
      back: "Bring back",
      end: "Back in service",
    },
    reason: "Reason",
    reasonMissing: "Give a reason",
    forHowLong: "For",
    minutes: ["30 min", "1 h", "4 h", "12 h"],
    untilByHand: "out of service",
    shelfNote:
      "It is recorded all the same; it calls, tells and escalates nothing. It comes back when the time is over, or at once when it gets graver.",
    outNote:
      "Another person, a shift leader or a commander, must approve. Until then it calls as ever; it comes back by hand.",
    shelve: "Shelve…",
    unshelve: "Bring back…",
    until: (clock, why) => `Shelved until ${clock}: ${why}`,
    falseAlarm: "False…",
    unmark: "Not false…",
    quiet: { shelved: "Shelved", out_of_service: "Out" },
    counted: (count) => `quiet ${count}`,
    markedBy: (who, why) => `False alarm, ${who}: ${why}`,
  },
};
