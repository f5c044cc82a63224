import type { Acted, At, Photo, Step, TaskRow, TaskStage } from "../feed/command";

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
  readonly photos: readonly Photo[];
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

/** How the queue is kept while the page is not there. */
export interface Kept {
  read(): readonly Queued[];
  write(queue: readonly Queued[]): void;
}

/** Sends one step; the body as the API wants it. */
export type Send = (step: Queued) => Promise<Acted>;

/** The steps that wait. They are sent in their order, one at a time; what was sent stays in the queue until the server has answered for it. */
export class Queue {
  private list: readonly Queued[];
  private sending: Promise<void> | undefined;

  constructor(
    private readonly kept: Kept,
    private readonly send: Send,
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

  /** Sends what waits. Two at once are one. */
  replay(): Promise<void> {
    this.sending ??= this.run().finally(() => {
      this.sending = undefined;
    });
    return this.sending;
  }

  private async run(): Promise<void> {
    for (;;) {
      // What follows a refused step of the same task rests on it.
      const stuck = new Set(this.list.filter(({ refused }) => refused !== undefined).map(({ task }) => task));
      const next = this.list.find((each) => !stuck.has(each.task));
      if (next === undefined) return;
      const result = await this.send(next);
      if (result.outcome === "away") return;
      if (result.outcome === "done") this.drop(next.key);
      else this.put(this.list.map((each) => (each.key === next.key ? { ...each, refused: result.why } : each)));
    }
  }

  private put(list: readonly Queued[]): void {
    this.list = list;
    this.kept.write(list);
    this.changed(list);
  }
}
