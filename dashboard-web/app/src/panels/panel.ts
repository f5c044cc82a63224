import type { Component } from "solid-js";
import type { Acknowledge } from "../feed/acknowledge";
import type { Command } from "../feed/command";
import type { Duty } from "../feed/duty";
import type { Own } from "../feed/presence";
import type { Roads } from "../feed/roads";
import type { Wall } from "../feed/store";

/** What every panel gets: the store to draw from, and what a person may do here. */
export interface PanelProps {
  readonly wall: Wall;
  readonly acknowledge: Acknowledge;
  /** Who is signed in. */
  readonly own: Own;
  /** What may be ordered; absent where nothing is. */
  readonly command?: Command | undefined;
  /** Who is on duty; absent where nobody is asked. */
  readonly duty?: Duty | undefined;
  /** The roads; absent where nobody knows them. */
  readonly roads?: Roads | undefined;
  /** Shows the page of duty. */
  readonly onDuty?: () => void;
  /** Shows an alarm in detail. */
  readonly onOpen?: (alarm: string) => void;
  /** The alarm that is shown in detail. */
  readonly opened?: string | undefined;
}

/** A panel draws from the store and never fetches. */
export type Panel = Component<PanelProps>;
