// One entry of the history, all of it.
import {useSignal} from '@preact/signals';
import {useEffect} from 'preact/hooks';
import {get} from './api';
import {fingerprintOf, toneOfEntry, words} from './events';
import {Empty, Pair, When} from './parts';
import {link, route} from './route';
import {connection, read, status} from './state';
import {duration, full, iso, number} from './time';
import type {Entry, Page} from './types';

const kDurations = new Set(['duration', 'backoff']);

const plain = (name: string) => name.replace(/[A-Z]/g, (c) => ` ${c.toLowerCase()}`).replace(/^./, (c) => c.toUpperCase());

function Detail({name, value}: {name: string; value: string | number}) {
  if (typeof value === 'number') return <>{kDurations.has(name) ? duration(value) : number(value)}</>;
  if (/^\d{4}-\d\d-\d\dT/.test(value)) return <When t={value} />;
  return <>{value}</>;
}

export function Output({text, shown}: {text: string | null | undefined; shown: boolean}) {
  if (!shown) return <p class="soft">What an action printed is shown with a token of the role operate or admin.</p>;
  return text ? <code class="pre">{text}</code> : <p class="soft">It printed nothing.</p>;
}

export function EntryView() {
  const id = Number(route.value.name);
  const found = useSignal<Entry | null | undefined>(undefined);
  const fault = useSignal('');
  const shown = status.value?.outputShown ?? false;
  useEffect(() => {
    if (!Number.isSafeInteger(id) || id < 1) {
      found.value = null;
      return;
    }
    get<Page>(`/api/history?limit=1&before=${id + 1}`).then(
      ({entries: [e]}) => { found.value = e?.id === id ? read(e) : null; fault.value = ''; },
      (e) => { fault.value = e.message; found.value = null; },
    );
  }, [id, shown, connection.value]);
  const e = found.value;
  if (!e) {
    return (
      <>
        <h1>Entry {route.value.name}</h1>
        {e === undefined ? <Empty busy>Loading…</Empty> : <Empty>{fault.value || 'The history has no such entry: it may be too old, or of another store.'}</Empty>}
      </>
    );
  }
  const details = Object.entries(e.details ?? {}).filter(([name]) => name !== 'fingerprint');
  const fingerprint = fingerprintOf(e);
  return (
    <>
      <header class="title">
        <p class="kind">Entry {number(e.id)} of the history</p>
        <h1><i class={`mark ${toneOfEntry(e)}`} aria-hidden="true" />{words(e)}</h1>
        <div class="buttons">
          {e.id > 1 && <a class="button" href={link('entry', String(e.id - 1))}>Earlier</a>}
          <a class="button" href={link('entry', String(e.id + 1))}>Later</a>
        </div>
      </header>
      <div class="columns">
        <div>
          <section class="card">
            <h2>{e.kind === 'human' || e.kind === 'pause' || e.kind === 'approval' || e.kind === 'flag' ? 'Reason' : 'Message'}</h2>
            {e.message ? <p class="pre">{e.message}</p> : <p class="soft">None.</p>}
          </section>
          {e.kind === 'attempt' && e.event !== 'started' && <section class="card"><h2>Output</h2><Output text={e.output} shown={shown} /></section>}
          <section class="card"><details><summary>As JSON</summary><code class="pre">{JSON.stringify({...e, t: undefined}, null, 2)}</code></details></section>
        </div>
        <aside>
          <section class="card">
            <h2>What, when, who</h2>
            <dl class="pairs">
              <Pair name="Time">{e.time ? full(e.t) : 'unknown'}</Pair>
              {e.time && <Pair name="UTC">{iso(e.t)}</Pair>}
              {e.check && <Pair name="Check"><a href={link('check', e.check)}>{e.check}</a></Pair>}
              {e.remedy && <Pair name="Remedy"><a href={link('remedy', e.remedy)}>{e.remedy}</a></Pair>}
              {e.target && <Pair name="Target">{e.target}</Pair>}
              {e.governor && <Pair name="Governor"><a href={link('governor', e.governor, e.time ? {end: iso(e.t + 600e3), at: iso(e.t)} : {})}>{e.governor}</a></Pair>}
              {fingerprint && <Pair name="Alert"><a href={link('alert', fingerprint)}>{fingerprint}</a></Pair>}
              {!!e.attempt && <Pair name="Attempt">{number(e.attempt)}</Pair>}
              {e.provenActor && <Pair name="By">{e.provenActor}</Pair>}
              {e.claimedActor && <Pair name="Who says to be">{e.claimedActor}</Pair>}
              {details.map(([name, value]) => <Pair key={name} name={plain(name)}><Detail name={name} value={value} /></Pair>)}
            </dl>
          </section>
        </aside>
      </div>
    </>
  );
}
