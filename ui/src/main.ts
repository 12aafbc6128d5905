// Starts the page: preferences first, so that the first paint has the right colours, then the screens.
import { flushSync, mount } from "svelte";
import App from "./App.svelte";
import * as bridge from "./bridge";
import { run } from "./state/actions";
import { onLosing } from "./state/ask";
import { clock } from "./state/clock.svelte";
import { heard } from "./state/events";
import { front } from "./state/front.svelte";
import { idle } from "./state/idle.svelte";
import { online } from "./state/online.svelte";
import { preferences } from "./state/preferences.svelte";
import { session } from "./state/session.svelte";

/** An animation frame may never come while the window is hidden: then this shows it, in milliseconds. */
const showAnyway = 250;

preferences.load();
clock.start();
front.watch();
idle.watch();
onLosing({ signedOut: () => session.ended(), unreachable: () => online.lost() });
bridge.onThemeChanged((theme) => preferences.systemIs(theme));
bridge.onMenu(run);
bridge.onDeskEvent((event) => void heard(event));

mount(App, { target: document.getElementById("app")! });

void session.start().then(() => {
  flushSync();
  let shown = false;
  const show = () => {
    if (shown) return;
    shown = true;
    void bridge.windowReady();
  };
  requestAnimationFrame(() => requestAnimationFrame(show));
  setTimeout(show, showAnyway);
});
