// What the page knows of heald: one status, refreshed after each event and now and then, and the history as far as it
// has been asked for, kept up to date by one stream.
import {computed, effect, signal, untracked} from '@preact/signals';
import {ApiError, answeredAt, get, headers, token, urlOf} from './api';
import {hear, serverNow} from './time';
import type {Check, Entry, Governor, Page, Remedy, Status, Who} from './types';

export const status = signal<Status | null>(null);
export const trouble = signal<{since: number; message: string} | null>(null); // why it is not up to date
export const tokenFault = signal('');

function byName<T extends {name: string}>(list: T[] | undefined): Map<string, T> {
  return new Map((list ?? []).map((one) => [one.name, one]));
}

export const governors = computed(() => byName<Governor>(status.value?.circuitBreakers));
export const checks = computed(() => byName<Check>(status.value?.checks));
export const remedies = computed(() => byName<Remedy>(status.value?.remedies));
export const who = signal<Who | null>(null);
export const may = (role: 'operate' | 'admin') => who.value?.role === 'admin' || who.value?.role === role;

// By governor, those of targets included.
export const remediesOf = computed(() => {
  const all = new Map<string, Remedy[]>();
  const add = (governor: string, remedy: Remedy) => {
    const list = all.get(governor);
    if (list) list.push(remedy);
    else all.set(governor, [remedy]);
  };
  for (const remedy of remedies.value.values()) {
    add(remedy.governor, remedy);
    for (const target of remedy.targets) if (target.governor !== remedy.governor) add(target.governor, remedy);
  }
  return all;
});

// ---------------------------------------------------------------------------------------------------------- status

const kShortest = 300; // between two refreshes
const kLongest = 15_000; // without an event
const kAfterwards = 700; // an event is told before the status knows of it, by up to 100 ms
const kMostCost = 1500; // one slow answer is no reason to wait for long
let cost = 0;
let afterwards = false; // once more after the last event
let last = 0;
let timer = 0;
let running = false;
let again = false;

// For whoever wonders how long the page takes: performance.getEntriesByType('measure').
function measure(start: number) {
  performance.clearMeasures();
  performance.measure('heald status to picture', {start, end: performance.now()});
}

async function askWho() {
  try {
    const asked = token.value;
    const is = await get<Who>('/api/whoami');
    if (asked !== token.value) return;
    who.value = is;
    tokenFault.value = asked && !is.role ? 'This token is not valid: heald refuses it' : is.mayRead ? '' : 'Reading needs a token here';
  } catch {
    // The status says why.
  }
}

async function refresh() {
  if (running) return;
  running = true;
  again = false;
  const begun = performance.now();
  try {
    const next = await get<Status>('/api/status');
    hear(next.time);
    const start = answeredAt;
    status.value = next;
    requestAnimationFrame(() => setTimeout(() => measure(start)));
  } catch (failure) {
    lose(failure);
  }
  // A large heald is asked the more rarely, the longer its answer takes.
  cost = Math.min(kMostCost, performance.now() - begun);
  last = performance.now();
  running = false;
  if (document.visibilityState !== 'visible') return;
  const pause = Math.max(kShortest, 4 * cost);
  schedule(again ? pause : afterwards ? Math.max(kAfterwards, pause) : kLongest + 10 * cost);
  if (!again) afterwards = false;
}

function schedule(delay: number) {
  clearTimeout(timer);
  timer = setTimeout(refresh, delay);
}

export function refreshSoon() {
  afterwards = true;
  if (running) again = true;
  else if (document.visibilityState === 'visible') {
    schedule(Math.max(60, last + Math.max(kShortest, 4 * cost) - performance.now()));
  }
}

function lose(failure: unknown) {
  if (failure instanceof ApiError && failure.status === 401) tokenFault.value = failure.message;
  const message = failure instanceof ApiError ? failure.message : 'heald does not answer';
  trouble.value ??= {since: serverNow(), message};
}

// --------------------------------------------------------------------------------------------------------- history

const kMost = 20_000;
const kPageSize = 1000;
let entries: Entry[] = []; // by id
let index = new Map<string, Entry[]>(); // "governor NAME", "check NAME", "remedy NAME", "all": what concerns everything
let wholeFrom = Infinity; // everything since then is here
let oldest = 0; // its first id; 0: nothing is here
let newest = 0;
let complete = false; // there is nothing older
export const historyVersion = signal(0);

const kEmpty: Entry[] = [];
export const about = (kind: 'governor' | 'check' | 'remedy' | 'all', name = ''): Entry[] =>
  index.get(`${kind} ${name}`) ?? kEmpty;
export const allEntries = () => entries;
export const historyBegins = () => (complete && entries.length ? entries[0].t : null);
export const historyFrom = () => (complete ? -Infinity : wholeFrom);

const concernsAll = (e: Entry) =>
  e.kind === 'heald' || e.kind === 'store' || e.kind === 'flag' || e.kind === 'reload' || (e.kind === 'pause' && !e.remedy) ||
  (e.kind === 'human' && !e.governor && !e.remedy && !e.check);

