import type { ServerMessage } from "./messages";

/** Silence after which the feed counts as lost, in machine time. The server speaks once a second. */
export const SILENCE_MS_MAX = 2_500;
/** The same when the socket is known to be closed: nothing can be on its way… */
export const CLOSED_MS_MAX = 1_000;
/** …but a short cut, mended at the first attempt, is not worth saying. */
export const MENDED_MS_MAX = 350;
/** Time that a connection may take to be made. */
const CONNECT_MS_MAX = 5_000;
const BACKOFF_MS_MIN = 250;
const BACKOFF_MS_MAX = 2_000;

/** How the feed stands. `since_ms` is machine time: of the last frame, or of the start when there was none. */
export interface LinkState {
  readonly state: "waiting" | "live" | "lost";
  readonly sinceMs: number;
  readonly attempts: number;
}

/** The part of a `WebSocket` that the link uses. */
export interface Socket {
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  /** With the code of the WebSocket, where there was one. */
  onclose: ((code?: number) => void) | null;
  onerror: (() => void) | null;
  close(): void;
}

/** What the link needs from outside. */
export interface LinkPorts {
  /** Opens a socket that resumes after a position, or starts with a snapshot. */
  open(after: number | undefined): Socket;
  /** Position of the state that is held. */
  position(): number | undefined;
  /** Takes a message; `false` when it does not fit the state. */
  accept(message: ServerMessage): boolean;
  /** Hears of every change of the link's state. */
  changed(state: LinkState): void;
  /** Between 0 and 1; spreads reconnections of many screens. */
  random(): number;
}

/** Keeps one socket to the server open: reconnects with backoff, resumes, and says when the feed fell silent. */
export class Link {
  private socket: Socket | undefined;
  private spoken = false;
  private wholeNext = false;
  private attempts = 0;
  private backoffMs = BACKOFF_MS_MIN;
  private lastFrameMs = Date.now();
  private closedMs: number | undefined;
  private state: LinkState["state"] = "waiting";
  private watchdog: ReturnType<typeof setTimeout> | undefined;
  private pending: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly ports: LinkPorts) {}

  start(): void {
    this.lastFrameMs = Date.now();
    this.watch();
    this.connect();
  }

  stop(): void {
    clearTimeout(this.watchdog);
    clearTimeout(this.pending);
    this.drop();
    this.change("waiting");
  }

  private connect(): void {
    this.attempts += 1;
    this.spoken = false;
    const after = this.wholeNext ? undefined : this.ports.position();
    const socket = this.ports.open(after);
    this.socket = socket;
    socket.onmessage = (event) => this.hear(event.data);
    socket.onclose = () => this.closed();
    socket.onerror = () => this.closed();
    clearTimeout(this.pending);
    this.pending = setTimeout(() => {
      if (!this.spoken) this.reconnect();
    }, CONNECT_MS_MAX);
  }

  private hear(data: unknown): void {
    const message = typeof data === "string" ? parsed(data) : undefined;
    if (message === undefined || !this.ports.accept(message)) {
      this.wholeNext = true;
      this.reconnect();
      return;
    }
    this.spoken = true;
    this.wholeNext = false;
    this.attempts = 0;
    this.backoffMs = BACKOFF_MS_MIN;
    this.lastFrameMs = Date.now();
    this.closedMs = undefined;
    if (this.state !== "live") this.change("live");
    this.watch();
  }

  private closed(): void {
    if (this.closedMs === undefined) {
      this.closedMs = Date.now();
      if (this.state !== "lost") this.watch();
    }
    this.reconnect();
  }

  /** Until when nothing need be said. */
  private patientUntilMs(): number {
    const silent = this.lastFrameMs + SILENCE_MS_MAX;
    if (this.closedMs === undefined) return silent;
    return Math.min(silent, Math.max(this.lastFrameMs + CLOSED_MS_MAX, this.closedMs + MENDED_MS_MAX));
  }

  private watch(): void {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(
      () => {
        this.change("lost");
        // A socket that is open but silent is as dead as a closed one.
        if (this.spoken) this.reconnect();
      },
      Math.max(0, this.patientUntilMs() - Date.now()),
    );
  }

  private reconnect(): void {
    this.drop();
    clearTimeout(this.pending);
    const delayMs = this.backoffMs * (0.75 + 0.25 * this.ports.random());
    this.backoffMs = Math.min(this.backoffMs * 2, BACKOFF_MS_MAX);
    this.pending = setTimeout(() => this.connect(), delayMs);
    if (this.state !== "live") this.change(this.state);
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = undefined;
    this.spoken = false;
    if (socket === undefined) return;
    socket.onmessage = null;
    socket.onclose = null;
    socket.onerror = null;
    socket.close();
  }

  private change(state: LinkState["state"]): void {
    this.state = state;
    this.ports.changed({ state, sinceMs: this.lastFrameMs, attempts: this.attempts });
  }
}

function parsed(data: string): ServerMessage | undefined {
  try {
    return JSON.parse(data) as ServerMessage;
  } catch {
    return undefined;
  }
}
