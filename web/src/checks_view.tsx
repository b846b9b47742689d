// All checks: what they say, how available what they look at was.
import {computed} from '@preact/signals';
import {Ago, Badge, Empty, Field, Rows, narrow} from './parts';
import {adjust, link, route} from './route';
import {availability, useAvailability} from './settings';
import {status} from './state';
import {number, percent} from './time';
import type {Check} from './types';
import type {Share} from './settings';

const kRank: Record<string, number> = {unhealthy: 0, warning: 1, unknown: 2, healthy: 3};
const sorted = computed(() => [...(status.value?.checks ?? [])].sort((a, b) => kRank[a.health] - kRank[b.health]));
const share = (s: Share | undefined) => (!s || s.availability === null ? '–' : percent(s.availability));

function Row({c, index}: {c: Check; index: number}) {
  const a = availability.value.get(c.name);
  return (
    <div class={`check-row ${c.health}`} role="row" aria-rowindex={index + 2}>
      <div role="rowheader"><a href={link('check', c.name)}>{c.name}</a></div>
      <div role="cell"><Badge word={c.health} /></div>
      <div role="cell" class="message" title={c.message}>{c.message}</div>
      <div role="cell" class="num">{share(a?.day)}</div>
      <div role="cell" class="num">{share(a?.week)}</div>
      <div role="cell" class="num">{share(a?.quarter)}</div>
      <div role="cell" class="soft small last"><Ago t={c.lastRun} /></div>
    </div>
  );
}

export function ChecksView() {
  if (!status.value) return null;
  useAvailability();
  const q = (route.value.params.get('q') ?? '').toLowerCase();
  const only = route.value.params.get('health') ?? '';
  const list = sorted.value.filter((c) => (!only || c.health === only) && (!q || c.name.toLowerCase().includes(q) || c.kind.includes(q) || c.message.toLowerCase().includes(q)));
  const count = (health: string) => status.value!.checks.filter((c) => c.health === health).length;
  return (
    <>
      <h1>Checks</h1>
      <section class="card wide">
        <div class="bar">
          <Field value={route.value.params.get('q') ?? ''} label="Filter checks" onText={(text) => adjust({q: text})} />
          <div class="tools" role="group" aria-label="Health">
            {['unhealthy', 'warning', 'unknown', 'healthy'].map((h) => (
              <button type="button" class="chip" key={h} aria-pressed={only === h} onClick={() => adjust({health: only === h ? null : h})}>{h} {number(count(h))}</button>
            ))}
          </div>
        </div>
        <div role="table" aria-label="Checks" aria-rowcount={list.length + 1} class="check-table">
          <div class="check-row head" role="row" aria-rowindex={1}>
            <div role="columnheader">Check</div><div role="columnheader">Health</div><div role="columnheader">Message</div>
            <div role="columnheader" class="num">1 day</div><div role="columnheader" class="num">7 days</div><div role="columnheader" class="num">90 days</div>
            <div role="columnheader" class="last">Last run</div>
          </div>
          <Rows items={list} height={narrow.value ? 84 : 44} role="rowgroup" row={(c, i) => <Row key={c.name} c={c} index={i} />} />
        </div>
        {list.length === 0 && <Empty>No checks match.</Empty>}
      </section>
    </>
  );
}
