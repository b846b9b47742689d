// An alert, by its fingerprint: its episodes for each remedy that has taken it, what was tried, what stands in the way.
import {useSignal} from '@preact/signals';
import {useEffect} from 'preact/hooks';
import {byAlert, type Episode} from './alerts';
import {get, part} from './api';
import {Output} from './entry_view';
import {Event, fingerprintOf} from './events';
import {Badge, Countdown, Empty, Pair, When} from './parts';
import {link, route} from './route';
import {allEntries, connection, historyVersion, read, remedies, status} from './state';
import {Missing, RemedySettings} from './things';
import {duration, now, number} from './time';
import type {Entry, Page} from './types';

const kMostPages = 10;
const kMostShown = 100;

// Where the remedy stands with the target of the alert.
function Standing({e}: {e: Episode}) {
  const r = remedies.value.get(e.remedy);
  if (!r) return <Empty>There is no remedy {e.remedy} now.</Empty>;
  const at = r.targets.find((t) => t.target === e.target) ?? r;
  return (
    <dl class="pairs">
      <Pair name="Remedy"><a href={link('remedy', r.name)}>{r.name}</a></Pair>
      {e.target && <Pair name={r.targetLabel || 'Target'}>{e.target}</Pair>}
      <Pair name="Governor"><a href={link('governor', at.governor)}>{at.governor}</a></Pair>
      <Pair name="Phase">{at.phase}</Pair>
      {at.lastDeniedBy && <Pair name="Denied by">{at.lastDeniedBy.replace(/_/g, ' ')}</Pair>}
      {r.pause && <Pair name="Paused until"><When t={r.pause.until} /></Pair>}
      {at.nextAttemptAt && <Pair name="Next attempt">in <Countdown t={Date.parse(at.nextAttemptAt)} /></Pair>}
      <Pair name="Failures in this incident">{number(at.incidentFailures)}</Pair>
    </dl>
  );
}

function results(e: Episode): string {
  const healed = e.attempts.filter((a) => a.event === 'succeeded').length;
  const failed = e.attempts.length - healed;
  return [healed && `${healed} healed`, failed && `${failed} failed`].filter(Boolean).join(', ') || 'none';
}

export function AlertView() {
  const fingerprint = route.value.name;
  const told = useSignal<Entry[] | null>(null);
  const fault = useSignal('');
  historyVersion.value;
  const shown = status.value?.outputShown ?? false;
  useEffect(() => {
    let gone = false;
    const load = async () => {
      let list: Entry[] = [];
      let before: number | null = null;
      for (let i = 0; i < kMostPages && !gone; i++) {
        const page: Page = await get<Page>(`/api/history?kind=alert,attempt&limit=1000&text=${part(fingerprint)}${before ? `&before=${before}` : ''}`);
        list = list.concat(page.entries.map(read));
        before = page.next;
        if (before === null) break;
      }
      // That an attempt has ended is told without its alert.
      for (const remedy of new Set(list.map((e) => e.remedy))) {
        const since = list.findLast((e) => e.remedy === remedy)?.time;
        if (!remedy || !since || gone) continue;
        const page: Page = await get<Page>(`/api/history?kind=attempt&limit=1000&remedy=${part(remedy)}&since=${part(since)}`);
        const known = new Set(list.map((e) => e.id));
        list = list.concat(page.entries.map(read).filter((e) => !known.has(e.id)));
      }
      if (gone) return;
      told.value = list.sort((a, b) => b.id - a.id);
      fault.value = '';
    };
    load().catch((e) => { fault.value = e.message; told.value = []; });
    return () => { gone = true; };
  }, [fingerprint, shown, connection.value]);
  if (!told.value) return <><h1>Alert</h1><Empty busy>Loading…</Empty></>;
  const newest = told.value[0]?.id ?? 0;
  const all = allEntries().filter((e) => e.id > newest && (e.kind === 'alert' || e.kind === 'attempt')).reverse().concat(told.value);
  const episodes = byAlert(all).filter((e) => e.fingerprint === fingerprint).reverse();
  const ended = new Set(episodes.flatMap((e) => e.attempts));
  const entries = all.filter((e) => fingerprintOf(e) === fingerprint || ended.has(e));
  if (!episodes.length) return <><Missing kind="alert" name={fingerprint} />{fault.value && <p class="fault">{fault.value}</p>}</>;
  const taken = [...new Map(episodes.map((e) => [e.remedy, e])).keys()].map((name) => episodes.find((e) => e.remedy === name)!);
  const firing = episodes.some((e) => e.to === null);
  const last = entries.find((e) => e.kind === 'attempt' && e.event !== 'started');
  return (
    <>
      <header class="title">
        <p class="kind">Alert</p>
        <h1>{episodes[0].name} <Badge word={firing ? 'firing' : episodes[0].end} /></h1>
        <p class="soft">Fingerprint <code>{fingerprint}</code>{episodes[0].startsAt && <>, since <When t={episodes[0].startsAt} /> as Alertmanager says</>}</p>
      </header>
      <div class="columns">
        <div>
          <section class="card">
            <h2>Episodes</h2>
            <div class="scroll"><table>
              <thead><tr><th scope="col">Fired</th><th scope="col">Until</th><th scope="col">For</th><th scope="col">Remedy</th><th scope="col">Attempts</th></tr></thead>
              <tbody>{episodes.slice(0, kMostShown).map((e) => (
                <tr key={`${e.remedy} ${e.from}`}>
                  <th scope="row"><When t={e.from} /></th>
                  <td>{e.to === null ? <Badge word="firing" /> : <><When t={e.to} /> <span class="soft">{e.end}</span></>}</td>
                  <td>{duration((e.to ?? now.value) - e.from)}</td>
                  <td><a href={link('remedy', e.remedy)}>{e.remedy}</a></td>
                  <td>{results(e)}</td>
                </tr>
              ))}</tbody>
            </table></div>
          </section>
          {last && (
            <section class="card">
              <h2>Last attempt</h2>
              <p><Badge word={last.event ?? ''} /> <a href={link('entry', String(last.id))}>attempt {number(last.attempt ?? 0)}</a> of {last.remedy}, <When t={last.t} /></p>
              {last.message && <p class="pre">{last.message}</p>}
              <Output text={last.output} shown={shown} />
            </section>
          )}
          <section class="card">
            <h2>History</h2>
            <div class="events" role="list">{entries.slice(0, kMostShown).map((e) => <Event key={e.id} e={e} />)}</div>
          </section>
        </div>
        <aside>
          {taken.map((e) => (
            <div key={e.remedy}>
              <section class="card"><h2>{e.to === null ? 'Now' : 'Its remedy now'}</h2><Standing e={e} /></section>
              <RemedySettings name={e.remedy} />
            </div>
          ))}
        </aside>
      </div>
    </>
  );
}
