import type { Late, Stage, Step, TaskStage } from "../feed/command";

/** The texts of the command table and of the phone. */
export interface CommandWords {
  readonly toTable: string;
  readonly toPhone: string;
  readonly stageNames: Readonly<Record<Stage, string>>;
  readonly taskStages: Readonly<Record<TaskStage, string>>;
  readonly steps: Readonly<Record<Step, string>>;
  readonly late: Readonly<Record<Late, string>>;
  readonly incidentClasses: Readonly<Record<string, string>>;
  readonly phone: Readonly<
    Record<
      | "none"
      | "offline"
      | "online"
      | "queued"
      | "pending"
      | "until"
      | "over"
      | "noDeadline"
      | "photo"
      | "evidence"
      | "proofReading"
      | "waitsProof"
      | "note"
      | "refuse"
      | "reason"
      | "back"
      | "dropped"
      | "forget"
      | "openTasks"
      | "needPhotos"
      | "install"
      | "stale",
      string
    >
  >;
  readonly offlineFor: (patience: string) => string;
  readonly waitingToSend: (count: number) => string;
  readonly table: Readonly<
    Record<
      | "incidents"
      | "none"
      | "open"
      | "title"
      | "class"
      | "area"
      | "eventLevel"
      | "response"
      | "noResponse"
      | "commander"
      | "nobody"
      | "assess"
      | "respond"
      | "plan"
      | "level"
      | "adjust"
      | "end"
      | "evaluate"
      | "handle"
      | "note"
      | "reason"
      | "timeline"
      | "tasks"
      | "items"
      | "reports"
      | "given"
      | "give"
      | "noDue"
      | "addTask"
      | "verify"
      | "sendBack"
      | "close"
      | "cancel"
      | "proof"
      | "away"
      | "since"
      | "pick"
      | "unassigned"
      | "program"
      | "takeCommand"
      | "offerCommand"
      | "offerTo"
      | "fromAlarm"
      | "done"
      | "why",
      string
    >
  >;
  readonly responseLevel: (level: number) => string;
  readonly eventLevels: readonly [string, string, string, string];
  readonly evidenceOf: (given: number, needed: number) => string;
  readonly acts: Readonly<Record<string, string>>;
  readonly reportSteps: Readonly<Record<"first" | "followup" | "final", string>>;
  readonly itemKinds: Readonly<Record<"check" | "resource" | "notice", string>>;
  readonly relapsed: (times: number) => string;
}

const ROMAN = ["Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ"] as const;

