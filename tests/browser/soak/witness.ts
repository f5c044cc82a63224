// A second pair of eyes: its own socket, its own fold of the messages, nothing of the app. It can say what a wall at a position must show.
import { setTimeout as pause } from 'node:timers/promises';

export interface Said {
  readonly value: number | null;
  readonly at_ms: number;
}

interface Latest extends Said {
  readonly thing: string;
  readonly property: string;
  readonly value: number;
}

interface Index {
  readonly thing: string;
  readonly kind: string;
  readonly start_ms: number;
  readonly value: number | null;
}

interface Message {
  readonly type: 'snapshot' | 'delta' | 'history';
  readonly position: number;
  readonly now_ms: number;
  readonly properties: readonly { id: string; period_secs: number }[];
  readonly state: { things: readonly Thing[]; latest: readonly Latest[]; indices: readonly Index[] };
  readonly things?: readonly Thing[];
  readonly latest?: readonly Latest[];
  readonly indices?: readonly Index[];
  readonly gone?: readonly { thing: string; property: string }[];
}

interface Thing {
  readonly id: string;
  readonly period_secs: number | null;
}

/** How many positions back it remembers; a wall shows one of the last few. */
const POSITIONS_KEPT = 400;
const HOUR_SECS = 3_600;

export class Witness {
  /** City time of the last positions, oldest first. */
  readonly #times: { position: number; now_ms: number }[] = [];
  readonly #told = new Map<string, { position: number; said: Said | undefined }[]>();
  readonly #periods = new Map<string, number>();
  readonly #own = new Map<string, number>();
  readonly #socket: WebSocket;
  #waiting: (() => void)[] = [];

  /** The token is a wall's. */
  constructor(url: string, token: string) {
    this.#socket = new WebSocket(`${url.replace('http', 'ws')}/api/v1/live?scene=wall&token=${encodeURIComponent(token)}`);
    this.#socket.onmessage = ({ data }) => this.#hear(JSON.parse(String(data)) as Message);
  }

  close(): void {
    this.#socket.close();
  }

  get newest(): number {
    return this.#times.at(-1)?.position ?? -1;
  }

  /** Waits until it has heard a position; `false` when it has not within ten seconds. */
  async reached(position: number): Promise<boolean> {
    const end = AbortSignal.timeout(10_000);
    while (this.newest < position && !end.aborted) {
      const heard = new Promise<void>((resolve) => this.#waiting.push(resolve));
      await Promise.race([heard, pause(1_000, undefined, { ref: false })]);
    }
    return this.newest >= position;
  }

  /** City time of a position; `undefined` when it does not know that position. */
  now(position: number): number | undefined {
    return this.#times.find((each) => each.position === position)?.now_ms;
  }

  /** The last word on a datastream, or an index, at a position. */
  said(thing: string, property: string, position: number): Said | undefined {
    return this.#told.get(`${thing} ${property}`)?.findLast((each) => each.position <= position)?.said;
  }

  /** How old a value may be: three periods, as DESIGN.md's walls have it. */
  limitMs(thing: string, property: string): number {
    const period = property.startsWith('aqi_') ? HOUR_SECS : (this.#own.get(thing) ?? this.#periods.get(property) ?? 60);
    return 3 * period * 1_000;
  }

  #hear(message: Message): void {
    if (message.type === 'history') {
      return;
    }
    const { position, now_ms } = message;
    const told = message.type === 'snapshot' ? message.state : message;
    if (message.type === 'snapshot') {
      this.#times.length = 0;
      this.#told.clear();
      for (const { id, period_secs } of message.properties) {
        this.#periods.set(id, period_secs);
      }
    }
    this.#times.push({ position, now_ms });
    if (this.#times.length > POSITIONS_KEPT) {
      this.#times.shift();
    }
    for (const { id, period_secs } of told.things ?? []) {
      if (period_secs !== null) {
        this.#own.set(id, period_secs);
      }
    }
    for (const { thing, property, value, at_ms } of told.latest ?? []) {
      this.#note(thing, property, { value, at_ms });
    }
    for (const { thing, property } of message.gone ?? []) {
      this.#note(thing, property, undefined);
    }
    for (const { thing, kind, start_ms, value } of told.indices ?? []) {
      this.#note(thing, kind, { value, at_ms: start_ms });
    }
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) {
      wake();
    }
  }

  #note(thing: string, property: string, said: Said | undefined): void {
    const key = `${thing} ${property}`;
    const list = this.#told.get(key) ?? [];
    const oldest = this.#times[0]?.position ?? 0;
    // The newest of those before the oldest remembered position is still the word there.
    while (list.length > 1 && (list[1]?.position ?? 0) <= oldest) {
      list.shift();
    }
    list.push({ position: this.newest, said });
    this.#told.set(key, list);
  }
}
