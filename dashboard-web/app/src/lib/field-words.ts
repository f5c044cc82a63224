/** The texts of the phone of somebody in the field, beside those of its tasks. */
export interface FieldWords {
  readonly outside: Readonly<
    Record<
      | "report"
      | "photoLost"
      | "noRoom"
      | "notAPhoto"
      | "shrinking"
      | "retry"
      | "help"
      | "hold"
      | "helpSent"
      | "helpWaits"
      | "helpSms"
      | "checkIn"
      | "nextCheckIn"
      | "missedCheckIn"
      | "checkInAway"
      | "me"
      | "noEntry"
      | "noHazard"
      | "received"
      | "navigate"
      | "locate"
      | "locating"
      | "stopLocating"
      | "notLocated"
      | "newer"
      | "update"
      | "write"
      | "sendWords"
      | "commander"
      | "map"
      | "toAssembly"
      | "round"
      | "straight"
      | "noWay"
      | "queue",
      string
    >
  >;
  /** The five squares of a task. */
  readonly squares: Readonly<Record<"sign" | "set_out" | "arrive" | "begin" | "finish", string>>;
  readonly sendingPhotos: (sent: number, all: number) => string;
  readonly photosWaiting: (count: number) => string;
  readonly everyMinutes: (minutes: number) => string;
  readonly routeSaid: (km: string, minutes: number) => string;
  readonly minutesAgo: (minutes: number) => string;
  readonly helpText: (task: string, place: string) => string;
  readonly waitingFull: (megabytes: number) => string;
}

export const zhField: FieldWords = {
  outside: {
    report: "拍照上报",
    photoLost: "照片已不在这部手机上，请重拍",
    noRoom: "手机存储不够，照片没有保存",
    notAPhoto: "不是能读的照片",
    shrinking: "正在保存照片",
    retry: "再试",
    help: "求援",
    hold: "长按",
    helpSent: "求援已送达",
    helpWaits: "求援待发",
    helpSms: "短信求援",
    checkIn: "报平安",
    nextCheckIn: "下次报平安",
    missedCheckIn: "该报平安了",
    checkInAway: "没有送达，联网后再报",
    me: "我",
    noEntry: "禁入",
    noHazard: "没有收到危险区",
    received: "收到",
    navigate: "导航",
    locate: "上报我的位置",
    locating: "任务期间正在上报位置",
    stopLocating: "停止",
    notLocated: "手机没有给出位置",
    newer: "有新版本",
    update: "更新",
    write: "文字上报",
    sendWords: "上报",
    commander: "指挥",
    map: "危险区地图，北在上",
    toAssembly: "到危险区外集结点",
    round: "绕开危险区",
    straight: "无路网，按直线估算",
    noWay: "没有绕开危险区的路",
    queue: "待发",
  },
  squares: { sign: "签收", set_out: "出动", arrive: "到场", begin: "处置", finish: "反馈" },
  sendingPhotos: (sent, all) => `照片 ${sent} / ${all}`,
  photosWaiting: (count) => `照片 ${count}`,
  everyMinutes: (minutes) => `每 ${minutes} 分`,
  routeSaid: (km, minutes) => `路线 ${km} km　${minutes} 分`,
  minutesAgo: (minutes) => `${minutes} 分前`,
  helpText: (task, place) => `求援：${task} ${place}`,
  waitingFull: (megabytes) => `待发照片已满 ${megabytes} MB，联网发出后再拍`,
};

export const enField: FieldWords = {
  outside: {
    report: "Photo report",
    photoLost: "The photo is not on this phone any more: take it again",
    noRoom: "No room on this phone: the photo was not kept",
    notAPhoto: "This is no photo that can be read",
    shrinking: "Keeping the photo",
    retry: "Try again",
    help: "Help",
    hold: "hold",
    helpSent: "Help called",
    helpWaits: "Help waits",
    helpSms: "SMS for help",
    checkIn: "I am well",
    nextCheckIn: "Next check-in",
    missedCheckIn: "Check in now",
    checkInAway: "Not delivered: again when online",
    me: "me",
    noEntry: "no entry",
    noHazard: "No hazard received",
    received: "received",
    navigate: "Navigate",
    locate: "Tell my position",
    locating: "Position is told during the task",
    stopLocating: "Stop",
    notLocated: "The phone gives no position",
    newer: "There is a newer version",
    update: "Update",
    write: "Write",
    sendWords: "Report",
    commander: "under",
    map: "Map of the hazard, north up",
    toAssembly: "to a point outside the hazard",
    round: "round the hazard",
    straight: "no roads: straight line, estimated",
    noWay: "No way round the hazard",
    queue: "To be sent",
  },
  squares: { sign: "signed", set_out: "out", arrive: "there", begin: "at work", finish: "told" },
  sendingPhotos: (sent, all) => `photo ${sent} / ${all}`,
  photosWaiting: (count) => `${count} photo${count === 1 ? "" : "s"}`,
  everyMinutes: (minutes) => `${minutes} min`,
  routeSaid: (km, minutes) => `way ${km} km, ${minutes} min`,
  minutesAgo: (minutes) => `${minutes} min ago`,
  helpText: (task, place) => `HELP: ${task} ${place}`,
  waitingFull: (megabytes) => `${megabytes} MB of photos wait: send them before taking more`,
};
