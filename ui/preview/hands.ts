// The operator's hands: keys, typing, clicks, and patience.

export const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

export async function type(id: string, text: string): Promise<void> {
  const field = document.getElementById(id) as HTMLInputElement | null;
  if (field === null) return void console.error(`no field ${id}`);
  field.focus();
  field.value = text;
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  await wait(20);
}

export async function press(key: string, more: KeyboardEventInit = {}): Promise<void> {
  (document.activeElement ?? document.body).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
  await wait(20);
}

export function click(id: string): void {
  const element = document.getElementById(id);
  if (element === null) console.error(`nothing to click: ${id}`);
  else element.click();
}

export function clickText(text: string, selector: string): void {
  for (const element of document.querySelectorAll<HTMLElement>(selector)) if (element.textContent?.includes(text)) return element.click();
  console.error(`nothing says ${text}`);
}