export const zhCommand: CommandWords = {
  toTable: "指挥台",
  toPhone: "我的任务",
  stageNames: {
    reported: "接报",
    assessing: "研判",
    responding: "启动响应",
    handling: "处置",
    adjusting: "响应调整",
    ended: "终止",
    evaluated: "评估",
  },
  taskStages: {
    dispatched: "待签收",
    signed: "已签收",
    en_route: "出动",
    on_scene: "到场",
    working: "处置",
    done: "待核证",
    verified: "已核证",
    closed: "已办结",
    refused: "已拒绝",
    withdrawn: "已撤销",
  },
  steps: {
    sign: "签收",
    refuse: "拒绝",
    set_out: "出动",
    arrive: "到场",
    begin: "开始处置",
    finish: "处置完成",
    reassign: "改派",
    verify: "核证",
    send_back: "退回",
    close: "办结",
    withdraw: "撤销",
    tell: "上报",
    call_help: "求援",
    hear_call: "求援已收到",
  },
  late: { no: "", overdue: "超时", reminded: "已催办", supervised: "督办" },
  incidentClasses: { natural: "自然灾害", accident: "事故灾难", health: "公共卫生事件", security: "社会安全事件" },
  phone: {
    none: "没有你的任务",
    offline: "离线",
    online: "已联网",
    queued: "联网自动发",
    pending: "待发",
    until: "距时限",
    over: "超时",
    noDeadline: "不限时",
    photo: "拍照",
    evidence: "证据",
    proofReading: "由监测读数核证",
    waitsProof: "已反馈，待核证",
    note: "现场情况（可不填）",
    refuse: "不能接",
    reason: "原因",
    back: "返回",
    dropped: "未被接受",
    forget: "知道了",
    openTasks: "任务",
    needPhotos: "证据未齐",
    install: "可添加到手机主屏",
    stale: "以下为离线前的任务",
  },
  offlineFor: (patience) => `离线 ${patience}`,
  waitingToSend: (count) => `${count} 条待发，联网自动发`,
  table: {
    incidents: "事件",
    none: "没有事件",
    open: "接报新事件",
    title: "事件名称",
    class: "类别",
    area: "区划代码",
    eventLevel: "事件等级",
    response: "响应",
    noResponse: "未启动响应",
    commander: "指挥",
    nobody: "无人",
    assess: "开始研判",
    respond: "启动响应",
    plan: "预案",
    level: "级别",
    adjust: "调整响应",
    end: "终止",
    evaluate: "评估归档",
    handle: "转入处置",
    note: "说明",
    reason: "理由",
    timeline: "经过与决定",
    tasks: "任务板",
    items: "预案清单",
    reports: "信息报告",
    given: "已报",
    give: "报出",
    noDue: "不限时",
    addTask: "加任务",
    verify: "核证",
    sendBack: "退回",
    close: "办结",
    cancel: "取消",
    proof: "证据",
    away: "联系不上服务器，以下为",
    since: "事发",
    pick: "选一个事件",
    unassigned: "待认领",
    program: "系统",
    takeCommand: "接过指挥",
    offerCommand: "移交指挥",
    offerTo: "移交给（账号）",
    fromAlarm: "由报警转入",
    done: "确定",
    why: "依据",
  },
  responseLevel: (level) => `${ROMAN[level - 1] ?? level} 级响应`,
  eventLevels: ["特别重大", "重大", "较大", "一般"],
  evidenceOf: (given, needed) => `证据 ${given} / ${needed}`,
  acts: {
    open: "接报",
    amend: "更新",
    move: "阶段",
    respond: "启动响应",
    adjust: "调整响应",
    merge: "并入",
    unmerge: "拆分",
    attach: "关联",
    dismiss: "排除",
    offer_command: "移交指挥",
    take_command: "接过指挥",
    hand_over: "移交指挥",
    warn: "发布预警",
    propose: "提请（双人）",
    recall: "撤回提请",
    merged_into: "并入他处",
    taken_out_of: "拆出",
    add_task: "加任务",
    task: "任务",
    tick: "清单",
    report: "报告",
    report_overdue: "报告超时",
    lesson: "经验",
    estimate: "泄漏估算",
    to_war: "转战时",
    to_peace: "转平时",
    deferred: "战时延后的报警",
    confirm: "双人确认",
    receive: "接收工单",
    set_aside: "搁置建议",
  },
  reportSteps: { first: "初报", followup: "续报", final: "终报" },
  itemKinds: { check: "核对", resource: "调集", notice: "通知" },
  relapsed: (times) => `读数复发 ${times} 次`,
};

