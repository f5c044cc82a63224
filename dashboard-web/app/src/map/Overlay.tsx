import { type Component, createEffect, createSignal, onMount } from "solid-js";
import type { RoadLines } from "../feed/roads";
import { ratio } from "../ui/stage";
import type { Drawing, TextMark } from "./drawing";
import { paintLand, paintRoads } from "./land";
import { FONTS, measured, paint } from "./paint";
import type { Projection } from "./project";

/** A canvas for the live part of a map. It is painted again only when what it shows has changed. */
export const Overlay: Component<{
  projection: Projection;
  /** Lays the drawing out; `undefined` while there is nothing to draw. */
  draw: (measure: (text: string, kind: TextMark["kind"]) => number) => Drawing | undefined;
  /** Draw the land below it. */
  land: boolean;
  /** The roads on it. */
  roads?: readonly RoadLines[];
  label: string;
}> = (props) => {
  let canvas: HTMLCanvasElement | undefined;
  const [fonts, setFonts] = createSignal(0);
  let asked = "";
  let before = "";
  let roadsBefore: readonly RoadLines[] | undefined;

  const load = (drawing: Drawing) => {
    const text = [...new Set(drawing.texts.map(({ text }) => text).join(""))].sort().join("");
    if (text === asked) return;
    asked = text;
    // A face arrives in slices; text drawn before its slice is there has another face.
    void Promise.all(FONTS.map((font) => document.fonts.load(font, `${text}0123456789`))).then(() =>
      setFonts((count) => count + 1),
    );
  };

  onMount(() => {
    const context = canvas?.getContext("2d") ?? undefined;
    if (canvas === undefined || context === undefined) return;
    const element = canvas;
    createEffect(() => {
      const drawing = props.draw((text, kind) => measured(context, text, kind));
      if (drawing === undefined) return;
      const { projection, land, roads } = props;
      const content = JSON.stringify([drawing, fonts(), ratio(), land, projection.centre, projection.zoom]);
      if (content === before && roads === roadsBefore) return;
      before = content;
      roadsBefore = roads;
      load(drawing);
      element.width = Math.round(projection.width * ratio());
      element.height = Math.round(projection.height * ratio());
      context.setTransform(ratio(), 0, 0, ratio(), 0, 0);
      context.clearRect(0, 0, projection.width, projection.height);
      if (land) paintLand(context, projection);
      if (roads !== undefined) paintRoads(context, projection, roads);
      paint(context, drawing);
    });
  });

  return (
    <canvas
      ref={canvas}
      class="overlay"
      style={{ width: `${props.projection.width}px`, height: `${props.projection.height}px` }}
      role="img"
      aria-label={props.label}
    />
  );
};
