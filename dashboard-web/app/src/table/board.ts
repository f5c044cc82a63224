import type { Photo, Task } from "../feed/command";

const LATE = { supervised: 0, reminded: 1, overdue: 2, no: 3 } as const;

/** Until when a task must be signed or done. */
export function until(task: Task): number | undefined {
  const text = task.stage === "dispatched" || task.stage === "refused" ? task.sign_by : task.done_by;
  return text === null ? undefined : Date.parse(text);
}

/** The latest first, then what is due first. */
export function byLateness(a: Task, b: Task): number {
  const late = Number(a.late === "no") - Number(b.late === "no");
  const due = (until(a) ?? Number.POSITIVE_INFINITY) - (until(b) ?? Number.POSITIVE_INFINITY);
  return late || (Number.isNaN(due) ? 0 : due) || LATE[a.late] - LATE[b.late];
}

/** The photographs of a task, each once. */
export function photos(task: Task): Photo[] {
  const all = task.steps.flatMap(({ photos }) => photos ?? []);
  return [...new Map(all.map((photo) => [photo.digest, photo])).values()];
}
