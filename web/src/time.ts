// Moments and durations for people: in the reader's locale, local time unless the reader wants UTC.
import {computed, signal} from '@preact/signals';

export const utc = signal(localStorage.getItem('heald.utc') === '1');
export function setUtc(on: boolean) {
  utc.value = on;
  localStorage.setItem('heald.utc', on ? '1' : '0');
}

// heald's clock, in seconds steps; `skew` is how far it is ahead of ours.
let skew = 0;
export const now = signal(Date.now());
export const serverNow = () => Date.now() + skew;
export function hear(time: string) {
  const heard = Date.parse(time) - Date.now();
  if (Math.abs(heard - skew) > 400) skew = heard;
  now.value = serverNow();
}
setInterval(() => {
  if (document.visibilityState === 'visible') now.value = serverNow();
}, 1000);

const formats = computed(() => {
  const timeZone = utc.value ? 'UTC' : undefined;
  const make = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(undefined, {...options, timeZone});
  return {
    clock: make({hour: '2-digit', minute: '2-digit', second: '2-digit'}),
    minute: make({hour: '2-digit', minute: '2-digit'}),
    day: make({day: 'numeric', month: 'short'}),
    full: make({dateStyle: 'medium', timeStyle: 'long'}),
  };
});

export const clock = (t: number) => formats.value.clock.format(t);
export const minute = (t: number) => formats.value.minute.format(t);
export const day = (t: number) => formats.value.day.format(t);
export const full = (t: number) => formats.value.full.format(t);
export const iso = (t: number) => new Date(t).toISOString();

// "14:02:11" today, "27 Nov, 14:02" otherwise.
export function moment(t: number): string {
  return day(t) === day(now.value) ? clock(t) : `${day(t)}, ${minute(t)}`;
}

export const number = (n: number) => new Intl.NumberFormat(undefined, {maximumFractionDigits: 2}).format(n);
export const percent = (n: number) =>
  new Intl.NumberFormat(undefined, {style: 'percent', maximumFractionDigits: n > 0.999 && n < 1 ? 3 : 2}).format(n);

// "42 s", "4 min 10 s", "2 h 5 min", "3 d 4 h".
export function duration(ms: number): string {
  if (ms < 1000) return ms <= 0 ? '0 s' : `${Math.round(ms)} ms`;
  const s = Math.round(ms / 1000);
  const units: [string, number][] = [['d', 86400], ['h', 3600], ['min', 60], ['s', 1]];
  const first = units.findIndex(([, size]) => s >= size);
  let rest = s;
  const words: string[] = [];
  for (const [unit, size] of units.slice(first, first + 2)) {
    const n = Math.floor(rest / size);
    rest -= n * size;
    if (n) words.push(`${number(n)} ${unit}`);
  }
  return words.join(' ');
}

export const until = (t: number) => duration(Math.max(0, Math.ceil((t - now.value) / 1000) * 1000));
export const ago = (t: number) => duration(Math.max(0, Math.floor((now.value - t) / 1000) * 1000));
