// Is this window in front? While it is not, typed answers show as dots and nothing spells them.

class Front {
  is = $state(true);

  watch(): void {
    const to = (front: boolean) => () => (this.is = front);
    window.addEventListener("blur", to(false));
    window.addEventListener("focus", to(true));
    // A press inside proves it, also where a window manager sends no focus event.
    window.addEventListener("pointerdown", to(true), true);
    window.addEventListener("keydown", to(true), true);
    document.addEventListener("visibilitychange", () => (this.is = document.visibilityState === "visible"));
  }
}

export const front = new Front();
