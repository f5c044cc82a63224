import type { Component } from "solid-js";
import { encode } from "uqr";

/** The light edge that scanners need, in modules. */
const EDGE = 4;

/** A QR code: dark on light whatever the screen looks like, for that is what phones read. */
export const Qr: Component<{ text: string; label: string }> = (props) => {
  const code = () => encode(props.text, { ecc: "M", border: EDGE });
  const dark = () =>
    code()
      .data.flatMap((row, y) => row.map((is, x) => (is ? `M${x} ${y}h1v1h-1z` : "")))
      .join("");
  return (
    <svg class="qr" role="img" aria-label={props.label} viewBox={`0 0 ${code().size} ${code().size}`}>
      <path class="light" d={`M0 0h${code().size}v${code().size}h-${code().size}z`} />
      <path class="dark" d={dark()} />
    </svg>
  );
};
