import type { Component, JSX } from "solid-js";
import { DESIGN, margins, scale } from "./stage";

/** One stage of fixed size, scaled as a whole and centred. */
export const Scaled: Component<{ classes?: Readonly<Record<string, boolean>>; children: JSX.Element }> = (props) => (
  <div
    class="stage"
    classList={props.classes ?? {}}
    style={{
      width: `${DESIGN.width}px`,
      height: `${DESIGN.height}px`,
      left: `${margins().left}px`,
      top: `${margins().top}px`,
      transform: `scale(${scale()})`,
    }}
  >
    {props.children}
  </div>
);
