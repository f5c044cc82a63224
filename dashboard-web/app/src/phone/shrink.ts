/** The longer side of a photograph that is sent, in pixels: enough to read a gauge, small enough for a weak network. */
export const SIDE_MAX = 1_600;
const QUALITY = 0.82;

/** How large a picture becomes; it never grows. */
export function shrunk(width: number, height: number): readonly [number, number] {
  const share = Math.min(1, SIDE_MAX / Math.max(width, height));
  return [Math.max(1, Math.round(width * share)), Math.max(1, Math.round(height * share))];
}

/** A photograph drawn anew: smaller, upright, and without what the camera wrote beside it. */
export async function shrink(photo: Blob): Promise<Blob> {
  const picture = await createImageBitmap(photo, { imageOrientation: "from-image" });
  try {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = shrunk(picture.width, picture.height);
    canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const drawn = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
    if (drawn === null) throw new Error("the picture cannot be drawn");
    return drawn;
  } finally {
    picture.close();
  }
}
