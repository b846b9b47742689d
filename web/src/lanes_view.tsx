// Lanes over time, one a governor: those that are not at rest first, the quiet ones folded.
import {computed, useSignal} from '@preact/signals';
import {useEffect, useRef} from 'preact/hooks';
import {Axis, Lane, atMoment, kSpans, laneFor, nearest, pan, timeWindow, useWidth, zoom} from './lane';
import {summaryOf} from './lanes';
import {Event} from './events';
import {Explain} from './explain';
import {Badge, Empty, Field, Rows, When, narrow} from './parts';
import {adjust, link, route} from './route';
import {about, allEntries, checks, governors, historyBegins, historyFrom, historyVersion, remediesOf, status, wantHistory} from './state';
import {useSettings} from './settings';
import {iso, now, number} from './time';
import type {Governor} from './types';

export function stateWord(g: Governor): string {
  if (g.isDormant) return 'dormant';
  if (g.inFlight.length) return 'healing';
  if (g.state !== 'CLOSED') return g.state;
  if (g.consecutiveFailures > 0) return g.nextAttemptAt ? 'waiting' : 'recovering';
  return 'CLOSED';
}

const kOrder = ['dormant', 'healing', 'OPEN', 'PERMANENT_OPEN', 'HALF_OPEN', 'waiting', 'recovering', 'CLOSED'];

function isQuiet(g: Governor): boolean {
  if (stateWord(g) !== 'CLOSED') return false;
  return (remediesOf.value.get(g.name) ?? []).every((r) => {
    const health = checks.value.get(r.check)?.health;
    return !r.pause && r.firing === 0 && health !== 'unhealthy' && health !== 'warning';
  });
}

// Those that are not at rest first; of thousands nearly all are quiet.
const sorted = computed(() => {
  const quiet: Governor[] = [];
  const busy: [Governor, number][] = [];
  for (const g of governors.value.values()) {
    if (isQuiet(g)) quiet.push(g);
    else busy.push([g, kOrder.indexOf(stateWord(g))]);
  }
  const first = busy.sort((a, b) => a[1] - b[1]).map(([g]) => g);
  return {all: [...first, ...quiet], quietFrom: first.length};
});

// Under which something was tried or done since then.
function activeSince(from: number): Set<string> {
  historyVersion.value;
  const names = new Set<string>();
  const list = allEntries();
  for (let i = list.length - 1; i >= 0 && list[i].t >= from; i--) {
    const e = list[i];
    if (e.governor && e.kind !== 'denial') names.add(e.governor);
  }
  return names;
}

// Quiet ones are folded, unless something was tried or done within the window.
function unfoldedOf(from: number, needle: string): {matching: Governor[]; busy: Governor[]} {
  const {all, quietFrom} = sorted.value;
  const active = activeSince(from);
  const matching: Governor[] = needle ? [] : all;
  const busy: Governor[] = [];
  all.forEach((g, i) => {
    if (needle && !g.name.toLowerCase().includes(needle)) return;
    if (needle) matching.push(g);
    if (i < quietFrom || active.has(g.name)) busy.push(g);
  });
  return {matching, busy};
}

function Row({g, index}: {g: Governor; index: number}) {
  const w = timeWindow.value;
  const lane = laneFor(g, w.from);
  const picked = route.value.params.get('at');
  const mine = route.value.params.get('sel') === g.name && picked ? Date.parse(picked) : null;
  if (!lane) return null;
  return (
    <div class={`row ${mine ? 'sel' : ''}`} role="row" aria-rowindex={index + 2} key={g.name}>
      <div class="name" role="rowheader">
        <a href={link('governor', g.name)}>{g.name}</a>
      </div>
      <div class="state" role="cell"><Badge word={stateWord(g)} text={stateWord(g) === 'CLOSED' ? 'ready' : undefined} /></div>
      <div class="picture" role="cell">
        <span class="hidden">{summaryOf(lane, g)}{lane.next && <>; an attempt may start at <When t={lane.next} /></>}</span>
        <Lane g={g} lane={lane} selected={mine} onPick={(t) => adjust({sel: g.name, at: iso(t)})} />
      </div>
    </div>
  );
}

// What was, or is, in the way at a moment of a lane.
function Picked() {
  const name = route.value.params.get('sel');
  const at = Date.parse(route.value.params.get('at') ?? '');
  const g = name ? governors.value.get(name) : undefined;
  historyVersion.value;
  if (!g || Number.isNaN(at)) return null;
  const lane = laneFor(g, Math.min(timeWindow.value.from, at));
  const words = lane ? atMoment(lane, at) : [];
  const near = nearest(about('governor', g.name), at, timeWindow.value.span / 30);
  const begins = historyBegins();
  const before = begins !== null && at < begins;
  const future = at > now.value - timeWindow.value.span / 200;
  return (
    <section class="card picked-card" aria-label="Selection">
      <header>
        <h2><a href={link('governor', g.name)}>{g.name}</a> at <When t={at} /></h2>
        <button type="button" onClick={() => adjust({sel: null, at: null})}>Close</button>
      </header>
      {before ? <p>Nothing is known of then: the history begins at <When t={begins} />.</p> : words.length > 0 ? <ul>{words.map((line) => <li key={line}>{line}</li>)}</ul> : !future && <p>Nothing was in the way: it was ready, and no attempt was needed.</p>}
      {near.length > 0 && <div class="events" role="list">{near.map((e) => <Event key={e.id} e={e} />)}</div>}
      {future && <Explain name={g.name} />}
    </section>
  );
}

