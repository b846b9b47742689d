// A lane as a picture, and the time that all lanes of a view share.
import {computed, signal} from '@preact/signals';
import {useEffect, useRef} from 'preact/hooks';
import {adjust, route} from './route';
import {about, checks, historyVersion, remediesOf, status} from './state';
import {budgetText, laneOf, type Act, type Attempt, type Band, type Health, type LaneModel} from './lanes';
import {settings} from './settings';
import {clock, day, duration, minute, now, number} from './time';
import type {Entry, Governor} from './types';

export const kSpans: [number, string][] = [
  [15 * 60e3, '15 min'], [3600e3, '1 h'], [6 * 3600e3, '6 h'], [24 * 3600e3, '1 d'], [7 * 24 * 3600e3, '7 d'],
];
const kFuture = 0.25; // of a live view

export interface Window {
  from: number;
  to: number;
  span: number;
  live: boolean;
}

// From the address: how much is seen, and until when; without an end it goes with the time.
export const timeWindow = computed<Window>(() => {
  const span = Math.min(90 * 864e5, Math.max(60e3, Number(route.value.params.get('span')) || 3600e3));
  const end = Date.parse(route.value.params.get('end') ?? '');
  const live = Number.isNaN(end);
  const to = live ? now.value + span * kFuture : end;
  return {from: to - span * (1 + kFuture), to, span, live};
});

export function zoom(factor: number, around?: number) {
  const w = timeWindow.value;
  const span = Math.round(Math.min(90 * 864e5, Math.max(60e3, w.span * factor)));
  if (w.live) return adjust({span});
  const mid = around ?? (w.from + w.to) / 2;
  const share = (w.to - mid) / (w.to - w.from);
  adjust({span, end: new Date(mid + span * (1 + kFuture) * share).toISOString()});
}

export function pan(share: number) {
  const w = timeWindow.value;
  const to = w.to + share * (w.to - w.from);
  if (to >= now.value + w.span * kFuture) return adjust({end: null});
  adjust({end: new Date(to).toISOString()});
}

export const width = signal(800); // of the pictures, in pixels

export function useWidth() {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!box.current) return;
    const watch = new ResizeObserver(([entry]) => (width.value = Math.max(120, Math.floor(entry.contentRect.width))));
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  return box;
}

const openTimes = computed(() => new Map((settings.value?.governors ?? []).map((g) => [g.name, g.policy.timeoutWindow])));

export function laneFor(g: Governor, from: number): LaneModel | null {
  const s = status.value;
  if (!s) return null;
  historyVersion.value;
  const remedies = remediesOf.value.get(g.name) ?? [];
  const names = [...new Set(remedies.map((r) => r.check).filter(Boolean))];
  return laneOf(
    {
      governor: g,
      remedies,
      checks: names.map((n) => checks.value.get(n)),
      entries: about('governor', g.name),
      remedyEntries: remedies.map((r) => about('remedy', r.name)),
      checkEntries: names.map((n) => about('check', n)),
      common: about('all'),
      openFor: openTimes.value.get(g.name) ?? Infinity,
    },
    s,
    from,
    now.value,
  );
}

const kSteps = [1e3, 5e3, 15e3, 30e3, 60e3, 300e3, 900e3, 1800e3, 3600e3, 3 * 3600e3, 6 * 3600e3, 12 * 3600e3, 864e5, 7 * 864e5];

export function Axis() {
  const w = timeWindow.value;
  const px = width.value;
  const x = (t: number) => ((t - w.from) / (w.to - w.from)) * px;
  const step = kSteps.find((s) => x(w.from + s) >= 76) ?? kSteps[kSteps.length - 1];
  const shift = new Date(w.from).getTimezoneOffset() * 60e3;
  const ticks: number[] = [];
  for (let t = Math.ceil((w.from - shift) / step) * step + shift; t < w.to; t += step) ticks.push(t);
  const word = (t: number) => (step >= 864e5 ? day(t) : step < 60e3 ? clock(t) : minute(t));
  return (
    <svg class="axis" width={px} height={26} aria-hidden="true">
      {ticks.map((t) => (
        <g key={t}>
          <line x1={x(t)} x2={x(t)} y1={20} y2={26} />
          {Math.abs(x(t) - x(now.value)) > 52 && x(t) > 20 && x(t) < px - 20 && <text x={x(t)} y={15}>{word(t)}</text>}
        </g>
      ))}
      {x(now.value) <= px && (
        <g class="now">
          <line x1={x(now.value)} x2={x(now.value)} y1={20} y2={26} />
          <text x={x(now.value)} y={15}>now</text>
        </g>
      )}
    </svg>
  );
}

