import type { Step } from "../feed/command";

const DEPLOYED = ["assigned", "en_route", "on_scene"];

/** What the own unit becomes by a step of its task, in the order of a deployment. */
export const WAY: Readonly<Partial<Record<Step, readonly string[]>>> = {
  sign: DEPLOYED.slice(0, 1),
  set_out: DEPLOYED.slice(0, 2),
  arrive: DEPLOYED,
};
