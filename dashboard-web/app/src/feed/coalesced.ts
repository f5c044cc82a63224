/** Runs something soon after it was asked for: once for many askings, never twice at a time, and so many milliseconds apart at least. */
export function coalesced(run: () => Promise<void>, gapMs: number): { ask(): void; stop(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running = false;
  let again = false;
  let stopped = false;
  const go = async () => {
    running = true;
    again = false;
    await run();
    timer = setTimeout(() => {
      timer = undefined;
      running = false;
      if (again) void go();
    }, gapMs);
    if (stopped) clearTimeout(timer);
  };
  return {
    ask() {
      if (stopped) return;
      again = true;
      if (!running) void go();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