const kTop = 12; // below the health of the checks
const kMid = 27;
export const kLaneHeight = 42;

function BandMark({band, x, px}: {band: Band; x: (t: number) => number; px: number}) {
  const a = Math.max(-2, x(band.from));
  const b = Math.min(px + 2, band.to === Infinity ? px + 2 : x(band.to));
  if (b < 0 || a > px || b - a < 0.5) return null;
  const room = (Math.min(b, px) - Math.max(a, 0)) / 6.4;
  const words = {dormant: 'dormant', permanent: '', open: 'open', half: 'half open', pause: 'paused', off: 'off', down: 'down'}[band.kind];
  return (
    <g class={`band ${band.kind}`}>
      <title>{band.text}</title>
      <rect x={a} y={kTop + 2} width={b - a} height={26} rx={3} />
      {words && room > words.length + 2 && <text x={Math.max(a, 0) + 6} y={kTop + 12}>{words}</text>}
    </g>
  );
}

function AttemptMark({a, x, px}: {a: Attempt; x: (t: number) => number; px: number}) {
  const from = x(a.from);
  const to = x(a.to);
  if (to < -8 || from > px + 8) return null;
  const glyph = a.result === 'ok' ? 'M-3 .2l2.2 2.2L3-2.2' : a.result === 'failed' ? 'M-2.4-2.4L2.4 2.4M2.4-2.4L-2.4 2.4' : '';
  return (
    <g class={`attempt ${a.result}`}>
      <title>{`${a.text} (${clock(a.from)}, ${duration(a.to - a.from)})`}</title>
      {to - from > 3 && <rect x={from} y={kMid - 3} width={to - from} height={6} rx={3} />}
      <circle cx={to} cy={kMid} r={6.5} />
      {glyph && <path transform={`translate(${to} ${kMid})`} d={glyph} />}
    </g>
  );
}

// What lies close together is drawn once; the worst and the newest of it stays.
function thinned<T extends {to: number; result: string}>(list: T[], x: (t: number) => number): T[] {
  const kept: T[] = [];
  const last = new Map<string, number>(); // by result: where in `kept`
  for (const one of list) {
    const place = last.get(one.result);
    if (place !== undefined && x(one.to) - x(kept[place].to) < 5) kept[place] = one;
    else {
      last.set(one.result, kept.length);
      kept.push(one);
    }
  }
  return kept;
}

// Human actions that lie together are one mark that tells of all of them.
function together(acts: Act[], x: (t: number) => number, px: number): {at: number; acts: Act[]}[] {
  const marks: {at: number; acts: Act[]}[] = [];
  for (const act of [...acts].sort((a, b) => a.t - b.t)) {
    const at = x(act.t);
    if (at < -8 || at > px + 8) continue;
    const before = marks[marks.length - 1];
    if (before && at - before.at < 6) before.acts.push(act);
    else marks.push({at, acts: [act]});
  }
  return marks;
}

const kMostTold = 8;
const actsTitle = (acts: Act[]) =>
  acts.slice(-kMostTold).map((a) => `${a.text} (${clock(a.t)})`).concat(acts.length > kMostTold ? [`and ${acts.length - kMostTold} before`] : []).join('\n');

// Spans of health as they can be seen: of those that share a pixel the last of each kind.
function visible(list: Health[], x: (t: number) => number, from: number, px: number): {h: Health; a: number; b: number}[] {
  const shown: {h: Health; a: number; b: number}[] = [];
  const last = new Map<string, number>();
  for (const h of list) {
    const a = Math.max(from, x(h.from));
    const b = Math.min(px, x(h.to));
    if (b <= a) continue;
    const key = `${h.check} ${h.health}`;
    const small = b - a < 1;
    if (small && last.get(key) === Math.floor(a)) continue;
    last.set(key, Math.floor(b));
    shown.push({h, a, b});
  }
  return shown;
}

// What is left before it stops, in fewer and fewer words.
function leftOf(g: Governor, lane: LaneModel): string[] {
  if (g.isDormant) return [];
  const failures = g.consecutiveFailures > 0 ? [`${lane.left} left`] : [];
  const b = lane.budget;
  if (!b) return failures;
  return [[...failures, `budget ${budgetText(b)}`].join(' · '), [...failures, `budget ${number(b.left)}`].join(' · '), ...failures];
}

