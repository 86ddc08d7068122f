/** What keys do, wherever nobody types or chooses. */

export function handleKeys(actions: Readonly<Record<string, () => void>>): void {
  document.addEventListener("keydown", (event) => {
    const { key, ctrlKey, metaKey, altKey, target } = event;
    if (ctrlKey || metaKey || altKey || isBusy(target as HTMLElement, key)) return;
    const action = actions[key] ?? actions[key.toLowerCase()];
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
}

/** Whether the key means something to what has the focus. */
function isBusy(target: HTMLElement, key: string): boolean {
  if (document.querySelector("dialog[open]") !== null) return true;
  if (target instanceof HTMLInputElement && target.type === "search") return true;
  if (target instanceof HTMLInputElement || target instanceof HTMLSelectElement)
    return key.startsWith("Arrow");
  return key === " " && (target instanceof HTMLButtonElement || target instanceof HTMLAnchorElement);
}
