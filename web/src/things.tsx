// What the views of a governor, a remedy, a check and an alert share.
import {useSignal} from '@preact/signals';
import {useEffect} from 'preact/hooks';
import * as actions from './actions';
import {byAlert, type Episode} from './alerts';
import {get, part} from './api';
import {Output} from './entry_view';
import {ActionButton, Badge, Empty, Pair, When} from './parts';
import {link} from './route';
import {settings, useSettings} from './settings';
import {about, checks, connection, historyVersion, read, status} from './state';
import {duration, number} from './time';
import type {Entry, Page, Remedy} from './types';

export const Missing = ({kind, name}: {kind: string; name: string}) => (
  <>
    <h1>{name}</h1>
    <Empty>There is no {kind} of this name now. Look in the <a href={link('history', '', {text: name})}>history</a> for one that was.</Empty>
  </>
);

export function Place({place}: {place: string | undefined}) {
  return place ? <p class="soft small place">In the configuration: <code>{place}</code></p> : <p class="soft small place">Not in the configuration: the defaults apply.</p>;
}

export function RemedyLine({r}: {r: Remedy}) {
  const c = checks.value.get(r.check);
  return (
    <li class="line">
      <div>
        <a href={link('remedy', r.name)}>{r.name}</a>{' '}
        {r.phase !== 'idle' && <Badge word="healing" text={r.phase} />} {r.pause && <Badge word="paused" />} {r.observe && <Badge word="observe" />}
        <p class="soft small">
          {r.check ? <>for check <a href={link('check', r.check)}>{r.check}</a>{c && <> (<span>{c.health}</span>)</>}</> : r.preventive ? 'preventive' : 'for alerts'}
          {r.incidentFailures > 0 && <>, {number(r.incidentFailures)} failed in this incident, at step {number(r.incidentStep)}</>}
        </p>
        {r.lastResult && <p class="clamp small">Last: {r.lastResult}</p>}
      </div>
      <div class="buttons">
        {r.pause && !r.pause.all ? <ActionButton action={actions.unpause(r.name)} /> : <ActionButton action={actions.pause(r.name)} />}
        <ActionButton action={actions.runRemedy(r.name)} />
      </div>
    </li>
  );
}

// How the last attempt ended, and what its action printed, for who may see it.
export function LastAttempt({kind, name, result}: {kind: 'governor' | 'remedy'; name: string; result: string}) {
  const last = useSignal<Entry | null>(null);
  const shown = status.value?.outputShown ?? false;
  historyVersion.value;
  const newest = about(kind, name).findLast((e) => e.kind === 'attempt' && e.event !== 'started')?.id ?? 0;
  useEffect(() => {
    get<Page>(`/api/history?kind=attempt&limit=20&${kind}=${part(name)}`).then(
      (page) => (last.value = page.entries.map(read).find((e) => e.event !== 'started') ?? null),
      () => {},
    );
  }, [kind, name, newest, shown, connection.value]);
  const e = last.value;
  return (
    <section class="card">
      <h2>Last attempt</h2>
      {e
        ? <>
            <p><Badge word={e.event ?? ''} /> <a href={link('entry', String(e.id))}>attempt {number(e.attempt ?? 0)}</a>{kind === 'governor' && e.remedy && <> of <a href={link('remedy', e.remedy)}>{e.remedy}</a></>}, <When t={e.t} /></p>
            {e.message && <p class="pre">{e.message}</p>}
            <Output text={e.output} shown={shown} />
          </>
        : result ? <p class="pre">{result}</p> : <Empty>No attempt yet.</Empty>}
    </section>
  );
}

export function RemedySettings({name}: {name: string}) {
  useSettings();
  const set = settings.value?.remedies.find((one) => one.name === name);
  const r = status.value?.remedies.find((one) => one.name === name);
  if (!set) return null;
  return (
    <section class="card">
      <h2>Settings of {name}</h2>
      <dl class="pairs">
        <Pair name="Answers to">{set.on.length ? set.on.join(', ') : Object.entries(set.matchers).map(([k, v]) => `${k}="${v}"`).join(' ') || 'its own schedule'}</Pair>
        {set.target && <Pair name="One target for each">{set.target}</Pair>}
        <Pair name="Mode">{set.mode}</Pair>
        <Pair name="Verified">after {duration(set.verifyAfter)}, within {duration(set.verifyWithin)}</Pair>
        {Object.entries(set.labels).map(([k, v]) => <Pair key={k} name={k}>{v}</Pair>)}
      </dl>
      <ol class="steps">{set.steps.map((s, i) => (
        <li key={i} aria-current={r && r.incidentStep === i + 1 ? 'step' : undefined}>
          <b>{s.kind}</b> <span class="soft">{i ? `after ${number(s.afterFailures)} failures` : 'first'}</span>
          {s.command && <code class="pre">{s.command.join(' ')}</code>}
        </li>
      ))}</ol>
      <Place place={set.place} />
    </section>
  );
}

const kMostAlerts = 50;

// The alerts that a remedy has been told of, those that fire first, as far as the history goes.
export function AlertList({remedy, target}: {remedy: string; target?: string}) {
  const told = useSignal<Entry[] | null>(null);
  historyVersion.value;
  const newest = about('remedy', remedy).findLast((e) => e.kind === 'alert')?.id ?? 0;
  useEffect(() => {
    get<Page>(`/api/history?kind=alert,attempt&limit=1000&remedy=${part(remedy)}`).then((page) => (told.value = page.entries.map(read)), () => {});
  }, [remedy, newest, connection.value]);
  if (!told.value) return <section class="card"><h2>Alerts</h2><Empty busy>Loading…</Empty></section>;
  const latest = new Map<string, Episode>();
  for (const e of byAlert(told.value)) if (target === undefined || e.target === target) latest.set(e.fingerprint, e);
  const list = [...latest.values()].sort((a, b) => Number(a.to !== null) - Number(b.to !== null) || b.from - a.from);
  return (
    <section class="card">
      <h2>Alerts</h2>
      {list.length === 0 ? <Empty>None was taken yet.</Empty> : (
        <div class="scroll"><table>
          <thead><tr><th scope="col">Alert</th><th scope="col">State</th>{target === undefined && <th scope="col">Target</th>}<th scope="col">Since</th></tr></thead>
          <tbody>{list.slice(0, kMostAlerts).map((e) => (
            <tr key={e.fingerprint}><th scope="row"><a href={link('alert', e.fingerprint)}>{e.name}</a></th><td><Badge word={e.end || 'firing'} /></td>{target === undefined && <td>{e.target || '–'}</td>}<td><When t={e.to ?? e.from} /></td></tr>
          ))}</tbody>
        </table></div>
      )}
      {list.length > kMostAlerts && <p class="soft small">{number(list.length - kMostAlerts)} more: see the <a href={link('history', '', {kind: 'alert', text: remedy})}>history</a>.</p>}
    </section>
  );
}
