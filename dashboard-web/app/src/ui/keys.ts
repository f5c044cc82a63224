/** Whether a key is meant for the wall: not for a text field, and with nothing held beside it. */
export function plainKey(event: KeyboardEvent): boolean {
  const target = event.target instanceof HTMLElement ? event.target.tagName : "";
  return !["INPUT", "TEXTAREA", "SELECT"].includes(target) && !event.altKey && !event.ctrlKey && !event.metaKey;
}