function indexOne(e: Entry) {
  const put = (key: string) => {
    const list = index.get(key);
    if (list) list.push(e);
    else index.set(key, [e]);
  };
  if (e.governor) put(`governor ${e.governor}`);
  if (e.check) put(`check ${e.check}`);
  if (e.remedy) put(`remedy ${e.remedy}`);
  if (concernsAll(e)) put('all ');
}

function rebuild() {
  index = new Map();
  for (const e of entries) indexOne(e);
}

export function read(e: Entry): Entry {
  e.t = e.time ? Date.parse(e.time) : 0;
  return e;
}

function forget() {
  entries = [];
  index = new Map();
  oldest = newest = 0;
  wholeFrom = Infinity;
  complete = false;
}

// What the stream tells. Ids that go back are those of another store.
function append(news: Entry[]) {
  for (const e of news) {
    read(e);
    if (e.id <= newest && entries.length && e.id < entries[0].id) forget();
    if (e.id <= newest) continue;
    newest = e.id;
    if (!oldest) oldest = e.id;
    entries.push(e);
    indexOne(e);
  }
  if (entries.length > kMost) {
    entries = entries.slice(-kMost * 0.75);
    oldest = entries[0].id;
    wholeFrom = entries[0].t;
    complete = false;
    rebuild();
  }
  historyVersion.value++;
}

let older: Promise<void> | null = null;
let wantedFrom = Infinity;

async function loadOlder() {
  while (!complete && wholeFrom > wantedFrom && entries.length < kMost) {
    const before = oldest ? `&before=${oldest}` : '';
    const page = await get<Page>(`/api/history?limit=${kPageSize}${before}`);
    const more = page.entries.map(read).reverse();
    if (!newest) newest = page.newest;
    if (more.length) {
      entries = more.concat(entries);
      oldest = more[0].id;
      wholeFrom = more[0].t;
    }
    complete = page.next === null;
    rebuild();
    historyVersion.value++;
  }
}

// Sees to it that the history since `t` is here, or as much of it as the page holds.
export function wantHistory(t: number) {
  wantedFrom = Math.min(wantedFrom, t);
  if (older || complete || wholeFrom <= t || entries.length >= kMost) return;
  older = loadOlder()
    .catch(lose)
    .finally(() => {
      older = null;
    });
}

// ---------------------------------------------------------------------------------------------------------- stream

const kSilence = 40_000; // heald says something every 15 s
let stop: AbortController | null = null;
let heard = 0;
let retry = 1000;
export const connection = signal(0); // how often there was one: what could not be asked before is asked again

function take(block: string, news: Entry[]) {
  let data = '';
  for (const line of block.split('\n')) if (line.startsWith('data: ')) data += line.slice(6);
  if (data) news.push(JSON.parse(data));
}

async function follow(signal: AbortSignal) {
  // Where nothing is here yet, the stream would begin behind what was missed.
  if (!newest && !complete) {
    wantHistory(serverNow() - 3_600_000);
    await older;
    if (!newest && !complete) throw new Error('the history cannot be read');
  }
  const answer = await fetch(urlOf('/api/events' + (newest ? `?after=${newest}` : '')), {
    headers: headers({Accept: 'text/event-stream'}),
    cache: 'no-store',
    signal,
  });
  if (!answer.ok || !answer.body) throw new ApiError(answer.status, '', `no stream of events: HTTP ${answer.status}`, null);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  trouble.value = null;
  retry = 1000;
  connection.value++;
  void askWho();
  refreshSoon();
  for (let rest = ''; ; ) {
    const {done, value} = await reader.read();
    if (done) throw new Error('the stream has ended');
    heard = performance.now();
    const blocks = (rest + value).split('\n\n');
    rest = blocks.pop() ?? '';
    const news: Entry[] = [];
    for (const block of blocks) take(block, news);
    if (news.length) {
      append(news);
      refreshSoon();
    }
  }
}

async function live() {
  for (;;) {
    stop = new AbortController();
    heard = performance.now();
    try {
      await follow(stop.signal);
    } catch (failure) {
      lose(failure);
    }
    await new Promise<void>((go) => {
      const waiting = setTimeout(go, retry * (0.7 + 0.6 * Math.random()));
      wake = () => {
        clearTimeout(waiting);
        go();
      };
    });
    wake = () => {};
    retry = Math.min(15_000, retry * 2);
  }
}
let wake = () => {};

// After a laptop has slept the connection is only believed to be there.
function look() {
  if (performance.now() - heard > kSilence) stop?.abort();
}

export async function begin() {
  setInterval(look, 5000);
  addEventListener('online', () => wake());
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'visible') return;
    look();
    wake();
    void refresh();
  });
  let first = true;
  effect(() => {
    token.value; // another reader sees more, or less
    untracked(() => {
      void askWho();
      if (!first) {
        forget();
        wantedFrom = Infinity;
        historyVersion.value++;
        wantHistory(serverNow() - 3_600_000);
        stop?.abort();
      }
      first = false;
    });
  });
  await refresh();
  wantHistory(serverNow() - 3_600_000);
  await older;
  void live();
}
