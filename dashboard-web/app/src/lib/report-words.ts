/** The texts of drills and of after-action reports. */
export interface ReportWords {
  readonly drill: {
    /** The word that marks everything of a drill. */
    readonly mark: string;
    readonly notReal: string;
    readonly over: string;
    readonly beside: (id: string) => string;
    readonly scenarios: Readonly<Record<string, string>>;
    readonly since: (clock: string) => string;
    readonly enter: string;
    readonly leave: string;
    readonly watching: string;
    readonly real: (count: number) => string;
    readonly gravest: (number: number, title: string, place: string) => string;
    readonly unheard: string;
  };
  readonly report: {
    readonly title: string;
    readonly ofDrill: (id: string) => string;
    readonly none: string;
    readonly away: string;
    readonly waiting: string;
    readonly print: string;
    readonly back: string;
    readonly asOf: (clock: string) => string;
    readonly commander: string;
    readonly opened: string;
    readonly ended: string;
    readonly goesOn: string;
    readonly affected: string;
    readonly timeline: string;
    readonly timelineNote: string;
    readonly more: string;
    readonly alarms: string;
    readonly tasks: string;
    readonly curves: string;
    readonly curvesNote: string;
    readonly noCurve: string;
    readonly figures: string;
    readonly figuresNote: string;
    readonly late: string;
    readonly notLate: string;
    readonly lateLines: Readonly<Record<"sign" | "finish" | "report", string>>;
    readonly overdueSince: (clock: string) => string;
    readonly doneAfter: (span: string) => string;
    readonly neverDone: string;
    readonly missed: string;
    readonly notMissed: string;
    readonly notOver: string;
    readonly missedLines: Readonly<Record<"task" | "report" | "item", string>>;
    readonly lessons: string;
    readonly noLessons: string;
    readonly lesson: string;
    readonly write: string;
    readonly ledger: string;
    readonly ledgerNote: string;
    readonly program: string;
    readonly kinds: Readonly<Record<"fact" | "decision" | "step" | "program", string>>;
    readonly whats: Readonly<Record<string, string>>;
    readonly legs: Readonly<Record<string, string>>;
    readonly columns: {
      readonly time: string;
      readonly what: string;
      readonly who: string;
      readonly evidence: string;
      readonly task: string;
      readonly made: string;
      readonly signed: string;
      readonly arrived: string;
      readonly finished: string;
      readonly closed: string;
      readonly due: string;
      readonly leg: string;
      readonly count: string;
      readonly median: string;
      readonly p90: string;
      readonly alarm: string;
      readonly raised: string;
      readonly acknowledged: string;
      readonly returned: string;
      readonly extreme: string;
    };
    readonly evidence: {
      readonly screen: (digest: string, position: number) => string;
      readonly photos: (count: number, first: string) => string;
      readonly readings: (datastream: string, value: string) => string;
      readonly plan: (plan: string, digest: string) => string;
    };
  };
}

