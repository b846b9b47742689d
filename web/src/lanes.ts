// What a lane shows: the past of a governor and of the checks behind it, from the history, and what is known of its
// future. Pure.
import {duration, number} from './time';
import type {Budget, Check, Entry, Governor, Remedy, Status} from './types';

export type BandKind = 'dormant' | 'permanent' | 'open' | 'half' | 'pause' | 'off' | 'down';
export interface Band {
  kind: BandKind;
  from: number;
  to: number; // Infinity: nobody knows
  text: string;
}
export interface Health {
  health: string;
  from: number;
  to: number;
  check: string;
}
export interface Attempt {
  result: 'ok' | 'failed' | 'running' | 'unknown';
  from: number;
  to: number;
  number: number;
  text: string;
  entry?: Entry;
}
export interface Wait {
  from: number;
  to: number;
  text: string;
}
export interface Act {
  t: number;
  text: string;
  entry: Entry;
}
export interface LaneModel {
  bands: Band[];
  health: Health[];
  attempts: Attempt[];
  waits: Wait[];
  acts: Act[];
  next: number | null; // when an attempt may start
  left: number; // failures until it stops
  budget: Budget | null; // the one of which least is left; null while none is used
}

const kNoTime = Infinity;
const parse = (time: string | null | undefined) => (time ? Date.parse(time) : null);

// From entries that each say what is from then on, and what was before: the spans since `from`, up to what is now.
function spans<T>(entries: Entry[], from: number, now: number, is: (e: Entry) => T, was: (e: Entry) => T, present: T) {
  const list: {value: T; from: number; to: number; entry?: Entry}[] = [];
  let at = entries.findIndex((e) => e.t >= from);
  if (at < 0) at = entries.length;
  let value = at < entries.length ? was(entries[at]) : present;
  let begin = from;
  let entry: Entry | undefined;
  for (; at < entries.length; at++) {
    const e = entries[at];
    if (e.t > begin) list.push({value, from: begin, to: e.t, entry});
    value = is(e);
    begin = e.t;
    entry = e;
  }
  list.push({value, from: begin, to: now, entry});
  return list;
}

export function healthOf(check: Check | undefined, entries: Entry[], from: number, now: number): Health[] {
  if (!check) return [];
  const told = entries.filter((e) => e.kind === 'check');
  return spans(told, from, now, (e) => e.event ?? '', (e) => String(e.details?.was ?? 'unknown'), check.health as string).map(
    (s) => ({health: s.value, from: s.from, to: s.to, check: check.name}),
  );
}

function breakerBands(g: Governor, entries: Entry[], from: number, now: number, openFor: number): Band[] {
  const told = entries.filter((e) => e.kind === 'breaker');
  // An OPEN whose time is over reads as HALF_OPEN, and there is no entry for that.
  const present = told.length ? told[told.length - 1].event ?? g.state : g.state;
  const bands: Band[] = [];
  for (const s of spans(told, from, now, (e) => e.event ?? '', (e) => String(e.details?.from ?? 'CLOSED'), present)) {
    if (s.value === 'OPEN') {
      const present = s.to === now;
      const ends = present ? parse(g.openUntil) ?? (g.state === 'OPEN' ? s.to : Math.min(s.to, s.from + openFor)) : Math.min(s.to, s.from + openFor);
      bands.push({kind: 'open', from: s.from, to: ends, text: 'OPEN'});
      if (ends < s.to) bands.push({kind: 'half', from: ends, to: s.to, text: 'HALF_OPEN: its time is over, the next attempt decides'});
    } else if (s.value === 'HALF_OPEN') {
      bands.push({kind: 'half', from: s.from, to: s.to, text: 'HALF_OPEN'});
    } else if (s.value === 'PERMANENT_OPEN') {
      const holds = s.to === now && g.state === 'PERMANENT_OPEN';
      bands.push({kind: 'permanent', from: s.from, to: holds ? kNoTime : s.to, text: 'PERMANENT_OPEN'});
    }
  }
  return bands;
}

function dormantBands(g: Governor, entries: Entry[], from: number, now: number): Band[] {
  const told = entries.filter((e) => e.kind === 'governor' && e.event !== 'cleared');
  return spans(told, from, now, (e) => e.event === 'dormant', (e) => e.event === 'active', g.isDormant)
    .filter((s) => s.value)
    .map((s) => ({
      kind: 'dormant' as const,
      from: s.from,
      to: s.to === now && g.isDormant ? kNoTime : s.to,
      text: s.entry?.message ?? g.dormancy?.reason ?? 'dormant',
    }));
}

