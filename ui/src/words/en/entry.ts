// Before a desk: connection, passphrase, first administrator, invitation, sign-in.
import { version } from "../../../package.json";
import { plural } from "./numbers";

export const brand = {
  promise: "The caller is back in. Nobody else is.",
  points: [
    "Stored answers, passwords and links never reach this window.",
    "Every look-up and call is recorded. Users see the calls about them.",
    "What matters is checked by the back office, not by this computer.",
  ],
  version: `Version ${version}`,
};

export const first_run = {
  title: "Where does this desk connect?",
  lead: "You can change it later under File, Connection.",
  database: "Connect to the auth database",
  database_note:
    "For one desk or a small trusted team: PostgreSQL, or a SQLite file here. This computer is then trusted like the server.",
  sqlite: "SQLite file on this computer",
  postgres: "PostgreSQL",
  sqlite_default: "A new file in this app’s own folder",
  choose_file: "Choose…",
  file: "Database file",
  address: "Database address",
  address_example: "postgres://desk@db.example.org/auth",
  address_invalid: "Write the address like postgres://desk@db.example.org/auth.",
  password: "Database password",
  certificate: "Own root certificate (file)",
  database_hint: "You’ll set a recovery passphrase for the data keys. Where there is a keyring, it keeps login and keys.",
  connect: "Connect",
  server: "Connect to a desk server",
  server_note: "For agents and billing users. This computer holds only your sign-in, which can be ended from the server.",
  server_address: "Address of the desk server",
  server_example: "desk.example.org",
  server_hint: "Nothing of the database is kept here. Where there is a keyring, it keeps your sign-in.",
  demo: "Look around with demo data",
  demo_note: "Invented users, and a demo mailbox for the emails and texts. Nothing leaves this computer.",
  demo_start: "Look around",
  demo_hint: "Sign in by one click as any role the demo has.",
  connecting: "Connecting…",
  keyring: {
    ok: "Keys and the database login are kept in this computer’s keyring, never in a file in clear.",
    absent: "This computer has no keyring. You’ll sign in each time; nothing is kept in a file in clear.",
    locked: "This computer’s keyring is locked. Unlock it, or sign in each time; nothing is kept in a file in clear.",
    silent: "This computer’s keyring doesn’t answer. You’ll sign in each time; nothing is kept in a file in clear.",
  },
};

export const passphrase = {
  new_title: "Set a recovery passphrase",
  new_lead: "It protects the keys of this database. A new computer or a lost keyring asks for it.",
  new_hint: "Write it down and keep it away from this computer. Nobody can reset it.",
  passphrase: "Recovery passphrase",
  confirmation: "The same passphrase again",
  differ: "The two passphrases are not the same.",
  set: "Set passphrase",
  open_title: "Enter the recovery passphrase",
  open_lead: "The keys of this database are not in this computer’s keyring.",
  open: "Open the database",
  back: "Choose another connection",
  show: "Show",
  hide: "Hide",
};

export const first_administrator = {
  title: "Make the first administrator",
  lead: "There are no operators yet. This one invites the others.",
  name: "Name",
  email: "Email",
  password: "Password",
  password_hint: "Make it long: a few words you don’t use elsewhere.",
  create: "Continue",
  code_title: "Add it to your authenticator app",
  code_lead: "Open an authenticator app, add an account by hand and type this secret. It is shown only now.",
  code: "Code from the authenticator",
  confirm: "Confirm and go to sign in",
  done: "The administrator is active. Sign in now.",
};

export const authenticator = {
  secret: "Secret",
  copy_secret: "Copy secret",
  copy_link: "Copy set-up link",
  link_hint: "The set-up link does the same in password managers.",
};

export const invitation = {
  link: "I was invited",
  title: "Accept your invitation",
  lead: "Type the code from the email, and choose a password of your own.",
  email: "Email the invitation came to",
  code: "Invitation code",
  code_hint: "24 letters and digits. Capitals and hyphens don’t matter.",
  password: "New password",
  accept: "Continue",
  wrong_code: "The code is not right. Type the six digits your authenticator app shows now.",
  done: "You are active. Sign in now.",
  back: "Back to sign in",
};

export const sign_in = {
  title: (organisation: string) => (organisation === "" ? "Sign in to this desk" : `Sign in to ${organisation}’s desk`),
  locked_title: "The desk is locked",
  locked: "Your call and notes are kept. Verification and typed answers are gone.",
  locked_plain: "Sign in to go on.",
  signed_out: "You were signed out. Your call and notes are kept. Sign in again.",
  signed_out_plain: "You were signed out. Sign in again.",
  change: "Change",
  email: "Email",
  password: "Password",
  next: "Continue",
  next_hint: "Operators enter their authenticator code next.",
  next_hint_billing: "Billing users sign in with their own account, and a verification code if 2-step is on.",
  each_time: "You’ll sign in each time: this computer’s keyring can’t keep it.",
  locks_after: (minutes: number) => `Locks after ${plural(minutes, "minute", "minutes")} without use`,
  cannot: "I can’t sign in",
  cannot_help: (phone: string, hours: string) =>
    `Another administrator can help. Or call ${phone}, ${hours}.`,
  code_title: "Authenticator code",
  code_lead: "Open your authenticator app and type the code it shows for this desk.",
  code: "Authenticator code",
  sign_in: "Sign in",
  back: "Back to email and password",
  wait: "Signing in…",
  demo_title: "Sign in by one click",
  demo_none: "There is nobody to sign in as. Reset the demo data, above.",
  demo_lead: "This is demo data: invented people, real screens.",
  demo_notes: { agent: "Takes calls", administrator: "Takes calls and sees why somebody can’t be verified", billing: "Reviews who in the own company is protected" } as Record<string, string>,
  demo_as: (role: string) => `Sign in as ${role.toLowerCase()}`,
};
