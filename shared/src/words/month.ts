/** A month in UTC, such as `2026-01`: months compare like texts. */
export type Month = string;

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;

export function isMonth(text: string): boolean {
  return MONTH.test(text);
}

/** When a month begins. */
export function startOf(month: Month): Date {
  return new Date(`${month}-01T00:00:00.000Z`);
}

export function monthAfter(month: Month): Month {
  const start = startOf(month);
  start.setUTCMonth(start.getUTCMonth() + 1);
  return monthOf(start);
}

export function monthOf(moment: Date): Month {
  return moment.toISOString().slice(0, 7);
}

/** The month in which an id was created: ids are UUIDs of version 7, which begin with the milliseconds (RFC 9562). */
export function monthOfId(id: string): Month {
  return monthOf(new Date(parseInt(id.slice(0, 8) + id.slice(9, 13), 16)));
}

/** The lowest id that can be created in a month: every earlier id is lower. */
export function firstIdOf(month: Month): string {
  const time = startOf(month).getTime().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`;
}