function Tools() {
  const w = timeWindow.value;
  return (
    <div class="tools" role="group" aria-label="Time">
      {kSpans.map(([span, word]) => (
        <button type="button" class="chip" key={span} aria-pressed={w.span === span} onClick={() => adjust({span})}>{word}</button>
      ))}
      <span class="gap" />
      <button type="button" class="chip" aria-label="Earlier" onClick={() => pan(-0.5)}>←</button>
      <button type="button" class="chip" aria-label="Later" onClick={() => pan(0.5)}>→</button>
      <button type="button" class="chip" aria-label="Zoom in" onClick={() => zoom(0.5)}>+</button>
      <button type="button" class="chip" aria-label="Zoom out" onClick={() => zoom(2)}>−</button>
      <button type="button" class="chip" aria-pressed={w.live} onClick={() => adjust({end: null})}>Now</button>
    </div>
  );
}

const Legend = () => (
  <p class="legend soft small" aria-hidden="true">
    <span><i class="sign ok" />healed</span>
    <span><i class="sign failed" />failed</span>
    <span><i class="sign next" />may start</span>
    <span><i class="sign act" />human action</span>
    <span><i class="sign wait" />backoff</span>
    <span><i class="sign open" />breaker open</span>
    <span><i class="sign dormant" />dormant</span>
    <span><i class="sign pause" />paused</span>
  </p>
);

export function Lanes({compact}: {compact?: boolean}) {
  const w = timeWindow.value;
  useSettings();
  const box = useWidth();
  const frame = useRef<HTMLDivElement>(null);
  const filter = route.value.params.get('q') ?? '';
  const unfolded = useSignal(false);
  historyVersion.value;
  useEffect(() => wantHistory(w.from), [Math.floor(w.from / 60e3)]);
  useDrag(frame);

  const needle = filter.toLowerCase();
  const {matching, busy} = unfoldedOf(w.from, compact ? '' : needle);
  const folded = matching.length - busy.length;
  const shown = compact ? busy.slice(0, 8) : unfolded.value || needle ? matching : busy;
  const begins = historyFrom();
  const missing = Number.isFinite(begins) && begins > w.from + 1000;
  return (
    <>
      {!compact && (
        <div class="bar">
          <Field value={filter} label="Filter governors" onText={(q) => adjust({q})} />
          <Tools />
        </div>
      )}
      <div class="lanes" role="table" aria-label="Governors over time" aria-rowcount={matching.length + 1} ref={frame}>
        <div class="row head" role="row" aria-rowindex={1}>
          <div class="name" role="columnheader">Governor</div>
          <div class="state" role="columnheader">State</div>
          <div class="picture" role="columnheader" ref={box}><span class="hidden">Attempts</span><Axis /></div>
        </div>
        <Rows items={shown} height={narrow.value ? 76 : 48} role="rowgroup" row={(g, i) => <Row key={g.name} g={g} index={i} />} />
      </div>
      {shown.length === 0 && <Empty>{needle ? 'No governors match.' : 'No attempts, and nothing in the way.'}</Empty>}
      {folded > 0 && !needle && (
        compact
          ? <p class="more"><a href={link('lanes')}>{number(folded)} quiet {folded === 1 ? 'governor' : 'governors'}</a></p>
          : <p class="more"><button type="button" onClick={() => (unfolded.value = !unfolded.value)}>{unfolded.value ? 'Hide quiet governors' : `Show ${number(folded)} quiet ${folded === 1 ? 'governor' : 'governors'}`}</button></p>
      )}
      {compact && busy.length > 8 && <p class="more"><a href={link('lanes')}>{number(busy.length - 8)} more</a></p>}
      {missing && <p class="soft small">What was before <When t={begins} /> is not loaded here: open one governor, or the history.</p>}
      {!compact && <Legend />}
      <Picked />
    </>
  );
}

// Drag to move in time; the wheel with Ctrl zooms around the pointer.
function useDrag(frame: {current: HTMLElement | null}) {
  useEffect(() => {
    const box = frame.current;
    if (!box) return;
    let from: {x: number; px: number} | null = null;
    const down = (e: PointerEvent) => {
      const picture = (e.target as Element).closest('.picture');
      if (e.button === 0 && picture && e.pointerType === 'mouse') from = {x: e.clientX, px: picture.clientWidth};
    };
    const move = (e: PointerEvent) => {
      if (!from || Math.abs(e.clientX - from.x) < 8) return;
      pan((from.x - e.clientX) / from.px);
      from.x = e.clientX;
    };
    const up = () => (from = null);
    const wheel = (e: WheelEvent) => {
      const picture = (e.target as Element).closest('.picture');
      if (!e.ctrlKey || !picture) return;
      e.preventDefault();
      const r = picture.getBoundingClientRect();
      const w = timeWindow.value;
      zoom(e.deltaY > 0 ? 1.25 : 0.8, w.from + ((e.clientX - r.left) / r.width) * (w.to - w.from));
    };
    box.addEventListener('pointerdown', down);
    addEventListener('pointermove', move);
    addEventListener('pointerup', up);
    box.addEventListener('wheel', wheel, {passive: false});
    return () => {
      box.removeEventListener('pointerdown', down);
      removeEventListener('pointermove', move);
      removeEventListener('pointerup', up);
      box.removeEventListener('wheel', wheel);
    };
  }, []);
}

export function LanesView() {
  if (!status.value) return null;
  return (
    <>
      <h1>Lanes</h1>
      <section class="card wide"><Lanes /></section>
    </>
  );
}
