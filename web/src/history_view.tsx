// The history: searched, filtered, followed live, exported.
import {useSignal} from '@preact/signals';
import {useEffect, useRef} from 'preact/hooks';
import {get} from './api';
import {Event, kKinds} from './events';
import {Empty, Field, Rows, When, narrow} from './parts';
import {adjust, route} from './route';
import {allEntries, connection, historyVersion, read} from './state';
import type {Entry, Page} from './types';
import {number} from './time';

const kRow = 34;
const kRowNarrow = 74;
const kExport = 100_000;

// As heald's own search does.
function matches(e: Entry, kinds: Set<string>, needle: string): boolean {
  if (kinds.size && !kinds.has(e.kind)) return false;
  if (!needle) return true;
  return [e.message, e.event, e.governor, e.remedy, e.check, e.actor, e.target, e.output, ...Object.values(e.details ?? {})].some(
    (t) => typeof t === 'string' && t.toLowerCase().includes(needle),
  );
}

interface Found {
  rows: Entry[]; // the newest first
  next: number | null; // behind which id there may be more
  newest: number;
}
const kNothing: Found = {rows: [], next: null, newest: 0};

// heald searches its history, a bounded part for each answer: on and on until so many more are found or all is searched.
async function search(query: string, from: Found | null, wanted: number, goOn: (found: Found) => boolean): Promise<void> {
  let found = from ?? kNothing;
  const most = found.rows.length + wanted;
  do {
    const before: string = found.next ? `&before=${found.next}` : '';
    const page = await get<Page>(`/api/history?limit=${Math.min(1000, most - found.rows.length)}${query}${before}`);
    found = {rows: found.rows.concat(page.entries.map(read)), next: page.next, newest: found.newest || page.newest};
  } while (goOn(found) && found.next !== null && found.rows.length < most);
}

function saveAs(lines: string[]) {
  const file = URL.createObjectURL(new Blob(lines, {type: 'application/jsonl'}));
  const a = document.createElement('a');
  a.href = file;
  a.download = `heald-history-${new Date().toISOString().slice(0, 19).replace(/:/g, '')}.jsonl`;
  a.click();
  setTimeout(() => URL.revokeObjectURL(file), 10_000);
}

// Of everything, or of one governor with its targets, one remedy or one check.
export function HistoryList({kind, name}: {kind?: 'governor' | 'remedy' | 'check'; name?: string}) {
  const {params} = route.value;
  const typed = params.get('text') ?? '';
  const kinds = new Set((params.get('kind') ?? '').split(',').filter(Boolean));
  const found = useSignal<Found>(kNothing);
  const busy = useSignal('');
  const exporting = useSignal('');
  const fault = useSignal('');
  const live = useSignal(true);
  const still = useRef<Entry[]>([]);
  const turn = useRef(0); // of the search that counts: another one, or a stop, ends those before
  historyVersion.value;

  const asked = new URLSearchParams();
  if (kind && name) asked.set(kind, name);
  if (kinds.size) asked.set('kind', [...kinds].join(','));
  if (typed) asked.set('text', typed);
  const query = asked.size ? `&${asked}` : '';
  const run = async (word: string, job: (mine: () => boolean) => Promise<void>) => {
    const own = ++turn.current;
    const mine = () => own === turn.current;
    busy.value = word;
    fault.value = '';
    try {
      await job(mine);
    } catch (e: any) {
      if (mine()) fault.value = e.message;
    }
    if (mine()) busy.value = '';
  };
  const load = (from: Found | null) =>
    run(typed ? 'Searching' : 'Loading', (mine) =>
      search(query, from, typed ? 100 : 500, (so_far) => {
        if (mine()) found.value = so_far;
        return mine();
      }));
  useEffect(() => {
    const waiting = setTimeout(() => void load(null), found.value === kNothing ? 0 : 200);
    busy.value = 'Loading';
    return () => clearTimeout(waiting);
  }, [query]);
  useEffect(() => { if (fault.value) void load(null); }, [connection.value]);
  const gone = useRef(false);
  useEffect(() => () => { turn.current++; gone.current = true; }, []);

  const newestLoaded = found.value.newest;
  const news = allEntries().filter((e) => e.id > newestLoaded && (!kind || e[kind] === name || (kind === 'governor' && e.governor?.startsWith(`${name}@`)))).reverse();
  const all = news.concat(found.value.rows).filter((e) => matches(e, kinds, typed.toLowerCase()));
  if (live.value) still.current = all;
  const shown = live.value ? all : still.current;
  const {next, newest} = found.value;

  const save = async () => {
    fault.value = '';
    exporting.value = 'Exporting';
    try {
      await search(query, null, kExport, (so_far) => {
        exporting.value = `Exporting: ${number(so_far.rows.length)} entries`;
        const done = so_far.next === null || so_far.rows.length >= kExport;
        if (done && !gone.current) saveAs(so_far.rows.map(({t: _, ...e}) => `${JSON.stringify(e)}\n`));
        if (done && so_far.next !== null) fault.value = `Only the newest ${number(kExport)} entries were exported; healdctl history --json has no such limit.`;
        return !gone.current;
      });
    } catch (e: any) {
      fault.value = e.message;
    }
    exporting.value = '';
  };

  const toggle = (k: string) => {
    const chosen = new Set(kinds);
    if (!chosen.delete(k)) chosen.add(k);
    adjust({kind: [...chosen].join(',')});
  };
  return (
    <>
      <div class="bar">
        <Field value={params.get('text') ?? ''} label="Search the history" onText={(text) => adjust({text})} />
        <div class="tools">
          <button type="button" class="chip" aria-pressed={live.value} onClick={() => (live.value = !live.value)}>{live.value ? 'Live' : 'Live: off'}</button>
          <button type="button" class="chip" disabled={exporting.value !== ''} onClick={save}>{exporting.value || 'Export as JSON lines'}</button>
        </div>
      </div>
      <div class="tools kinds" role="group" aria-label="Kinds">
        {kKinds.map((k) => <button type="button" key={k} class="chip" aria-pressed={kinds.has(k)} onClick={() => toggle(k)}>{k}</button>)}
      </div>
      {fault.value && <p class="fault" role="alert">{fault.value}</p>}
      <div class="events fixed" aria-busy={busy.value !== '' && shown.length === 0}>
        <Rows items={shown} height={narrow.value ? kRowNarrow : kRow} label="History" row={(e) => <Event key={e.id} e={e} />} />
      </div>
      {shown.length === 0 && !busy.value && <Empty>No entries match.</Empty>}
      <p class="more" role="status">
        <span class="soft">
          {number(shown.length)} {shown.length === 1 ? 'entry' : 'entries'}{shown.length > 0 && <>, since <When t={shown[shown.length - 1].t} /></>}
          {typed && next !== null && <>; {number(newest - next)} of about {number(newest)} searched</>}
        </span>{' '}
        {busy.value
          ? <>{busy.value}… <button type="button" onClick={() => { turn.current++; busy.value = ''; }}>Stop</button></>
          : next !== null && <button type="button" onClick={() => load(found.value)}>{typed ? 'Search on' : 'Load older'}</button>}
      </p>
    </>
  );
}

export function HistoryView() {
  return (
    <>
      <h1>History</h1>
      <section class="card wide"><HistoryList /></section>
    </>
  );
}
