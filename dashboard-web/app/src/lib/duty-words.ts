/** The texts of duty: shifts, the duty log, the handover. */
export interface DutyWords {
  readonly duty: string;
  readonly noShift: string;
  readonly gaps: (seats: number) => string;
  readonly items: (count: number) => string;
  readonly nobody: string;
  readonly shiftSpan: (name: string, from: string, to: string) => string;
  readonly nextShift: (name: string, from: string) => string;
  readonly dutyKeys: string;
  readonly close: string;
  readonly seats: string;
  readonly since: (clock: string) => string;
  readonly takeSeat: string;
  readonly leaveSeat: string;
  readonly handOver: string;
  readonly promises: string;
  readonly promisesNone: string;
  readonly promiseDue: (clock: string) => string;
  readonly overdue: string;
  readonly fulfilled: string;
  readonly fulfilledText: (text: string) => string;
  readonly dutyLog: string;
  readonly logNone: string;
  readonly logMore: string;
  readonly entry: string;
  readonly entryAlarms: string;
  readonly entryPromise: string;
  readonly promiseChoices: readonly [string, string, string, string];
  readonly keep: string;
  readonly correct: string;
  readonly correcting: string;
  readonly correctedEntry: string;
  readonly handover: string;
  readonly handoverNone: string;
  readonly handoverWaits: (seat: string) => string;
  readonly handoverOf: (seat: string) => string;
  readonly draftAt: (clock: string, position: number) => string;
  readonly stillOpen: (count: number) => string;
  readonly shelved: (shelved: number, out: number) => string;
  readonly shelvedUntil: (clock: string) => string;
  readonly falseCount: (count: number) => string;
  readonly promised: (count: number) => string;
  readonly changed: string;
  readonly changedNone: string;
  readonly figures: string;
  readonly raisedBy: string;
  readonly acknowledgedCount: (count: number) => string;
  readonly toAcknowledge: (median: string, p90: string) => string;
  readonly escalatedCount: (count: number) => string;
  readonly noticesGivenUp: (count: number) => string;
  readonly ledgerHead: (n: number) => string;
  readonly digest: string;
  readonly giver: string;
  readonly taker: string;
  readonly sign: string;
  readonly signed: string;
  readonly signAbsent: string;
  readonly absentNote: string;
  readonly handoverDone: (taker: string, absent: boolean) => string;
  readonly print: string;
  readonly redraft: string;
  readonly escalated: (stage: number) => string;
  readonly kinds: Readonly<Record<string, string>>;
  readonly refusals: Readonly<Record<string, string>>;
  readonly whats: Readonly<Record<string, string>>;
}

