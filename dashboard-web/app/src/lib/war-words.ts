/** The texts of peace and war. */
export interface WarWords {
  readonly war: {
    readonly title: string;
    readonly what: string;
    readonly war: string;
    readonly peace: string;
    readonly toWar: string;
    readonly toPeace: string;
    readonly pressAgainWar: string;
    readonly pressAgainPeace: string;
    readonly nowWar: string;
    readonly nowPeace: string;
    readonly note: string;
    readonly noResponse: string;
    readonly notYours: string;
    readonly close: string;
    readonly since: (clock: string) => string;
    readonly deferred: (count: number) => string;
    readonly left: (count: number, open: number) => string;
    readonly deferredMark: string;
    readonly waits: (incident: number) => string;
    readonly happened: (clock: string) => string;
    readonly minutes: (count: number) => string;
    readonly tasksDone: string;
    readonly highest: string;
    readonly leak: string;
    readonly estimated: string;
    readonly commander: string;
    readonly tasks: string;
    readonly tasksNote: (all: number, over: number, shown: number) => string;
    readonly unsigned: string;
    readonly toSign: string;
    readonly toDo: string;
    readonly late: string;
    readonly noTime: string;
    readonly done: string;
    readonly finished: string;
    readonly byReadings: string;
    readonly nobody: string;
    readonly noTasks: string;
    readonly reports: string;
    readonly reportsNote: string;
    readonly reported: (clock: string) => string;
    readonly before: (clock: string) => string;
    readonly noReports: string;
    readonly map: string;
    readonly north: string;
    readonly windFrom: (degrees: number) => string;
    readonly windNone: string;
    readonly windMeasured: string;
    readonly plumeFrom: (clock: string) => string;
    readonly plumeNone: string;
    readonly plumeBasis: string;
    readonly plumeRough: string;
    readonly nowFront: (clock: string) => string;
    readonly legendDecides: string;
    readonly legendBand: string;
    readonly legendSensor: string;
    readonly legendSource: string;
    readonly scaleNote: string;
    readonly places: string;
    readonly placesNote: string;
    readonly arrival: string;
    readonly arrived: string;
    readonly toGo: string;
    readonly outside: string;
    readonly noPlaces: string;
    readonly noPosition: string;
    readonly sensors: string;
    readonly distance: string;
    readonly current: string;
    readonly trend: string;
    readonly age: string;
    readonly silent: (value: string, clock: string) => string;
    readonly noSensors: string;
    readonly items: string;
    readonly itemsNote: (done: number, all: number) => string;
    readonly notDone: string;
    readonly noItems: string;
    readonly roles: string;
    readonly rolesNote: string;
    readonly open: (count: number) => string;
    readonly noRoles: string;
    readonly otherWar: string;
    readonly noOther: string;
    readonly routine: string;
    readonly routineUnsigned: (count: number) => string;
    readonly routineWaits: (count: number) => string;
    readonly sources: string;
    readonly sampling: (what: string, secs: number) => string;
  };
}

export const zhWar: WarWords = {
  war: {
    title: "平战转换",
    what: "大屏、静默、通知一起切换，全程留痕",
    war: "战时",
    peace: "平时",
    toWar: "转战时",
    toPeace: "转平时",
    pressAgainWar: "再按一次：转战时",
    pressAgainPeace: "再按一次：转平时",
    nowWar: "已转战时",
    nowPeace: "已转平时",
    note: "原因（非本人指挥的事件必填）",
    noResponse: "没有已启动响应的事件：先启动响应，再转战时",
    notYours: "非本人指挥",
    close: "关闭",
    since: (clock) => `${clock} 起战时`,
    deferred: (count) => `延后报警 ${count} 件`,
    left: (count, open) => `上次战时延后 ${count} 件，转平时时仍开放 ${open} 件`,
    deferredMark: "延后",
    waits: (incident) => `延后：事件 ${incident} 战时`,
    happened: (clock) => `事发 ${clock}`,
    minutes: (count) => `已 ${count} 分`,
    tasksDone: "任务办结",
    highest: "最高",
    leak: "泄漏，估算",
    estimated: "估算",
    commander: "总指挥",
    tasks: "任务",
    tasksNote: (all, over, shown) => `${all} 项　办结 ${over}　显示最急 ${shown} 项`,
    unsigned: "未签收",
    toSign: "距签收",
    toDo: "距时限",
    late: "超时",
    noTime: "无时限",
    done: "待核证",
    finished: "完成",
    byReadings: "读数核证",
    nobody: "待派",
    noTasks: "没有任务",
    reports: "信息报告",
    reportsNote: "时限按预案配置",
    reported: (clock) => `${clock} 已报`,
    before: (clock) => `${clock} 前`,
    noReports: "预案没有信息报告",
    map: "战时地图",
    north: "北",
    windFrom: (degrees) => `来向 ${degrees}°`,
    windNone: "风：无数据",
    windMeasured: "最近气象站实测",
    plumeFrom: (clock) => `扩散 ${clock} 算`,
    plumeNone: "没有泄漏估算，不画扩散",
    plumeBasis: "稳态高斯，平地，比空气重的气体更宽",
    plumeRough: "风向 ±15° 可能范围",
    nowFront: (clock) => `现在 ${clock}`,
    legendDecides: "定线",
    legendBand: "浓度带",
    legendSensor: "传感器",
    legendSource: "事发点",
    scaleNote: "道路未收录",
    places: "受影响对象",
    placesNote: "按烟羽到达先后，推算",
    arrival: "到达",
    arrived: "已到",
    toGo: "还有",
    outside: "烟羽外",
    noPlaces: "未登记受影响对象",
    noPosition: "位置无数据",
    sensors: "传感器",
    distance: "距事发点",
    current: "现在",
    trend: "40 分",
    age: "数据龄",
    silent: (value, clock) => `无数据　最后 ${value}，${clock} 起中断`,
    noSensors: "附近没有相关传感器",
    items: "预案清单",
    itemsNote: (done, all) => `完成 ${done} / ${all}`,
    notDone: "未完成",
    noItems: "预案没有清单",
    roles: "编组",
    rolesNote: "负责人　办结 / 任务",
    open: (count) => `余 ${count}`,
    noRoles: "预案没有编组",
    otherWar: "另有战时",
    noOther: "无其他报警",
    routine: "日常",
    routineUnsigned: (count) => `${count} 件未签收`,
    routineWaits: (count) => `延后 ${count} 件`,
    sources: "数据",
    sampling: (what, secs) => `采样要求：${what} 每 ${secs} 秒，数据源可查`,
  },
};

