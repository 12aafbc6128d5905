// The window's title says which screen it is, and never a name.
import { setWindowTitle } from "../bridge";
import { words } from "../words/en";

export function showTitle(screen: string): void {
  const title = screen === "" ? words.app : `${words.app} — ${screen}`;
  document.title = title;
  setWindowTitle(title);
}