export const zhReport: ReportWords = {
  drill: {
    mark: "演练",
    notReal: "本页全部内容均为演练，不是真实情况",
    over: "演练已结束",
    beside: (id) => `演练 ${id} 正在进行 · 本页为真实数据，不含演练`,
    scenarios: {
      leak: "危险气体泄漏",
      flood: "洪水",
      crowd: "人群聚集",
      hall_breakdown: "政务大厅故障",
      gateway_dying: "网关失效",
      sensor_drifting: "传感器漂移",
      discharge: "污水排放",
      fire: "火情",
      station_failing: "空气站故障",
    },
    since: (clock) => `自 ${clock}`,
    enter: "进入演练",
    leave: "回到真实画面",
    watching: "观摩：不在参演人员中",
    real: (count) => `真实告警 ${count} 条未签收`,
    gravest: (number, title, place) => `▲${number} ${title} ${place}`,
    unheard: "真实告警状态未知：服务器没有回答",
  },
  report: {
    title: "复盘报告",
    ofDrill: (id) => `演练 ${id}`,
    none: "没有这个事件，或已结束很久",
    away: "服务器没有回答，报告暂时无法生成",
    waiting: "正在生成报告",
    print: "打印",
    back: "回到指挥台",
    asOf: (clock) => `截至 ${clock}`,
    commander: "指挥",
    opened: "接报",
    ended: "终止",
    goesOn: "尚未终止",
    affected: "受影响",
    timeline: "时间线",
    timelineNote: "时刻为系统收到时；「实」为终端记录的实际时刻。未生效的操作不列入",
    more: "更早或更多的条目见决策账本",
    alarms: "告警",
    tasks: "任务",
    curves: "决定性读数",
    curvesNote: "横线为告警限值与核证界限",
    noCurve: "没有可显示的读数",
    figures: "响应时间",
    figuresNote: "中位数与第 90 百分位；缺任一时刻的不计入",
    late: "超时",
    notLate: "没有超过预案时限的事项",
    lateLines: { sign: "签收超时", finish: "完成超时", report: "报告超时" },
    overdueSince: (clock) => `${clock} 起逾期`,
    doneAfter: (span) => `${span} 后完成`,
    neverDone: "始终未完成",
    missed: "遗漏",
    notMissed: "预案要求的事项均已办理",
    notOver: "事件尚未终止，遗漏待终止后判定",
    missedLines: { task: "未完成的任务", report: "未报送", item: "未勾选" },
    lessons: "经验与改进",
    noLessons: "尚未填写",
    lesson: "写一条经验或改进措施（记入决策账本，不可修改）",
    write: "记录",
    ledger: "决策账本",
    ledgerNote: "此前的全部记录由该摘要封存，可用 yiping ledger verify 核对",
    program: "程序",
    kinds: { fact: "事实", decision: "决定", step: "处置", program: "程序" },
    whats: {
      alarm_raised: "告警发生",
      alarm_returned: "告警恢复",
      alarm_amended: "告警更正",
      alarm_split: "告警拆分",
      alarm_withdrawn: "告警撤销",
      acknowledge: "签收告警",
      notice: "发出通知",
      overdue: "逾期",
      remind: "催办",
      supervise: "督办",
      prove: "读数核证",
      relapse: "复发",
      lesson: "经验",
      merged_into: "并入",
      taken_out_of: "拆出",
    },
    legs: {
      raised_to_acknowledged: "告警发生 → 签收",
      raised_to_opened: "告警发生 → 接报建事件",
      opened_to_response: "接报 → 启动响应",
      response_to_dispatch: "启动响应 → 派发任务",
      dispatch_to_signed: "派发 → 签收",
      dispatch_to_scene: "派发 → 到场",
      dispatch_to_finished: "派发 → 反馈完成",
      dispatch_to_closed: "派发 → 办结",
      opened_to_ended: "接报 → 终止",
    },
    columns: {
      time: "时刻",
      what: "内容",
      who: "人员",
      evidence: "依据",
      task: "任务",
      made: "派发",
      signed: "签收",
      arrived: "到场",
      finished: "反馈",
      closed: "办结",
      due: "时限",
      leg: "环节",
      count: "次数",
      median: "中位数",
      p90: "第 90 百分位",
      alarm: "告警",
      raised: "发生",
      acknowledged: "签收",
      returned: "恢复",
      extreme: "极值 / 限值",
    },
    evidence: {
      screen: (digest, position) => `屏幕 ${digest} @${position}`,
      photos: (count, first) => `照片 ${count} 张 ${first}`,
      readings: (datastream, value) => `读数 ${datastream} ${value}`,
      plan: (plan, digest) => `预案 ${plan} ${digest}`,
    },
  },
};

