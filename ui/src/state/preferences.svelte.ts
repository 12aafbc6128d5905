// Theme, density and zoom: the only things this window keeps in local storage.
import { setZoom } from "../bridge";

export type ThemeChoice = "system" | "light" | "dark";
export type Density = "comfortable" | "compact";

const storageKey = "recovery-desk-preferences";
const zoomSteps = [0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2];

class Preferences {
  theme = $state<ThemeChoice>("system");
  density = $state<Density>("comfortable");
  zoom = $state(1);
  /** What the system has; told by Rust, since the page's media query can be wrong on Linux. */
  system = $state<"light" | "dark">("light");

  load(): void {
    const kept = read();
    if (kept.theme === "light" || kept.theme === "dark") this.theme = kept.theme;
    if (kept.density === "compact") this.density = "compact";
    if (typeof kept.zoom === "number" && zoomSteps.includes(kept.zoom)) this.zoom = kept.zoom;
    this.#apply();
    if (this.zoom !== 1) setZoom(this.zoom);
  }

  systemIs(theme: "light" | "dark"): void {
    this.system = theme;
    this.#apply();
  }

  chooseTheme(theme: ThemeChoice): void {
    this.theme = theme;
    this.#keep();
  }

  chooseDensity(density: Density): void {
    this.density = density;
    this.#keep();
  }

  /** One step up or down; 0 goes back to normal. */
  zoomBy(step: -1 | 0 | 1): void {
    const index = zoomSteps.indexOf(this.zoom);
    this.zoom = step === 0 ? 1 : (zoomSteps[index + step] ?? this.zoom);
    setZoom(this.zoom);
    this.#keep();
  }

  #keep(): void {
    this.#apply();
    const { theme, density, zoom } = this;
    try {
      localStorage.setItem(storageKey, JSON.stringify({ theme, density, zoom }));
    } catch {
      // A full or forbidden storage costs the memory of a preference, nothing else.
    }
  }

  #apply(): void {
    const page = document.documentElement.dataset;
    page["theme"] = this.theme === "system" ? this.system : this.theme;
    page["density"] = this.density;
  }
}

function read(): Record<string, unknown> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(storageKey) ?? "{}");
    return typeof kept === "object" && kept !== null ? (kept as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

export const preferences = new Preferences();
