import type { TaskRow } from "../feed/command";
import { insideDrill } from "../feed/drill";
import type { Outside, OwnUnit } from "../feed/field";
import type { Kept, Queued } from "./queue";
import type { KeptRoute } from "./route";

/** What a phone knew when it last had a network. */
export interface Known {
  readonly person: string;
  readonly display: string;
  readonly atMs: number;
  /** How far the city's clock was ahead of the phone's. */
  readonly aheadMs: number;
  readonly tasks: readonly TaskRow[];
  /** The task that was open. */
  readonly opened?: string;
  /** The task that was looked at last, with its hazard, and when it was received by city time. */
  readonly outside?: Received;
  readonly unit?: OwnUnit | null;
  /** The way that was received last. */
  readonly route?: KeptRoute;
}

/** A task in full, as it was received. */
export interface Received extends Outside {
  readonly receivedMs: number;
}

// What was done in a drill is never sent to the real system, nor the other way round.
const WORLD = typeof location !== "undefined" && insideDrill(location.pathname) ? "yiping.drill" : "yiping";
const TASKS = `${WORLD}.tasks`;
const QUEUE = `${WORLD}.queue`;
const LOCATE = `${WORLD}.locate`;

function read<T>(key: string): T | undefined {
  try {
    const text = localStorage.getItem(key);
    return text === null ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined;
  }
}

function write(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch (error) {
    // A full or forbidden store: the page goes on, and what waits lives as long as it does.
    console.warn("not kept on this phone", error);
  }
}

/** The tasks as they were. */
export function knownTasks(): Known | undefined {
  return read<Known>(TASKS);
}

/** Whose phone it was when there was a network last. */
export function whoWas(): { readonly name: string; readonly display: string } | undefined {
  const known = knownTasks();
  return known && { name: known.person, display: known.display };
}

/** Keeps the tasks for when there is no network. */
export function keepTasks(known: Known): void {
  write(TASKS, known);
}

/** Who leaves takes the tasks along; what waits to be sent stays, under the person's name. */
export function forgetTasks(): void {
  try {
    localStorage.removeItem(TASKS);
  } catch {
    // Nothing was kept.
  }
}

/** The queue of a person on this phone. */
export function keptQueue(person: string): Kept {
  const key = `${QUEUE}.${person}`;
  return { read: () => read<readonly Queued[]>(key) ?? [], write: (queue) => write(key, queue) };
}

/** Digests of photographs that wait on this phone, of everybody who had it. */
export function waitingDigests(): ReadonlySet<string> {
  const digests = new Set<string>();
  try {
    for (const key of Object.keys(localStorage).filter((each) => each.startsWith(`${QUEUE}.`)))
      for (const { photos } of read<readonly Queued[]>(key) ?? []) for (const { digest } of photos) digests.add(digest);
  } catch {
    // Nothing was kept.
  }
  return digests;
}

/** Whether a person said that this phone may tell where it is during a task. */
export function mayLocate(person: string): boolean {
  return read<boolean>(`${LOCATE}.${person}`) === true;
}

/** Keeps what the person said of it. */
export function keepLocate(person: string, yes: boolean): void {
  write(`${LOCATE}.${person}`, yes);
}