export const zhDuty: DutyWords = {
  duty: "值班",
  noShift: "当前无班次",
  gaps: (seats) => `缺 ${seats} 席`,
  items: (count) => `${count} 项`,
  nobody: "无人",
  shiftSpan: (name, from, to) => `${name} ${from}–${to}`,
  nextShift: (name, from) => `下一班 ${name} ${from}`,
  dutyKeys: "G D 值班",
  close: "关闭",
  seats: "席位",
  since: (clock) => `自 ${clock}`,
  takeSeat: "上岗",
  leaveSeat: "离岗",
  handOver: "交接",
  promises: "未了承诺",
  promisesNone: "没有未了的承诺",
  promiseDue: (clock) => `${clock} 前`,
  overdue: "已逾期",
  fulfilled: "已办结",
  fulfilledText: (text) => `已办结：${text}`,
  dutyLog: "值班日志",
  logNone: "此时段尚无记录",
  logMore: "更早的记录未列出",
  entry: "记一条",
  entryAlarms: "关联报警编号（可不填）",
  entryPromise: "承诺时限",
  promiseChoices: ["不作承诺", "30 分钟内", "1 小时内", "4 小时内"],
  keep: "记入日志",
  correct: "更正",
  correcting: "正在更正一条记录：原文保留，此条并列",
  correctedEntry: "已更正，见后文",
  handover: "交接班",
  handoverNone: "选择席位后点“交接”，生成此刻的交接单",
  handoverWaits: (seat) => `${seat}：交班人已签，等待接班人`,
  handoverOf: (seat) => `${seat}交接单`,
  draftAt: (clock, position) => `${clock}　日志位置 ${position}`,
  stillOpen: (count) => `未结报警 ${count} 件`,
  shelved: (shelved, out) => `搁置 ${shelved} 件，停用 ${out} 件`,
  shelvedUntil: (clock) => `至 ${clock}`,
  falseCount: (count) => `误报 ${count} 件`,
  promised: (count) => `未了承诺 ${count} 条`,
  changed: "本班变更",
  changedNone: "规则、规则包与数据来源无变更",
  figures: "本班数据",
  raisedBy: "新报警",
  acknowledgedCount: (count) => `签收 ${count} 件`,
  toAcknowledge: (median, p90) => `签收用时 中位 ${median}，九成不超过 ${p90}`,
  escalatedCount: (count) => `升级 ${count} 次`,
  noticesGivenUp: (count) => `未送达通知 ${count} 条`,
  ledgerHead: (n) => `台账 ${n} 条，链首`,
  digest: "交接单摘要",
  giver: "交班人",
  taker: "接班人",
  sign: "签字",
  signed: "已签",
  signAbsent: "交班人不在，直接接班",
  absentNote: "台账将注明交班人未签",
  handoverDone: (taker, absent) => (absent ? `${taker} 已接班（交班人未签）` : `${taker} 已接班`),
  print: "打印",
  redraft: "重新生成",
  escalated: (stage) => `已升级×${stage}`,
  kinds: {
    entry: "记录",
    signed_in: "登录",
    signed_out: "退出登录",
    took_seat: "上岗",
    left_seat: "离岗",
    handover_given: "交班签字",
    handover_taken: "接班签字",
    acknowledged: "签收",
    alarm_raised: "报警",
    alarm_returned: "恢复正常",
    alarm_amended: "报警更正",
    alarm_withdrawn: "报警撤销",
    escalated: "无人签收，升级",
    escalation_missed: "停机期间未升级",
    changed: "规则或来源变更",
    notice_given_up: "通知未送达",
    incident_opened: "接报事件",
    response_started: "启动响应",
    response_adjusted: "调整响应",
    command_handed_over: "移交指挥",
    warning_issued: "发布预警",
    incident_ended: "事件终止",
    shelved: "搁置",
    unshelved: "人工恢复搁置",
    shelf_over: "搁置到期，自动回列",
    shelf_worsened: "等级升高，自动回列",
    false_alarm: "标为误报",
    false_alarm_withdrawn: "撤销误报",
    out_of_service_asked: "申请停用",
    out_of_service_approved: "批准停用",
    out_of_service_ended: "恢复启用",
  },
  refusals: {
    not_allowed: "没有权限，或席位要求其他角色",
    not_found: "没有此席位，或交接单已失效，请重新生成",
    not_signed_in: "账号或密码不正确",
    too_many_tries: "尝试次数过多，请稍后再试",
    conflict: "席位情况刚有变化，或交班人尚未签字，请核对后再试",
    bad_body: "内容不符合要求，请检查后再试",
  },
  whats: { rule: "规则", pack: "规则包", door: "数据来源", program: "程序" },
};

