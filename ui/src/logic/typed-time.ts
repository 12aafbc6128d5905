// The time as somebody reads it from a watch, in the time zone of this computer.

/** `date` as a date field gives it (2026-11-24), `time` as hours and minutes. Null if they are no moment. */
export function typedMoment(date: string, time: string): number | null {
  const clock = /^\s*(\d{1,2})[:.h]?(\d{2})\s*$/u.exec(time);
  const day = /^(\d{4})-(\d{2})-(\d{2})$/u.exec(date);
  if (clock === null || day === null) return null;
  const [hours, minutes] = [Number(clock[1]), Number(clock[2])];
  if (hours > 23 || minutes > 59) return null;
  const [year, month, number] = [Number(day[1]), Number(day[2]), Number(day[3])];
  const moment = new Date(year, month - 1, number, hours, minutes);
  return moment.getMonth() === month - 1 && moment.getDate() === number ? moment.getTime() : null;
}

/** Today as a date field wants it. */
export function dateField(now: number): string {
  const date = new Date(now);
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
