// The one file that talks to Rust. Nothing else in the window imports the Tauri API, so what the page can
// ask of the machine is this list.
import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import { getCurrentWebview } from "@tauri-apps/api/webview";
import { getCurrentWindow } from "@tauri-apps/api/window";
import type {
  AnswerOf,
  ConnectionChoice,
  ConnectionState,
  DeskEvent,
  OperationName,
  RequestOf,
} from "./contract";
import { type Result, settle } from "./logic/result";

/** Performs one operation of the desk. Give `requestId` to what changes something, and the same one to a retry. */
export function perform<N extends OperationName>(
  name: N,
  request: RequestOf<N>,
  requestId: string | null = null,
): Promise<Result<AnswerOf<N>>> {
  return settle(invoke<AnswerOf<N>>("perform", { name, requestId, request }));
}

export const newRequestId = (): string => crypto.randomUUID();

export const connectionState = () => settle(invoke<ConnectionState>("connection_state"));

export const chooseConnection = (choice: ConnectionChoice) =>
  settle(invoke<ConnectionState>("choose_connection", { choice }));

export const setRecoveryPassphrase = (passphrase: string, confirmation: string) =>
  settle(invoke<ConnectionState>("set_recovery_passphrase", { passphrase, confirmation }));

export const openWithPassphrase = (passphrase: string) =>
  settle(invoke<ConnectionState>("open_with_passphrase", { passphrase }));

export const leaveConnection = () => settle(invoke<ConnectionState>("leave_connection"));

export const resetDemo = () => settle(invoke<ConnectionState>("reset_demo"));

/** Opens a link of the demo mailbox in the system's browser. The page never names an address. */
export const openLink = (messageId: string, index: number) =>
  settle(invoke<null>("open_link", { messageId, index }));

export const chooseDatabaseFile = () => settle(invoke<string | null>("choose_database_file"));

/** Writes the audit log to a file chosen in the system's own dialog; says how many entries, null if none was chosen. */
export const exportAuditLog = (filter: RequestOf<"read_audit_log">) =>
  settle(invoke<number | null>("export_audit_log", { filter }));

/** Writes a review, as it shows, to a file chosen in the system's own dialog; says how many users, null if none was chosen. */
export const exportTeamReview = (shown: RequestOf<"read_team">, format: "csv" | "xlsx") =>
  settle(invoke<number | null>("export_team_review", { shown, format }));
/** Writes a report to a file chosen in the system's own dialog; says how many lines, null if none was chosen. */
export const exportReport = (report: RequestOf<"export_statistics">["report"], days: number) =>
  settle(invoke<number | null>("export_report", { report, days }));

/** The window starts hidden; this shows it once there is something to see. */
export const windowReady = () => settle(invoke<null>("window_ready"));

export const onDeskEvent = (heard: (event: DeskEvent) => void): void => {
  void settle(listen<DeskEvent>("desk-event", (event) => heard(event.payload)));
};

export const onMenu = (chosen: (id: string) => void): void => {
  void settle(listen<string>("menu", (event) => chosen(event.payload)));
};

/** The system's own theme: the page's media query can be wrong on Linux. */
export const onThemeChanged = (changed: (theme: "light" | "dark") => void): void => {
  void settle(getCurrentWindow().onThemeChanged((event) => changed(event.payload)));
};

export const setZoom = (factor: number): void => {
  void settle(getCurrentWebview().setZoom(factor));
};

export const setWindowTitle = (title: string): void => {
  void settle(getCurrentWindow().setTitle(title));
};
