// The history: searched, filtered, followed live, exported.
import {useSignal} from '@preact/signals';
import {useEffect, useRef} from 'preact/hooks';
import {get} from './api';
import {Event, kKinds} from './events';
import {Empty, Field, Rows, When, narrow} from './parts';
import {adjust, route} from './route';
import {allEntries, historyVersion, read} from './state';
import type {Entry, Page} from './types';
import {number} from './time';

const kRow = 34;
const kRowNarrow = 74;
const kExport = 100_000;

function matches(e: Entry, kinds: Set<string>, name: string, needle: string): boolean {
  if (kinds.size && !kinds.has(e.kind)) return false;
  if (name && e.governor !== name && e.remedy !== name && e.check !== name && !e.governor?.startsWith(`${name}@`)) return false;
  if (!needle) return true;
  return [e.message, e.event, e.governor, e.remedy, e.check, e.actor, e.target, e.output].some((t) => t?.toLowerCase().includes(needle));
}

// Older entries than the page holds are asked for with the filters that heald knows.
export function HistoryList({kind, name}: {kind?: 'governor' | 'remedy' | 'check'; name?: string}) {
  const {params} = route.value;
  const needle = (params.get('text') ?? '').toLowerCase();
  const kinds = new Set((params.get('kind') ?? '').split(',').filter(Boolean));
  const older = useSignal<Entry[]>([]);
  const next = useSignal<number | null | undefined>(undefined); // undefined: not asked yet
  const busy = useSignal(false);
  const fault = useSignal('');
  const live = useSignal(true);
  const still = useRef<Entry[]>([]);
  historyVersion.value;

  const key = `${kind} ${name} ${params.get('kind') ?? ''}`;
  const query = (before?: number | null) => {
    const q = new URLSearchParams({limit: '500'});
    if (kind && name) q.set(kind, name);
    if (kinds.size) q.set('kind', [...kinds].join(','));
    if (before) q.set('before', String(before));
    return `/api/history?${q}`;
  };
  const load = async (fresh: boolean) => {
    busy.value = true;
    try {
      const page = await get<Page>(query(fresh ? null : next.value));
      const rows = page.entries.map(read);
      older.value = fresh ? rows : older.value.concat(rows);
      next.value = page.next;
      fault.value = '';
    } catch (e: any) {
      fault.value = e.message;
    }
    busy.value = false;
  };
  useEffect(() => void load(true), [key]);

  const newestLoaded = older.value[0]?.id ?? 0;
  const news = allEntries().filter((e) => e.id > newestLoaded && (!kind || e[kind] === name || (kind === 'governor' && e.governor?.startsWith(`${name}@`)))).reverse();
  const all = news.concat(older.value).filter((e) => matches(e, kinds, '', needle));
  if (live.value) still.current = all;
  const shown = live.value ? all : still.current;

  const save = async () => {
    busy.value = true;
    const lines: string[] = [];
    try {
      for (let before: number | null = null; lines.length < kExport; ) {
        const q: string = query(before).replace('limit=500', 'limit=1000');
        const page: Page = await get<Page>(q);
        for (const e of page.entries) if (matches(e, kinds, '', needle)) lines.push(JSON.stringify(e));
        before = page.next;
        if (before === null) break;
      }
      const file = URL.createObjectURL(new Blob([lines.join('\n') + (lines.length ? '\n' : '')], {type: 'application/jsonl'}));
      const a = document.createElement('a');
      a.href = file;
      a.download = `heald-history-${new Date().toISOString().slice(0, 19).replace(/:/g, '')}.jsonl`;
      a.click();
      setTimeout(() => URL.revokeObjectURL(file), 10_000);
    } catch (e: any) {
      fault.value = e.message;
    }
    busy.value = false;
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
          <button type="button" class="chip" aria-pressed={live.value} onClick={() => (live.value = !live.value)}>{live.value ? 'Live' : 'Live: stopped'}</button>
          <button type="button" class="chip" disabled={busy.value} onClick={save}>Export as JSON lines</button>
        </div>
      </div>
      <div class="tools kinds" role="group" aria-label="Kinds">
        {kKinds.map((k) => <button type="button" key={k} class="chip" aria-pressed={kinds.has(k)} onClick={() => toggle(k)}>{k}</button>)}
      </div>
      {fault.value && <p class="fault" role="alert">{fault.value}</p>}
      <div class="events fixed">
        <Rows items={shown} height={narrow.value ? kRowNarrow : kRow} label="History" row={(e) => <Event key={e.id} e={e} />} />
      </div>
      {shown.length === 0 && !busy.value && <Empty>Nothing fits.</Empty>}
      <p class="more">
        <span class="soft">{number(shown.length)} entries{shown.length > 0 && <>, since <When t={shown[shown.length - 1].t} /></>}</span>{' '}
        {next.value && <button type="button" disabled={busy.value} onClick={() => load(false)}>{busy.value ? '…' : 'Older'}</button>}
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
