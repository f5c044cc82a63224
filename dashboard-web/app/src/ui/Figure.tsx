import type { JSX, ParentComponent } from "solid-js";

/** A number that can say where it comes from: on hover, on focus, and when it is pressed. */
export const Figure: ParentComponent<{
  thing: string;
  property: string;
  class?: string;
  style?: JSX.CSSProperties | undefined;
}> = (props) => (
  <button
    type="button"
    class={`figure ${props.class ?? ""}`}
    style={props.style}
    data-thing={props.thing}
    data-property={props.property}
  >
    {props.children}
  </button>
);
