import type { Component, JSX } from "solid-js";

/** Takes photographs with the phone's camera, or chooses some. */
export const Camera: Component<{
  words: string;
  primary?: boolean;
  onPhotos: (files: FileList | null) => void;
  children?: JSX.Element;
}> = (props) => (
  <label class="camera" classList={{ primary: props.primary }}>
    <input
      type="file"
      accept="image/*"
      capture="environment"
      multiple
      onChange={(event) => {
        props.onPhotos(event.currentTarget.files);
        // The same file may be chosen again.
        event.currentTarget.value = "";
      }}
    />
    <b>{props.words}</b> <span>{props.children}</span>
  </label>
);