export const enWar: WarWords = {
  war: {
    title: "Peace and war",
    what: "walls, quiet and notices switch together, on the record",
    war: "At war",
    peace: "At peace",
    toWar: "To war",
    toPeace: "To peace",
    pressAgainWar: "Press again: to war",
    pressAgainPeace: "Press again: to peace",
    nowWar: "At war now",
    nowPeace: "At peace now",
    note: "Why (needed where you do not command)",
    noResponse: "No incident has a response: start one, then go to war",
    notYours: "not yours",
    close: "Close",
    since: (clock) => `at war since ${clock}`,
    deferred: (count) => `${count} alarms deferred`,
    left: (count, open) => `last war deferred ${count}, ${open} still open when it ended`,
    deferredMark: "deferred",
    waits: (incident) => `deferred: incident ${incident} is at war`,
    happened: (clock) => `since ${clock}`,
    minutes: (count) => `${count} min`,
    tasksDone: "tasks closed",
    highest: "highest",
    leak: "leak, estimated",
    estimated: "estimated",
    commander: "Commander",
    tasks: "Tasks",
    tasksNote: (all, over, shown) => `${all}, ${over} closed, most urgent ${shown}`,
    unsigned: "not signed",
    toSign: "to sign",
    toDo: "left",
    late: "overdue",
    noTime: "no limit",
    done: "to verify",
    finished: "given",
    byReadings: "by readings",
    nobody: "unassigned",
    noTasks: "No tasks",
    reports: "Reports",
    reportsNote: "times by the plan",
    reported: (clock) => `given ${clock}`,
    before: (clock) => `by ${clock}`,
    noReports: "The plan asks for no reports",
    map: "Map at war",
    north: "N",
    windFrom: (degrees) => `from ${degrees}°`,
    windNone: "Wind: no data",
    windMeasured: "measured nearest",
    plumeFrom: (clock) => `plume of ${clock}`,
    plumeNone: "No estimate of a leak, no plume",
    plumeBasis: "steady Gaussian, flat; heavy gas spreads wider",
    plumeRough: "wind ±15°",
    nowFront: (clock) => `now ${clock}`,
    legendDecides: "decides",
    legendBand: "bands",
    legendSensor: "sensor",
    legendSource: "incident",
    scaleNote: "no roads",
    places: "Affected",
    placesNote: "by arrival of the plume, inferred",
    arrival: "arrival",
    arrived: "reached",
    toGo: "left",
    outside: "outside",
    noPlaces: "Nothing affected is named",
    noPosition: "position: no data",
    sensors: "Sensors",
    distance: "distance",
    current: "now",
    trend: "40 min",
    age: "age",
    silent: (value, clock) => `no data, last ${value}, silent since ${clock}`,
    noSensors: "No sensor near",
    items: "Checklist",
    itemsNote: (done, all) => `${done} of ${all} done`,
    notDone: "open",
    noItems: "The plan has no lines",
    roles: "Groups",
    rolesNote: "lead, closed / tasks",
    open: (count) => `${count} open`,
    noRoles: "The plan has no groups",
    otherWar: "Also at war",
    noOther: "No other alarm",
    routine: "Routine",
    routineUnsigned: (count) => `${count} not acknowledged`,
    routineWaits: (count) => `${count} deferred`,
    sources: "sources",
    sampling: (what, secs) => `asked of sources: ${what} every ${secs} s`,
  },
};
