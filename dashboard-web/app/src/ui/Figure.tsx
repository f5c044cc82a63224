import type { JSX, ParentComponent } from "solid-js";
import type { Freshness } from "../feed/fresh";

/** A number that can say where it comes from: on hover, on focus, and when it is pressed. One that is old looks old wherever it stands. */
export const Figure: ParentComponent<{
  thing: string;
  property: string;
  heard: Freshness;
  class?: string;
  style?: JSX.CSSProperties | undefined;
}> = (props) => (
  <button
    type="button"
    class={`figure ${props.class ?? ""}`}
    style={props.style}
    data-thing={props.thing}
    data-property={props.property}
    data-heard={props.heard}
  >
    {props.children}
  </button>
);
