import { type Component, createEffect, onMount } from "solid-js";
import { grey, step } from "../lib/grey";
import { ratio } from "../ui/stage";
import type { Field } from "./field";
import { paintLand } from "./land";
import type { Projection } from "./project";

/** A field as grey cells between the land and the signs; the land too, where nothing else draws it. It is painted again only when a cell changes its step. */
export const FieldLayer: Component<{
  projection: Projection;
  field: Field | undefined;
  steps: readonly number[];
  land: boolean;
  label: string;
}> = (props) => {
  let canvas: HTMLCanvasElement | undefined;
  let before: readonly unknown[] = [];
  onMount(() => {
    const context = canvas?.getContext("2d") ?? undefined;
    if (canvas === undefined || context === undefined) return;
    const element = canvas;
    createEffect(() => {
      const { projection, field, steps, land } = props;
      const cells = field?.cells ?? [];
      const greys = cells.map(({ value }) => step(value, steps));
      const content: unknown[] = [ratio(), land, ...greys];
      for (const { corners, measured } of cells) content.push(corners[0]?.[0], corners[0]?.[1], measured);
      if (content.length === before.length && content.every((each, at) => each === before[at])) return;
      before = content;
      element.width = Math.round(projection.width * ratio());
      element.height = Math.round(projection.height * ratio());
      context.setTransform(ratio(), 0, 0, ratio(), 0, 0);
      context.clearRect(0, 0, projection.width, projection.height);
      if (land) paintLand(context, projection);
      // The land shows through: borders and rivers stay legible.
      for (const [index, { corners, measured }] of cells.entries()) {
        context.globalAlpha = measured === undefined ? 0.62 : 1;
        context.beginPath();
        for (const [x, y] of corners) context.lineTo(x, y);
        context.closePath();
        context.fillStyle = grey(greys[index] ?? 0);
        context.fill();
        context.strokeStyle = measured === undefined ? "#26292c" : "#eceeef";
        context.lineWidth = 1;
        context.setLineDash(measured === "part" ? [2, 3] : []);
        context.stroke();
      }
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