export const enCommand: CommandWords = {
  toTable: "Command table",
  toPhone: "My tasks",
  stageNames: {
    reported: "Reported",
    assessing: "Assessing",
    responding: "Responding",
    handling: "Handling",
    adjusting: "Adjusting",
    ended: "Ended",
    evaluated: "Evaluated",
  },
  taskStages: {
    dispatched: "To be signed",
    signed: "Signed",
    en_route: "En route",
    on_scene: "On scene",
    working: "Working",
    done: "To be verified",
    verified: "Verified",
    closed: "Closed",
    refused: "Refused",
    withdrawn: "Withdrawn",
  },
  steps: {
    sign: "Sign",
    refuse: "Refuse",
    set_out: "Set out",
    arrive: "Arrive",
    begin: "Begin",
    finish: "Done",
    reassign: "Reassign",
    verify: "Verify",
    send_back: "Send back",
    close: "Close",
    withdraw: "Withdraw",
    tell: "Report",
    call_help: "Call for help",
    hear_call: "Call heard",
  },
  late: { no: "", overdue: "overdue", reminded: "reminded", supervised: "supervised" },
  incidentClasses: {
    natural: "Natural disaster",
    accident: "Accident",
    health: "Public health",
    security: "Public security",
  },
  phone: {
    none: "No tasks for you",
    offline: "Offline",
    online: "Online",
    queued: "sent when online",
    pending: "to be sent",
    until: "Left",
    over: "Overdue",
    noDeadline: "no deadline",
    photo: "Photo",
    evidence: "Evidence",
    proofReading: "Proved by readings",
    waitsProof: "Reported, to be verified",
    note: "What you see (optional)",
    refuse: "Cannot",
    reason: "Reason",
    back: "Back",
    dropped: "Not accepted",
    forget: "Understood",
    openTasks: "Tasks",
    needPhotos: "Evidence missing",
    install: "Can be added to the home screen",
    stale: "As they were before the link was lost",
  },
  offlineFor: (patience) => `Offline ${patience}`,
  waitingToSend: (count) => `${count} to be sent when online`,
  table: {
    incidents: "Incidents",
    none: "No incidents",
    open: "New incident",
    title: "What it is",
    class: "Class",
    area: "Area code",
    eventLevel: "Event level",
    response: "Response",
    noResponse: "No response yet",
    commander: "Commander",
    nobody: "nobody",
    assess: "Begin to assess",
    respond: "Start response",
    plan: "Plan",
    level: "Level",
    adjust: "Adjust response",
    end: "End",
    evaluate: "Evaluate",
    handle: "Go on to handling",
    note: "Note",
    reason: "Reason",
    timeline: "What happened and was decided",
    tasks: "Tasks",
    items: "Lines of the plan",
    reports: "Reports",
    given: "given",
    give: "Give",
    noDue: "no deadline",
    addTask: "Add a task",
    verify: "Verify",
    sendBack: "Send back",
    close: "Close",
    cancel: "Cancel",
    proof: "Evidence",
    away: "The server does not answer; this is as of",
    since: "since",
    pick: "Pick an incident",
    unassigned: "nobody yet",
    program: "system",
    takeCommand: "Take command",
    offerCommand: "Hand over command",
    offerTo: "To (account)",
    fromAlarm: "From the alarm",
    done: "OK",
    why: "By",
  },
  responseLevel: (level) => `Response ${ROMAN[level - 1] ?? level}`,
  eventLevels: ["Extraordinarily serious", "Serious", "Major", "Ordinary"],
  evidenceOf: (given, needed) => `evidence ${given} / ${needed}`,
  acts: {
    open: "reported",
    amend: "amended",
    move: "stage",
    respond: "response started",
    adjust: "response adjusted",
    merge: "merged",
    unmerge: "unmerged",
    attach: "attached",
    dismiss: "dismissed",
    offer_command: "command offered",
    take_command: "command taken",
    hand_over: "command handed over",
    warn: "warning issued",
    propose: "proposed, takes two",
    recall: "proposal taken back",
    merged_into: "merged into another",
    taken_out_of: "taken out of another",
    add_task: "task added",
    task: "task",
    tick: "line",
    report: "report",
    report_overdue: "report overdue",
    lesson: "lesson",
    estimate: "leak estimated",
    to_war: "to war",
    to_peace: "to peace",
    deferred: "alarms that waited",
    confirm: "confirmed by a second person",
    receive: "order received",
    set_aside: "proposal set aside",
  },
  reportSteps: { first: "First report", followup: "Follow-up", final: "Final report" },
  itemKinds: { check: "check", resource: "fetch", notice: "tell" },
  relapsed: (times) => `relapsed ${times}×`,
};
