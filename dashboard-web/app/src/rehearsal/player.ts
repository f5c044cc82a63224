import type { Acknowledge } from "../feed/acknowledge";
import type { Socket } from "../feed/link";
import type { AlarmView, Delta, ServerMessage, Snapshot } from "../feed/messages";
import { Scene } from "../feed/scene";
import type { Quieting } from "../feed/shelving";
import { actor } from "./door";
import { Quiet, shelvedAt } from "./quiet";

/** A recorded feed: a snapshot and what followed, one delta for each second. */
export interface Recording {
  readonly snapshot: Snapshot;
  readonly deltas: readonly Delta[];
}

/** How a recording is played. */
export interface PlayOptions {
  /** Start at this second of the recording. */
  readonly fromSecs: number;
  /** Fall silent after this many seconds. */
  readonly cutSecs: number | undefined;
}

/** Plays a recording as a server would: sockets that begin with a snapshot, one delta a second, acknowledgements that show. */
export class Player {
  private readonly scene = new Scene();
  private readonly acknowledged = new Map<string, NonNullable<AlarmView["acknowledged"]>>();
  private socket: PlayedSocket | undefined;
  private next = 0;
  private played = 0;
  private quiet: Quiet;

  constructor(
    private readonly recording: Recording,
    private readonly options: PlayOptions,
  ) {
    this.quiet = this.quieted();
    this.rewind();
    setInterval(() => this.second(), 1_000);
  }

  open(): Socket {
    this.socket = new PlayedSocket();
    const { socket } = this;
    if (!this.silent()) setTimeout(() => socket.say(this.snapshot()), 30);
    return socket;
  }

  readonly acknowledge: Acknowledge = async ({ id }, _position, note) => {
    const known = this.scene.alarms.get(id);
    if (known === undefined) return { outcome: "refused", why: "404" };
    if (known.acknowledged !== null) return { outcome: "taken", by: known.acknowledged };
    const { name: person, seat } = actor();
    this.acknowledged.set(id, { person, seat, at_ms: this.scene.nowMs, note });
    this.send({ after: 0, position: 0, now_ms: this.scene.nowMs, alarms: [known] });
    return { outcome: "done" };
  };

  /** What keeps alarms quiet. */
  get quieting(): Quieting {
    return this.quiet.door;
  }

  private quieted(): Quiet {
    return new Quiet(
      shelvedAt(this.recording.snapshot.now_ms),
      () => this.scene.nowMs,
      (shelving) => {
        const alarms = [...this.scene.alarms.values()];
        this.send({ after: 0, position: 0, now_ms: this.scene.nowMs, alarms, shelving });
      },
    );
  }

  private silent(): boolean {
    return this.options.cutSecs !== undefined && this.played >= this.options.cutSecs;
  }

  private snapshot(): ServerMessage {
    const { city, properties, rules, event_types } = this.recording.snapshot;
    return {
      type: "snapshot",
      scene: "wall",
      position: this.scene.position ?? 0,
      now_ms: this.scene.nowMs,
      city,
      properties,
      rules,
      ...(event_types === undefined ? {} : { event_types }),
      state: this.scene.view(),
    };
  }

  private rewind(): void {
    this.acknowledged.clear();
    this.quiet = this.quieted();
    const { snapshot } = this.recording;
    const { shelving } = this.quiet;
    this.scene.apply({ type: "snapshot", ...snapshot, state: { ...snapshot.state, shelving } });
    this.next = 0;
    while (this.next < this.options.fromSecs) this.step(() => {});
  }

  private second(): void {
    this.played += 1;
    this.quiet.tick();
    if (this.next >= this.recording.deltas.length) {
      this.rewind();
      if (!this.silent()) this.socket?.say(this.snapshot());
      return;
    }
    this.step((message) => {
      if (!this.silent()) this.socket?.say(message);
    });
  }

  private step(say: (message: ServerMessage) => void): void {
    const delta = this.recording.deltas[this.next];
    this.next += 1;
    if (delta !== undefined) this.send(delta, say);
  }

  /** Applies a delta on top of what is held, with the acknowledgements given meanwhile, and says it. */
  private send(delta: Delta, say = (message: ServerMessage) => this.socket?.say(message)): void {
    const alarms: AlarmView[] = [];
    const closed: string[] = [...(delta.closed ?? [])];
    for (const raised of delta.alarms ?? []) {
      const alarm = this.quiet.of(raised);
      const by = this.acknowledged.get(alarm.id);
      if (by === undefined) alarms.push(alarm);
      else if (alarm.ended_ms !== null) closed.push(alarm.id);
      else alarms.push({ ...alarm, state: "acknowledged", acknowledged: by });
    }
    const after = this.scene.position ?? 0;
    const position = after + Math.max(1, delta.position - delta.after);
    const message: ServerMessage = { type: "delta", ...delta, after, position, alarms, closed };
    this.scene.apply(message);
    say(message);
  }
}

class PlayedSocket implements Socket {
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;
  onerror: Socket["onerror"] = null;

  say(message: ServerMessage): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  close(): void {
    this.onmessage = null;
  }
}
