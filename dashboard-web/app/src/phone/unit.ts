import type { Step } from "../feed/command";

/** What the own unit is busy with, in the order of a deployment. */
const DEPLOYED = ["assigned", "en_route", "on_scene"];

const REACHES: Readonly<Partial<Record<Step, number>>> = { sign: 0, set_out: 1, arrive: 2 };

/** What the own unit becomes next by a step of its task; `undefined` when it is as far already, on this task or another. */
export function follows(status: string, step: Step): string | undefined {
  const [is, reaches] = [DEPLOYED.indexOf(status), REACHES[step]];
  return reaches !== undefined && is < reaches ? DEPLOYED[is + 1] : undefined;
}
