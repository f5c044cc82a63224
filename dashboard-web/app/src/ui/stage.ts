import { createSignal } from "solid-js";

/** The wall is laid out in these pixels and scaled as a whole. */
export const DESIGN = { width: 1920, height: 1080 } as const;

/** Window pixels that something else than the page takes: at the top, and all around. */
let taken = { top: 0, frame: 0 };

function free(): { readonly width: number; readonly height: number } {
  const { top, frame } = taken;
  return { width: window.innerWidth - 2 * frame, height: window.innerHeight - top - frame };
}

function current(): number {
  if (typeof window === "undefined") return 1;
  const { width, height } = free();
  return Math.min(width / DESIGN.width, height / DESIGN.height);
}

const [scale, setScale] = createSignal(current(), { equals: false });

/** Window pixels for one design pixel. */
export { scale };

/** Where the stage begins, in whole window pixels, so that lines stay sharp. */
export function margins(): { readonly left: number; readonly top: number } {
  const side = scale();
  if (typeof window === "undefined") return { left: 0, top: 0 };
  return {
    left: Math.round((window.innerWidth - DESIGN.width * side) / 2),
    top: taken.top + Math.round((free().height - DESIGN.height * side) / 2),
  };
}

/** Device pixels for one design pixel: what a canvas needs to be sharp. */
export function ratio(): number {
  return scale() * (typeof window === "undefined" ? 1 : window.devicePixelRatio);
}

/** Takes so many window pixels at the top, and of a frame; `--taken` and `--frame` say so to pages that are no stage. */
export function takeTop(top: number, frame: number): void {
  taken = { top, frame };
  document.documentElement.style.setProperty("--taken", `${top}px`);
  document.documentElement.style.setProperty("--frame", `${frame}px`);
  setScale(current());
}

/** Follows the size of the window. */
export function followWindow(): () => void {
  const follow = () => setScale(current());
  follow();
  window.addEventListener("resize", follow);
  return () => window.removeEventListener("resize", follow);
}
