import type { Component } from "solid-js";
import { scaleBar } from "../../map/project";

/** How long a distance is on the map. */
export const Scale: Component<{ metresPerPixel: number; pixelsMax: number }> = (props) => {
  const bar = () => scaleBar(props.metresPerPixel, props.pixelsMax);
  const text = () => (bar().metres >= 1_000 ? `${bar().metres / 1_000} km` : `${bar().metres} m`);
  return (
    <div class="scale-bar" style={{ width: `${bar().pixels}px` }}>
      {text()}
    </div>
  );
};