export function Lane({g, lane, ghost, selected, onPick}: {
  g: Governor;
  lane: LaneModel;
  ghost?: LaneModel | null; // what would be, after now
  selected?: number | null;
  onPick?: (t: number) => void;
}) {
  const w = timeWindow.value;
  const px = width.value;
  const x = (t: number) => ((t - w.from) / (w.to - w.from)) * px;
  const at = x(now.value);
  const pick = (e: MouseEvent) => {
    const box = (e.currentTarget as Element).getBoundingClientRect();
    onPick?.(w.from + ((e.clientX - box.left) / box.width) * (w.to - w.from));
  };
  const labels = leftOf(g, lane);
  const label = labels.find((words) => words.length * 6.2 + 12 < px - at) ?? labels[labels.length - 1] ?? '';
  return (
    <svg class="lane" width={px} height={kLaneHeight} aria-hidden="true" onClick={onPick && pick}>
      {at < px && <rect class="future" x={Math.max(0, at)} y={0} width={px - Math.max(0, at)} height={kLaneHeight} />}
      <line class="track" x1={0} x2={Math.min(at, px)} y1={kMid} y2={kMid} />
      {visible(lane.health, x, 0, px).map(({h, a, b}, i) => (
        <rect key={i} class={`health ${h.health}`} x={a} y={4} width={Math.max(1, b - a)} height={5}>
          <title>{`${h.check}: ${h.health} (${clock(h.from)} to ${clock(h.to)})`}</title>
        </rect>
      ))}
      {lane.bands.map((band, i) => <BandMark key={i} band={band} x={x} px={px} />)}
      {lane.waits.map((wait, i) => {
        const a = Math.max(-4, x(wait.from));
        const b = Math.min(px + 4, x(wait.to));
        return b > a ? <line key={i} class="wait" x1={a} x2={b} y1={kMid} y2={kMid}><title>{wait.text}</title></line> : null;
      })}
      {ghost && <g class="ghost">
        {ghost.bands.map((band, i) => <BandMark key={i} band={band} x={x} px={px} />)}
        {visible(ghost.health, x, at, px).map(({h, a, b}, i) => <rect key={i} class={`health ${h.health}`} x={a} y={4} width={Math.max(1, b - a)} height={5} />)}
        {thinned(ghost.attempts, x).map((a, i) => <AttemptMark key={i} a={a} x={x} px={px} />)}
      </g>}
      {thinned(lane.attempts, x).map((a) => <AttemptMark key={`${a.number} ${a.from}`} a={a} x={x} px={px} />)}
      {together(lane.acts, x, px).map(({at: p, acts}) => (
        <g key={acts[0].entry.id} class="act" transform={`translate(${p} ${kMid})`}>
          <title>{actsTitle(acts)}</title>
          <path d="M0-8L7 0L0 8L-7 0z" />
        </g>
      ))}
      {!ghost && lane.next && lane.next > now.value && x(lane.next) < px && (
        <g class="next" transform={`translate(${x(lane.next)} ${kMid})`}>
          <title>{`an attempt may start at ${clock(lane.next)}`}</title>
          <circle r={6.5} />
        </g>
      )}
      {!ghost && label && at < px - 40 && <text class="left" x={lane.next && x(lane.next) > px - 60 && x(lane.next) < px + 8 ? x(lane.next) - 12 : px - 4} y={kMid + 4}>{label}</text>}
      {at >= 0 && at <= px && <line class="nowline" x1={at} x2={at} y1={0} y2={kLaneHeight} />}
      {selected && <line class="picked" x1={x(selected)} x2={x(selected)} y1={0} y2={kLaneHeight} />}
    </svg>
  );
}

// What was at a moment in words, from the lane's own marks.
export function atMoment(lane: LaneModel, t: number): string[] {
  const words: string[] = [];
  const within = (one: {from: number; to: number}) => one.from <= t && t < one.to;
  for (const h of lane.health.filter(within)) words.push(`check ${h.check}: ${h.health}`);
  for (const a of lane.attempts.filter((one) => one.from <= t && t <= one.to)) words.push(a.text);
  for (const b of lane.bands.filter(within)) {
    const end = b.to === Infinity ? 'until a human acts' : `until ${clock(b.to)}`;
    const guard = {dormant: 'guard dormant', permanent: 'guard permanent_open', open: 'guard breaker_open', half: 'guard half_open', pause: 'paused', off: 'guard feature_flag', down: 'nothing starts'}[b.kind];
    words.push(`${guard}: ${b.text}, ${end}`);
  }
  for (const wait of lane.waits.filter(within)) words.push(`guard backoff: ${wait.text}, until ${clock(wait.to)}`);
  return words;
}

export const nearest = (entries: Entry[], t: number, within: number) =>
  entries.filter((e) => Math.abs(e.t - t) <= within).slice(-8);
