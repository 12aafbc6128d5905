// The frame of the window: rail, palette, keys, small dialogs, demo data.

export const rail = {
  label: "Sections",
  find: "Find anything",
  calls: "Calls",
  look_up: "Look up",
  call: "Call",
  on_call: "On call",
  my_calls: "My calls",
  accounts: "Accounts",
  users: "Users",
  companies: "Companies",
  requests: "Requests",
  oversight: "Oversight",
  messages: "Messages",
  audit_log: "Audit log",
  operators: "Operators",
  policy: "Policy",
  reports: "Reports",
  confirm_time: "Confirm the time",
  demo: "Demo",
  mailbox: "Demo mailbox",
  hide: "Hide the screen",
  offline: "No connection",
  retry: (seconds: number) => `No connection. Trying again in ${seconds} s.`,
  trying: "No connection. Trying now…",
  connected: (label: string) => `Connected to ${label}`,
};

export const find = {
  title: "Find anything",
  label: "A screen, one of your calls, or a user",
  screens: "Screens",
  calls: "Your calls",
  users: "Users",
  none: "Nothing found.",
  hint: "Users show from the same number of characters as in Look up. Each search is recorded.",
};

export const shortcuts = {
  title: "All shortcuts",
  close: "Close",
  groups: { call: "During a call", desk: "Everywhere", window: "Window" },
  names: {
    next: "Next question; on the last one, check all four",
    move: "Move between questions",
    doesnt_know: "Caller doesn’t know",
    spell_back: "Spell it back",
    send_unlock: "Send the unlock email, send again",
    notes: "Notes",
    flag: "Flag a concern (silent)",
    pass_on: "Pass to an administrator",
    end_call: "End call and save",
    hide: "Hide the screen",
    lock: "Lock the desk",
    find: "Find anything",
    user_page: "Open the user’s page, in Look up",
    back: "Back",
    forward: "Forward",
    next_pane: "Next pane: rail, questions, help",
    shortcuts: "All shortcuts",
    zoom: "Zoom in, out, back to normal",
    full_screen: "Full screen",
    quit: "Quit",
  },
};

export const keys = {
  label: "Keyboard shortcuts on this screen",
  next: "Next question",
  check: "Check all four",
  move: "Move between questions",
  doesnt_know: "Doesn’t know",
  spell_back: "Spell it back",
  hide: "Hide the screen",
  shortcuts: "All shortcuts",
  send: "Send unlock email",
  again: "Send again",
  end: "End call and save",
  pass_on: "Pass to an administrator",
  flag: "Flag a concern",
  choose: "Choose",
  start: "Start call",
  page: "Open page",
  open: "Open",
  panel: "To the details",
  back: "Back",
  clear: "Clear",
};

export const connection = {
  title: "Connection",
  now: (label: string) => `This desk is connected to ${label}.`,
  change: "Choose another connection",
  close: "Close",
};

export const about = {
  title: "About Recovery Desk",
  text: "Looks users up, checks their security questions over the phone and sends the unlock email.",
  close: "Close",
};

export const demo_bar = {
  title: "Demo data",
  note: "Invented people. Nothing leaves this computer.",
  reset: "Reset",
  leave: "Leave",
  caller: "Demo caller",
  reset_title: "Reset the demo data?",
  reset_text: "Every call, message and note you made goes. You sign in again.",
  leave_title: "Leave the demo?",
  leave_text: "You go back to choosing where this desk connects.",
  cancel: "Cancel",
  confirm_reset: "Reset the demo",
  confirm_leave: "Leave the demo",
};

export const demo_card = {
  title: "Demo caller",
  lead: "Look this caller up, start a call, and type these answers.",
  email: "Email",
  reference: "Call reference",
  check_words: "Check words",
  none: "The demo caller’s card can’t be read.",
};

export const mailbox = {
  title: "Demo mailbox",
  lead: "Every email and text of the demo, newest first. None of them leaves this computer.",
  list: "Messages",
  empty: "No messages yet.",
  empty_hint: "Send an unlock email in a call, and it arrives here.",
  mail: "Email",
  sms: "Text message",
  to: "To",
  at: "At",
  links: "They open in your browser. If none opens, copy the address.",
  refresh: "Look again",
};
