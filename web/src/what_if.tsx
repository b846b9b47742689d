// What if it fails again from now on, or is resumed now: asked of the production engine, drawn after now.
import {signal} from '@preact/signals';
import {ask} from './api';
import type {LaneModel} from './lanes';
import {timeWindow} from './lane';
import {Icon, When} from './parts';
import {now, duration} from './time';
import type {Governor} from './types';

interface Outcome {
  governor: string;
  until: string;
  complete: boolean;
  attempts: {remedy: string; attempt: number; step: number; startedAt: string; endedAt: string | null; ok: boolean}[];
  states: {at: string; state: string; isDormant: boolean; openUntil: string | null; waitsUntil: string | null; consecutiveFailures: number}[];
  health: {at: string; check: string; health: string}[];
  assumptions: string[];
}

export const whatIf = signal<{governor: string; title: string; outcome: Outcome; asked: number} | null>(null);
const fault = signal('');
const busy = signal(false);

export function ghostFor(name: string): LaneModel | null {
  const shown = whatIf.value;
  if (!shown || shown.governor !== name) return null;
  const o = shown.outcome;
  const end = Date.parse(o.until);
  const lane: LaneModel = {bands: [], health: [], attempts: [], waits: [], acts: [], next: null, left: 0, budget: null};
  for (const a of o.attempts) {
    const from = Date.parse(a.startedAt);
    lane.attempts.push({result: a.endedAt === null ? 'running' : a.ok ? 'ok' : 'failed', from, to: a.endedAt ? Date.parse(a.endedAt) : end, number: a.attempt, text: `attempt ${a.attempt} of ${a.remedy} would ${a.ok ? 'heal' : 'fail'}`});
  }
  o.states.forEach((s, i) => {
    const from = Date.parse(s.at);
    const to = i + 1 < o.states.length ? Date.parse(o.states[i + 1].at) : Infinity;
    if (s.isDormant) lane.bands.push({kind: 'dormant', from, to, text: 'would be dormant'});
    else if (s.state === 'OPEN') lane.bands.push({kind: 'open', from, to: Math.min(to, s.openUntil ? Date.parse(s.openUntil) : to), text: 'would be OPEN'});
  });
  o.health.forEach((h) => {
    const next = o.health.find((other) => other.check === h.check && other.at > h.at);
    lane.health.push({health: h.health, from: Date.parse(h.at), to: next ? Date.parse(next.at) : end, check: h.check});
  });
  return lane;
}

function words(o: Outcome): string {
  const failed = o.attempts.filter((a) => a.endedAt && !a.ok).length;
  const healed = o.attempts.filter((a) => a.ok).length;
  const dormant = o.states.find((s) => s.isDormant);
  const first = o.attempts[0];
  const parts = [first ? `the first attempt would start in ${duration(Math.max(0, Date.parse(first.startedAt) - now.value))}` : 'nothing would be tried'];
  if (failed) parts.push(`${failed} would fail`);
  if (healed) parts.push(`${healed} would heal`);
  if (dormant && o.attempts.length) parts.push(`it would go dormant after ${duration(Math.max(0, Date.parse(dormant.at) - now.value))}`);
  else if (dormant) parts.push('it stays dormant');
  return `${parts.join(', ')}.`;
}

export function WhatIf({g}: {g: Governor}) {
  const run = async (title: string, body: object) => {
    busy.value = true;
    fault.value = '';
    try {
      const span = Math.max(timeWindow.value.span * 0.25, 3600e3);
      const outcome = await ask<Outcome>('POST', '/api/simulate', {governor: g.name, for: `${Math.round(Math.min(span, 7 * 864e5) / 1000)}s`, ...body});
      whatIf.value = {governor: g.name, title, outcome, asked: now.value};
    } catch (e: any) {
      fault.value = e.message;
    }
    busy.value = false;
  };
  const shown = whatIf.value?.governor === g.name ? whatIf.value : null;
  return (
    <div class="what-if">
      <b>What if</b>
      <button type="button" class="chip" disabled={busy.value} onClick={() => run('It fails from now on', {then: 'fails'})}>it fails from now on</button>
      {g.isDormant
        ? <button type="button" class="chip" disabled={busy.value} onClick={() => run('I resume now and it still fails', {then: 'fails', first: 'resume'})}>I resume now and it still fails</button>
        : <button type="button" class="chip" disabled={busy.value} onClick={() => run('I retry now and it still fails', {then: 'fails', first: 'retry'})}>I retry now and it still fails</button>}
      <button type="button" class="chip" disabled={busy.value} onClick={() => run('The next attempt heals', {then: 'heals', ...(g.isDormant ? {first: 'resume'} : {})})}>{g.isDormant ? 'I resume now and it heals' : 'the next attempt heals'}</button>
      {shown && <button type="button" class="chip" onClick={() => (whatIf.value = null)}><Icon name="cross" /> Clear</button>}
      <div aria-live="polite" class="answer">
        {fault.value && <p class="fault">{fault.value}</p>}
        {shown && <p>{shown.title}: {words(shown.outcome)}</p>}
        {shown && <p class="soft small">Played by heald's own engine from its state at <When t={shown.asked} />. {shown.outcome.assumptions.join(' ')}</p>}
      </div>
    </div>
  );
}