function pauseBands(remedies: Remedy[], own: Entry[][], common: Entry[], from: number, now: number, status: Status): Band[] {
  const bands: Band[] = [];
  const add = (entries: Entry[], until: number | null, reason: string, who: string) => {
    const told = entries.filter((e) => e.kind === 'pause');
    for (const s of spans(told, from, now, (e) => e.event === 'paused', (e) => e.event !== 'paused', until !== null)) {
      if (!s.value) continue;
      const holds = s.to === now && until !== null;
      bands.push({kind: 'pause', from: s.from, to: holds ? until : s.to, text: `${who}: ${s.entry?.message ?? reason}`});
    }
  };
  const all = status.selfHealing.pause;
  add(common, all && parse(all.until), all?.reason ?? '', 'everything is paused');
  remedies.forEach((remedy, i) => {
    const pause = remedy.pause?.all ? null : remedy.pause;
    add(own[i].filter((e) => e.remedy === remedy.name), pause && parse(pause.until), pause?.reason ?? '', `${remedy.name} is paused`);
  });
  return bands;
}

function commonBands(common: Entry[], from: number, now: number, status: Status): Band[] {
  const bands: Band[] = [];
  const healing = common.filter((e) => e.kind === 'flag' && e.details?.flag === 'auto_healing');
  const on = status.selfHealing.enabled;
  for (const s of spans(healing, from, now, (e) => e.event === 'on', (e) => e.event !== 'on', on)) {
    if (!s.value) bands.push({kind: 'off', from: s.from, to: s.to === now && !on ? kNoTime : s.to, text: 'auto_healing is off'});
  }
  const store = common.filter((e) => e.kind === 'store' && (e.event === 'available' || e.event === 'unavailable'));
  const up = status.selfHealing.storeAvailable;
  for (const s of spans(store, from, now, (e) => e.event === 'available', (e) => e.event !== 'available', up)) {
    if (!s.value) bands.push({kind: 'down', from: s.from, to: s.to, text: 'the store was unavailable'});
  }
  // After a kill nobody knows when heald has stopped: only what was told is drawn.
  let stopped: number | null = null;
  for (const e of common) {
    if (e.kind !== 'heald') continue;
    if (e.event === 'started' && stopped !== null && e.t > from) bands.push({kind: 'down', from: Math.max(from, stopped), to: e.t, text: 'heald did not run'});
    stopped = e.event === 'stopped' ? e.t : null;
  }
  return bands;
}

function attemptsOf(g: Governor, entries: Entry[], from: number, now: number): Attempt[] {
  const open = new Map<number, Attempt>();
  const all: Attempt[] = [];
  for (const e of entries) {
    if (e.kind !== 'attempt' || !e.attempt) continue;
    const step = e.details?.step ? `, step ${e.details.step}` : '';
    const what = `attempt ${e.attempt} of ${e.remedy ?? 'a permit'}${step}`;
    if (e.event === 'started') {
      const attempt: Attempt = {result: 'unknown', from: e.t, to: e.t, number: e.attempt, text: what, entry: e};
      open.set(e.attempt, attempt);
      all.push(attempt);
      continue;
    }
    const began = open.get(e.attempt);
    const attempt = began ?? {result: 'unknown', from: e.t - Number(e.details?.duration ?? 0), to: e.t, number: e.attempt, text: what};
    if (!began) all.push(attempt as Attempt);
    attempt.result = e.event === 'succeeded' ? 'ok' : 'failed';
    attempt.to = e.t;
    attempt.entry = e;
    attempt.text += attempt.result === 'ok' ? ' healed' : ` failed: ${e.message ?? ''}`;
    open.delete(e.attempt);
  }
  for (const ticket of g.inFlight) {
    const known = open.get(ticket.attempt);
    const attempt = known ?? {result: 'running', from: Date.parse(ticket.startedAt), to: now, number: ticket.attempt, text: `attempt ${ticket.attempt} of ${ticket.remedy || 'a permit'}`};
    if (!known) all.push(attempt as Attempt);
    attempt.result = 'running';
    attempt.to = now;
    attempt.text += ' runs';
  }
  return all.filter((a) => a.to >= from);
}

