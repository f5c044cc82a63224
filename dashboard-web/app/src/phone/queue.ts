import type { Acted, At, Photo, Step, TaskRow, TaskStage } from "../feed/command";
import type { Brought } from "../feed/field";

/** A photograph of a step that waits. */
export interface QueuedPhoto extends Photo {
  /** The server has it, by this digest. */
  readonly here?: boolean;
}

/** A step that was taken on this phone, and whether the server has it. */
export interface Queued {
  /** Names the act: sent twice, it counts once. */
  readonly key: string;
  readonly task: string;
  readonly step: Step;
  /** When it was done, by this phone's clock. */
  readonly done_at: string;
  readonly place?: At;
  readonly note: string;
  readonly photos: readonly QueuedPhoto[];
  /** Why the server did not take it; somebody must look at it. */
  readonly refused?: string;
}

/** Where a step leads; the server has the whole table. */
const LEADS: Readonly<Partial<Record<Step, TaskStage>>> = {
  sign: "signed",
  refuse: "refused",
  set_out: "en_route",
  arrive: "on_scene",
  begin: "working",
  finish: "done",
};

/** The next step of a task that goes well. */
export function nextStep(stage: TaskStage): Step | undefined {
  switch (stage) {
    case "dispatched":
      return "sign";
    case "signed":
      return "set_out";
    case "en_route":
      return "arrive";
    case "on_scene":
      return "begin";
    case "working":
      return "finish";
    default:
      return undefined;
  }
}

/** Where a task stands when what waits to be sent is counted in. */
export function standing(task: TaskRow, queue: readonly Queued[]): TaskStage {
  return queue
    .filter((each) => each.task === task.id && each.refused === undefined)
    .reduce<TaskStage>((stage, { step }) => LEADS[step] ?? stage, task.stage);
}

/** How many photographs prove a task when what waits is counted in; the work begins anew with `begin`. */
export function proving(task: TaskRow, queue: readonly Queued[]): number {
  const own = queue.filter((each) => each.task === task.id && each.refused === undefined);
  const begun = own.findLastIndex(({ step }) => step === "begin");
  const shown = begun < 0 && task.stage === "working" ? task.photos : 0;
  if (begun < 0 && task.stage !== "working") return 0;
  return shown + own.slice(begun + 1).reduce((sum, { photos }) => sum + photos.length, 0);
}

/** How the queue is kept while the page is not there. */
export interface Kept {
  read(): readonly Queued[];
  write(queue: readonly Queued[]): void;
}

/** Where what waits goes. */
export interface Door {
  /** Sends one step. */
  step(step: Queued): Promise<Acted>;
  /** Sends one photograph of a step. */
  photo(photo: QueuedPhoto): Promise<Brought>;
}

/** A call for help waits for nothing. */
const URGENT: Step = "call_help";

/**
 * The steps that wait. They are sent in their order, one at a time, each after its photographs; what was sent stays in the queue until the server has
 * answered for it. A call for help goes before all others.
 */
export class Queue {
  private list: readonly Queued[];
  private sending: Promise<void> | undefined;

  constructor(
    private readonly kept: Kept,
    private readonly door: Door,
    private readonly changed: (queue: readonly Queued[]) => void,
  ) {
    this.list = kept.read();
  }

  /** All that waits, the oldest first. */
  all(): readonly Queued[] {
    return this.list;
  }

  /** Keeps a step, and then tries to send it. */
  add(step: Queued): Promise<void> {
    this.put([...this.list, step]);
    return this.replay();
  }

  /** Forgets a step that the server refused. */
  drop(key: string): void {
    this.put(this.list.filter((each) => each.key !== key));
  }

  /** Tries a step again that the server refused. */
  retry(key: string): Promise<void> {
    this.change(key, ({ refused: _, ...step }) => step);
    return this.replay();
  }

  /** Sends what waits. Two at once are one. */
  replay(): Promise<void> {
    this.sending ??= this.run().finally(() => {
      this.sending = undefined;
    });
    return this.sending;
  }

  private next(): Queued | undefined {
    const well = this.list.filter(({ refused }) => refused === undefined);
    // What follows a refused step of the same task rests on it; nothing rests on a call.
    const refused = this.list.filter((each) => each.refused !== undefined && each.step !== URGENT);
    const stuck = new Set(refused.map(({ task }) => task));
    return well.find(({ step }) => step === URGENT) ?? well.find(({ task }) => !stuck.has(task));
  }

  private async run(): Promise<void> {
    for (let next = this.next(); next !== undefined; next = this.next()) {
      const result = await this.one(next);
      if (result.outcome === "away") return;
      if (result.outcome === "refused") {
        const { why } = result;
        this.change(next.key, (step) => ({ ...step, refused: why }));
      }
    }
  }

  /** Sends the next part of a step: a photograph, or the step itself when all of them are there. */
  private async one(step: Queued): Promise<Brought | Acted> {
    const photo = step.photos.find(({ here }) => here !== true);
    if (photo === undefined) {
      const result = await this.door.step(step);
      if (result.outcome === "done") this.drop(step.key);
      return result;
    }
    const result = await this.door.photo(photo);
    if (result.outcome === "done") {
      // The server may have left something out: it is known by what is kept.
      const kept = { ...photo, digest: result.digest, here: true };
      const photos = (all: readonly QueuedPhoto[]) => all.map((each) => (each.digest === photo.digest ? kept : each));
      this.change(step.key, (same) => ({ ...same, photos: photos(same.photos) }));
    }
    return result;
  }

  private change(key: string, change: (step: Queued) => Queued): void {
    this.put(this.list.map((each) => (each.key === key ? change(each) : each)));
  }

  private put(list: readonly Queued[]): void {
    this.list = list;
    this.kept.write(list);
    this.changed(list);
  }
}
