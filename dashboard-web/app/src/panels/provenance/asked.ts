import { margins, scale } from "../../ui/stage";

/** Which number is asked about, and where it stands on the stage. */
export interface Asked {
  readonly thing: string;
  readonly property: string;
  readonly left: number;
  readonly top: number;
  readonly bottom: number;
}

/** The number that an event is about. */
export function figureOf(target: EventTarget | null): Asked | undefined {
  const element = target instanceof Element ? target.closest<HTMLElement>("[data-property]") : null;
  if (element === null) return undefined;
  const { thing = "", property = "" } = element.dataset;
  const box = element.getBoundingClientRect();
  const onStage = (px: number, margin: number) => (px - margin) / scale();
  const { left, top } = margins();
  return {
    thing,
    property,
    left: onStage(box.left, left),
    top: onStage(box.top, top),
    bottom: onStage(box.bottom, top),
  };
}