function waitsOf(entries: Entry[], attempts: Attempt[], from: number): Wait[] {
  const waits: Wait[] = [];
  for (const a of attempts) {
    const backoff = Number(a.entry?.details?.backoff ?? 0);
    if (a.result !== 'failed' || !backoff) continue;
    const ends = (e: Entry) => e.t > a.to && ((e.kind === 'attempt' && e.event === 'started') || e.kind === 'governor' || (e.kind === 'human' && e.event !== 'reset'));
    const cut = entries.find(ends)?.t ?? Infinity;
    const to = Math.min(a.to + backoff, cut);
    if (to > from && to > a.to) waits.push({from: a.to, to, text: `backoff after failure ${a.entry?.details?.consecutiveFailures ?? ''}`});
  }
  return waits;
}

const kHumanWords: Record<string, string> = {
  resume: 'resumed',
  dormant: 'made dormant',
  reset: 'breaker reset',
  retry: 'retry now',
  run_check: 'check run by hand',
  run_remedy: 'remedy requested by hand',
};

function actsOf(entries: Entry[], from: number): Act[] {
  const acts: Act[] = [];
  for (const e of entries) {
    if (e.t < from) continue;
    const by = e.actor ? ` by ${e.actor}` : '';
    const why = e.message ? `: ${e.message}` : '';
    if (e.kind === 'human') acts.push({t: e.t, text: `${kHumanWords[e.event ?? ''] ?? e.event}${by}${why}`, entry: e});
    else if (e.kind === 'flag') acts.push({t: e.t, text: `${e.details?.flag} ${e.event}${by}${why}`, entry: e});
    else if (e.kind === 'pause' && e.event !== 'over') acts.push({t: e.t, text: `${e.event}${by}${why}`, entry: e});
  }
  return acts;
}

export interface LaneSources {
  governor: Governor;
  remedies: Remedy[];
  checks: (Check | undefined)[];
  entries: Entry[]; // of the governor
  remedyEntries: Entry[][];
  checkEntries: Entry[][];
  common: Entry[];
  openFor: number; // how long its breaker stays OPEN
}

export function laneOf(of: LaneSources, status: Status, from: number, now: number): LaneModel {
  const g = of.governor;
  const attempts = attemptsOf(g, of.entries, from, now);
  const bands = [
    ...commonBands(of.common, from, now, status),
    ...pauseBands(of.remedies, of.remedyEntries, of.common.filter((e) => !e.remedy), from, now, status),
    ...breakerBands(g, of.entries, from, now, of.openFor),
    ...dormantBands(g, of.entries, from, now),
  ];
  const acts = actsOf([...of.entries, ...of.remedyEntries.flat().filter((e) => !e.governor), ...of.common], from);
  return {
    bands,
    attempts,
    acts,
    waits: waitsOf(of.entries, attempts, from),
    health: of.checks.flatMap((check, i) => healthOf(check, of.checkEntries[i], from, now)),
    next: g.isDormant ? null : parse(g.nextAttemptAt),
    left: Math.max(0, g.maxConsecutiveFailures - g.consecutiveFailures),
    budget: tightest(g),
  };
}

function tightest(g: Governor): Budget | null {
  const used = g.budgets.filter((b) => b.left < b.attempts);
  return used.length ? used.reduce((a, b) => (b.left < a.left ? b : a)) : null;
}

// "4 of 10 in 1 h": how many attempts may still start.
export const budgetText = (b: Budget) => `${number(b.left)} of ${number(b.attempts)} in ${duration(b.per)}`;

// What a lane says in words: for who cannot see it, and as its title.
export function summaryOf(lane: LaneModel, g: Governor): string {
  const failed = lane.attempts.filter((a) => a.result === 'failed').length;
  const healed = lane.attempts.filter((a) => a.result === 'ok').length;
  const runs = lane.attempts.filter((a) => a.result === 'running').length;
  const parts = [`${healed} healed`, `${failed} failed`];
  if (runs) parts.push(`${runs} running`);
  if (lane.acts.length) parts.push(`${lane.acts.length} human ${lane.acts.length === 1 ? 'action' : 'actions'}`);
  if (g.isDormant) parts.push('dormant until a human resumes it');
  else if (g.consecutiveFailures) parts.push(`stops after ${lane.left} more ${lane.left === 1 ? 'failure' : 'failures'}`);
  if (lane.budget && !g.isDormant) parts.push(`budget left: ${budgetText(lane.budget)}`);
  return parts.join(', ');
}
