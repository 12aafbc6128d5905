// Stands where src/bridge.ts stands: the same doors, answered from the scene that is played.
import type { AnswerOf, ConnectionChoice, ConnectionState, DeskEvent, OperationName, RequestOf } from "../src/contract";
import { type Result, settle } from "../src/logic/result";
import { scene } from "./scene";

let heard: (event: DeskEvent) => void = () => {};
let menu: (id: string) => void = () => {};
let made = 0;

export function perform<N extends OperationName>(name: N, request: RequestOf<N>): Promise<Result<AnswerOf<N>>> {
  const answer = scene.answers[name] as ((request: RequestOf<N>) => unknown) | undefined;
  const promise = answer === undefined ? Promise.reject({ code: "not_played", message: `Not played: ${name}` }) : Promise.resolve(answer(request));
  return settle(promise as Promise<AnswerOf<N>>);
}
export const newRequestId = (): string => `request-${(made += 1)}`;
const connection = (): Promise<Result<ConnectionState>> => settle(Promise.resolve(scene.connection));
export const connectionState = connection;
export const chooseConnection = (choice: ConnectionChoice) => {
  scene.connection = { ...scene.connection, mode: choice.kind, label: choice.kind === "demo" ? "demo data" : choice.kind };
  return connection();
};
export const setRecoveryPassphrase = (_passphrase: string, _confirmation: string) => connection();
export const openWithPassphrase = (_passphrase: string) => connection();
export const leaveConnection = connection;
export const resetDemo = connection;
export const openLink = (_messageId: string, _index: number) => settle(Promise.resolve(null));
export const chooseDatabaseFile = () => settle(Promise.resolve("/home/dana/desk.sqlite"));
export const exportAuditLog = (filter: RequestOf<"read_audit_log">) =>
  settle(Promise.resolve(scene.answers.export_audit_log?.({ shown: filter })).then((): number | null => 1204));
export const exportTeamReview = (_shown: RequestOf<"read_team">, _format: "csv" | "xlsx") => settle(Promise.resolve<number | null>(42));
export const exportReport = (_report: string, _days: number) => settle(Promise.resolve<number | null>(28));
export const windowReady = () => settle(Promise.resolve(null));
export const onDeskEvent = (handler: (event: DeskEvent) => void): void => void (heard = handler);
export const onMenu = (handler: (id: string) => void): void => void (menu = handler);
export const onThemeChanged = (_changed: (theme: "light" | "dark") => void): void => {};
export const setZoom = (_factor: number): void => {};
export const setWindowTitle = (_title: string): void => {};

export const tell = (kind: DeskEvent["kind"], call_id: string | null = null): void => heard({ kind, call_id, user_id: null, id: "e" });
export const choose = (id: string): void => menu(id);