export const enReport: ReportWords = {
  drill: {
    mark: "DRILL",
    notReal: "Everything on this page is a drill and not real",
    over: "The drill is over",
    beside: (id) => `Drill ${id} is running · this page is real and shows nothing of it`,
    scenarios: {
      leak: "gas leak",
      flood: "flood",
      crowd: "crowd",
      hall_breakdown: "service hall breakdown",
      gateway_dying: "dying gateway",
      sensor_drifting: "drifting sensor",
      discharge: "waste water",
      fire: "fire",
      station_failing: "failing air station",
    },
    since: (clock) => `since ${clock}`,
    enter: "Enter the drill",
    leave: "Back to what is real",
    watching: "You watch: you are no participant",
    real: (count) => `REAL alarms, not acknowledged: ${count}`,
    gravest: (number, title, place) => `▲${number} ${title}, ${place}`,
    unheard: "Real alarms are unknown: the server does not answer",
  },
  report: {
    title: "After-action report",
    ofDrill: (id) => `Drill ${id}`,
    none: "There is no such incident, or it is long over",
    away: "The server does not answer: no report at the moment",
    waiting: "The report is being made",
    print: "Print",
    back: "To the command table",
    asOf: (clock) => `as of ${clock}`,
    commander: "Commander",
    opened: "Reported",
    ended: "Ended",
    goesOn: "not ended",
    affected: "Affected",
    timeline: "Timeline",
    timelineNote:
      "Times are those at which the system took it; “own” is the time of the terminal. What did not count is not listed",
    more: "More entries are on the ledger",
    alarms: "Alarms",
    tasks: "Tasks",
    curves: "Decisive readings",
    curvesNote: "Lines are thresholds of alarms and bounds of proofs",
    noCurve: "no readings to show",
    figures: "Response times",
    figuresNote: "Median and 90th percentile; what lacks a moment does not count",
    late: "Late",
    notLate: "Nothing passed a deadline of the plan",
    lateLines: { sign: "signed late", finish: "done late", report: "reported late" },
    overdueSince: (clock) => `overdue since ${clock}`,
    doneAfter: (span) => `done ${span} after that`,
    neverDone: "never done",
    missed: "Missed",
    notMissed: "Everything that the plan asks for was done",
    notOver: "The incident is not over; what was missed is judged then",
    missedLines: { task: "task not done", report: "not reported", item: "not ticked" },
    lessons: "Lessons",
    noLessons: "none written yet",
    lesson: "Write a lesson or a measure (on the ledger, never changed)",
    write: "Record",
    ledger: "Ledger",
    ledgerNote: "This digest seals everything before it; yiping ledger verify checks it",
    program: "program",
    kinds: { fact: "fact", decision: "decision", step: "done", program: "program" },
    whats: {
      alarm_raised: "alarm raised",
      alarm_returned: "alarm over",
      alarm_amended: "alarm amended",
      alarm_split: "alarm split",
      alarm_withdrawn: "alarm withdrawn",
      acknowledge: "alarm acknowledged",
      notice: "notice sent",
      overdue: "overdue",
      remind: "reminded",
      supervise: "supervised",
      prove: "proved by readings",
      relapse: "relapsed",
      lesson: "lesson",
      merged_into: "merged into",
      taken_out_of: "taken out of",
    },
    legs: {
      raised_to_acknowledged: "raised → acknowledged",
      raised_to_opened: "raised → incident reported",
      opened_to_response: "reported → response",
      response_to_dispatch: "response → dispatch",
      dispatch_to_signed: "dispatch → signed",
      dispatch_to_scene: "dispatch → on scene",
      dispatch_to_finished: "dispatch → done",
      dispatch_to_closed: "dispatch → closed",
      opened_to_ended: "reported → ended",
    },
    columns: {
      time: "Time",
      what: "What",
      who: "Who",
      evidence: "Evidence",
      task: "Task",
      made: "Sent",
      signed: "Signed",
      arrived: "On scene",
      finished: "Done",
      closed: "Closed",
      due: "Due",
      leg: "Leg",
      count: "Count",
      median: "Median",
      p90: "90th percentile",
      alarm: "Alarm",
      raised: "Raised",
      acknowledged: "Acknowledged",
      returned: "Over",
      extreme: "Extreme / limit",
    },
    evidence: {
      screen: (digest, position) => `screen ${digest} @${position}`,
      photos: (count, first) => `photos: ${count} ${first}`,
      readings: (datastream, value) => `readings ${datastream} ${value}`,
      plan: (plan, digest) => `plan ${plan} ${digest}`,
    },
  },
};
