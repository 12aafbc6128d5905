// The way of the unlock email as four steps that move by themselves.
import type { Delivery } from "../contract";
import { words } from "../words/en";
import { clockTime, clockWithSeconds, minutesSince } from "./times";

export interface Step {
  state: "done" | "now" | "later" | "bad";
  title: string;
  note: string | null;
  /** Clock time, or how long it has been. */
  time: string | null;
}

export function deliveryTitle(delivery: Delivery): string {
  const w = words.delivery;
  if (delivery.used_at !== null) return w.used_title;
  if (delivery.opened_at !== null) return w.opened_title;
  return delivery.state === "accepted" ? w.title.accepted + delivery.mail_host : w.title[delivery.state];
}

export function deliverySteps(delivery: Delivery, now: number): Step[] {
  return [waiting(delivery), accepted(delivery, now), opened(delivery, now), used(delivery)];
}

const hasLeft = (delivery: Delivery): boolean => delivery.accepted_at !== null;

function waiting(delivery: Delivery): Step {
  const queued = delivery.state === "waiting";
  return {
    state: queued ? "now" : "done",
    title: words.delivery.waiting,
    note: null,
    time: clockWithSeconds(delivery.queued_at),
  };
}

function accepted(delivery: Delivery, now: number): Step {
  const w = words.delivery;
  if (delivery.accepted_at !== null) {
    const note = delivery.opened_at === null ? w.accepted_hint : null;
    return { state: "done", title: w.accepted, note, time: clockWithSeconds(delivery.accepted_at) };
  }
  const reply = delivery.server_reply === null ? "" : ` ${w.server_said} ${delivery.server_reply}`;
  switch (delivery.state) {
    case "deferred":
      return {
        state: "now",
        title: w.deferred,
        note: delivery.deferred_until === null ? reply.trim() : w.deferred_hint(clockTime(delivery.deferred_until)) + reply,
        time: null,
      };
    case "failed":
      return { state: "bad", title: w.failed, note: w.failed_hint + reply, time: null };
    case "uncertain":
      return { state: "bad", title: w.uncertain, note: w.uncertain_hint, time: null };
    case "sending":
      return { state: "now", title: w.not_accepted, note: w.not_accepted_hint, time: since(delivery.queued_at, now) };
    default:
      return { state: "later", title: w.not_accepted, note: null, time: null };
  }
}

function opened(delivery: Delivery, now: number): Step {
  const w = words.delivery;
  if (delivery.opened_at !== null) {
    return { state: "done", title: w.opened, note: null, time: clockWithSeconds(delivery.opened_at) };
  }
  if (!hasLeft(delivery)) return { state: "later", title: w.not_opened, note: null, time: null };
  return { state: "now", title: w.not_opened, note: w.not_opened_hint, time: since(delivery.accepted_at ?? now, now) };
}

function used(delivery: Delivery): Step {
  const title = words.delivery.used;
  if (delivery.used_at !== null) return { state: "done", title, note: null, time: clockWithSeconds(delivery.used_at) };
  return { state: delivery.opened_at === null ? "later" : "now", title, note: null, time: null };
}

const since = (moment: number, now: number): string => words.time.minutes_short(minutesSince(moment, now));
