import type { Step } from "../feed/command";
import { t } from "../lib/i18n";
import { digestOf } from "./digest";
import { picturesOfPhone, WAITING_BYTES_MAX } from "./pictures";
import type { QueuedPhoto } from "./queue";
import { shrink } from "./shrink";

/** Photographs of one report, as the server takes them. */
const PHOTOS_MAX = 20;

/** Keeps photographs on the phone, and then the report that names them: what is in the queue is on the phone. */
export function createSnap(to: {
  tell: (words: string | undefined) => void;
  city: () => string;
  take: (task: string, step: Step, note: string, photos: readonly QueuedPhoto[]) => void;
}): (task: string, files: FileList | null, note: string) => Promise<void> {
  return async (task, files, note) => {
    const photos: QueuedPhoto[] = [];
    const taken_at = to.city();
    to.tell(t().outside.shrinking);
    let trouble: string | undefined;
    for (const file of [...(files ?? [])].slice(0, PHOTOS_MAX)) {
      const small = await shrink(file).catch(() => undefined);
      if (small === undefined) {
        trouble = t().outside.notAPhoto;
        continue;
      }
      const digest = await digestOf(await small.arrayBuffer());
      try {
        const sizes = [...(await picturesOfPhone.all()).values()].reduce((sum, size) => sum + size, 0);
        if (sizes + small.size > WAITING_BYTES_MAX) {
          trouble = t().waitingFull(WAITING_BYTES_MAX / (1_024 * 1_024));
          break;
        }
        await picturesOfPhone.put(digest, small);
      } catch {
        trouble = t().outside.noRoom;
        break;
      }
      if (!photos.some((each) => each.digest === digest)) photos.push({ digest, taken_at });
    }
    to.tell(trouble);
    if (photos.length > 0) to.take(task, "tell", note, photos);
  };
}
