import type { TaskStage } from "../feed/command";
import type { Route } from "../feed/field";

/** A way to a task, as it was received by city time. */
export interface KeptRoute extends Route {
  readonly task: string;
  readonly receivedMs: number;
}

/** The way is asked for again after so long: who drives moves, and a hazard grows. */
const ROUTE_MS = 20_000;

/** Whether somebody is on the way who stands at this stage. */
export const isOnWay = (stage: TaskStage): boolean => stage === "signed" || stage === "en_route";

/** Whether it is time to ask for the way to a task. */
export function isDue(known: KeptRoute | undefined, task: string, nowMs: number): boolean {
  return known?.task !== task || nowMs - known.receivedMs >= ROUTE_MS;
}

/** How far and how long: kilometres with one digit, whole minutes, never none. */
export function farAndLong({
  metres,
  time_secs,
}: Route): { readonly km: string; readonly minutes: number } | undefined {
  if (time_secs === null) return undefined;
  return { km: (metres / 1_000).toFixed(1), minutes: Math.max(1, Math.ceil(time_secs / 60)) };
}

/** What is to be said of a way besides, the gravest first. */
export function remarks({
  basis,
  assembly,
  open_secs,
  time_secs,
}: Route): readonly ("toAssembly" | "round" | "straight")[] {
  return [
    ...(assembly === null ? [] : (["toAssembly"] as const)),
    ...(time_secs !== null && open_secs !== null && time_secs > open_secs ? (["round"] as const) : []),
    ...(basis.basis === "straight" ? (["straight"] as const) : []),
  ];
}