export const enDuty: DutyWords = {
  duty: "Duty",
  noShift: "No shift at this time",
  gaps: (seats) => `${seats} empty`,
  items: (count) => `${count} items`,
  nobody: "nobody",
  shiftSpan: (name, from, to) => `${name} ${from}–${to}`,
  nextShift: (name, from) => `next: ${name} ${from}`,
  dutyKeys: "G D duty",
  close: "Close",
  seats: "Seats",
  since: (clock) => `since ${clock}`,
  takeSeat: "Take",
  leaveSeat: "Leave",
  handOver: "Hand over",
  promises: "Open promises",
  promisesNone: "Nothing is promised",
  promiseDue: (clock) => `by ${clock}`,
  overdue: "overdue",
  fulfilled: "Done",
  fulfilledText: (text) => `done: ${text}`,
  dutyLog: "Duty log",
  logNone: "Nothing yet in this stretch of time",
  logMore: "Earlier lines are not shown",
  entry: "New entry",
  entryAlarms: "Numbers of alarms (optional)",
  entryPromise: "Promise",
  promiseChoices: ["none", "within 30 min", "within 1 h", "within 4 h"],
  keep: "Write",
  correct: "Correct",
  correcting: "Correcting an entry: the original stays, this one stands beside it",
  correctedEntry: "corrected below",
  handover: "Handover",
  handoverNone: "Choose a seat and press Hand over: the document of this moment is made",
  handoverWaits: (seat) => `${seat}: the giver has signed, the taker has not`,
  handoverOf: (seat) => `Handover of ${seat}`,
  draftAt: (clock, position) => `${clock}, log position ${position}`,
  stillOpen: (count) => `Open alarms: ${count}`,
  shelved: (shelved, out) => `Shelved: ${shelved}, out of service: ${out}`,
  shelvedUntil: (clock) => `until ${clock}`,
  falseCount: (count) => `${count} false`,
  promised: (count) => `Open promises: ${count}`,
  changed: "Changed in this shift",
  changedNone: "No change of rules, packs or sources",
  figures: "Figures of the shift",
  raisedBy: "New alarms",
  acknowledgedCount: (count) => `${count} acknowledged`,
  toAcknowledge: (median, p90) => `time to acknowledge: median ${median}, 90% within ${p90}`,
  escalatedCount: (count) => `${count} escalations`,
  noticesGivenUp: (count) => `${count} notices given up`,
  ledgerHead: (n) => `Ledger: ${n} entries, head`,
  digest: "Digest of this document",
  giver: "Giver",
  taker: "Taker",
  sign: "Sign",
  signed: "signed",
  signAbsent: "The giver is absent: take over",
  absentNote: "The ledger will say that the giver did not sign",
  handoverDone: (taker, absent) =>
    absent ? `${taker} has taken over (the giver did not sign)` : `${taker} has taken over`,
  print: "Print",
  redraft: "Draft anew",
  escalated: (stage) => `escalated×${stage}`,
  kinds: {
    entry: "entry",
    signed_in: "signed in",
    signed_out: "signed out",
    took_seat: "took seat",
    left_seat: "left seat",
    handover_given: "signed as giver",
    handover_taken: "signed as taker",
    acknowledged: "acknowledged",
    alarm_raised: "alarm",
    alarm_returned: "returned",
    alarm_amended: "alarm amended",
    alarm_withdrawn: "alarm withdrawn",
    escalated: "escalated",
    escalation_missed: "not escalated while away",
    changed: "rules or sources changed",
    notice_given_up: "notice given up",
    incident_opened: "incident opened",
    response_started: "response started",
    response_adjusted: "response adjusted",
    command_handed_over: "command handed over",
    warning_issued: "warning issued",
    incident_ended: "incident ended",
    shelved: "shelved",
    unshelved: "brought back",
    shelf_over: "back: its time was over",
    shelf_worsened: "back: a graver alarm",
    false_alarm: "marked as false",
    false_alarm_withdrawn: "not false after all",
    out_of_service_asked: "out of service asked",
    out_of_service_approved: "out of service approved",
    out_of_service_ended: "back in service",
  },
  refusals: {
    not_allowed: "Not allowed, or the seat is for another role",
    not_found: "No such seat, or the document is void: draft it anew",
    not_signed_in: "Name or password is wrong",
    too_many_tries: "Too many tries, wait a while",
    conflict: "The seat has just changed, or the giver has not signed: check, then try again",
    bad_body: "The text is not as it must be: check, then try again",
  },
  whats: { rule: "rule", pack: "pack", door: "source", program: "program" },
};
