import type { Delta, LatestView, RuleView, StateView } from "./messages";

/** What the server may say beside the messages that it always sends: a screen that does not hear it shows less, and says so. */

/** Something that happened at a thing: a detection of a camera. */
export interface EventView {
  readonly thing: string;
  readonly kind: string;
  /** The track that the camera follows. */
  readonly key: string | null;
  /** Where in the picture. */
  readonly part: string | null;
  readonly at_ms: number;
  readonly received_ms: number;
  readonly values: readonly { readonly property: string; readonly value: number }[];
}

export interface Eventful {
  readonly events?: readonly EventView[];
}

export type EventfulState = StateView & Eventful;
export type EventfulDelta = Delta & Eventful;

/** A derived value may name what decided it: the worst item of a class. */
export type Reasoned = LatestView & { readonly because?: readonly string[] | string | null };

/** What decided a value, as ids of properties. */
export function reasons(value: Reasoned | undefined): readonly string[] {
  const { because } = value ?? {};
  if (because === undefined || because === null || because === "") return [];
  return typeof because === "string" ? [because] : because;
}

/** A rule may say more of itself. */
export type ExplainedRule = RuleView & {
  readonly operator?: unknown;
  readonly version?: string | number | null;
};
