// The clock stepped back: an administrator says what time it is.
import { plural } from "./numbers";

export const confirm_time = {
  title: "Confirm the time",
  stands: "The clock of this system stepped back. Codes and links are on hold until you confirm the time.",
  act: "Confirm the time",
  quiet: "The clock is in order.",
  quiet_hint: "Codes and links work. You are asked here if the clock ever steps back by more than two minutes.",
  lead: "Codes and links are on hold, so that none that ran out comes back to life.",
  steps: [
    "Look at a clock that is not this computer: a watch, a phone.",
    "If the system’s clock is wrong, set it right first, on the machine of the database.",
    "Type what the watch says. The system’s clock may differ from it by two minutes at most.",
  ],
  date: "Date",
  time: "Time",
  time_hint: "Hours and minutes, like 14:05, in the time zone of this computer.",
  effect: "What had run out before the step stays dead. You stay signed in.",
  confirm: "This is the time",
  invalid: "Type the time as hours and minutes, like 14:05.",
  done: (ended: number) => `The time is confirmed. Codes and links work again. ${ended === 0 ? "Nothing had run out." : `${plural(ended, "code, link or session", "codes, links and sessions")} had run out and stay ended.`}`,
  nothing: "The clock had not stepped back. Nothing was changed.",
};
