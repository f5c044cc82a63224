import { createSignal } from "solid-js";

/** The wall is laid out in these pixels and scaled as a whole. */
export const DESIGN = { width: 1920, height: 1080 } as const;

/** Window pixels at the top that something else than the page takes. */
let taken = 0;

function current(): number {
  if (typeof window === "undefined") return 1;
  return Math.min(window.innerWidth / DESIGN.width, (window.innerHeight - taken) / DESIGN.height);
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
    top: taken + Math.round((window.innerHeight - taken - DESIGN.height * side) / 2),
  };
}

/** Device pixels for one design pixel: what a canvas needs to be sharp. */
export function ratio(): number {
  return scale() * (typeof window === "undefined" ? 1 : window.devicePixelRatio);
}

/** Takes so many window pixels at the top; `--taken` says so to pages that are no stage. */
export function takeTop(pixels: number): void {
  taken = pixels;
  document.documentElement.style.setProperty("--taken", `${pixels}px`);
  setScale(current());
}

/** Follows the size of the window. */
export function followWindow(): () => void {
  const follow = () => setScale(current());
  follow();
  window.addEventListener("resize", follow);
  return () => window.removeEventListener("resize", follow);
}
