// Several healds with one store, of which one acts: which there are, and where the one is that acts.
import {signal} from '@preact/signals';
import {useEffect} from 'preact/hooks';
import * as actions from './actions';
import {get} from './api';
import {ActionButton, Badge} from './parts';
import {status, who} from './state';
import type {Status} from './types';

interface Replica {
  name: string;
  url: string;
  version: string;
  config: string;
}
interface Standing {
  name: string;
  leads: boolean;
  leader: Replica | null;
  replicas: Replica[];
  trouble: string;
}

const standing = signal<Standing | null>(null);
// An address comes from another heald's configuration: only what a browser may open is a link.
const page = (url: string) => (/^https?:\/\//.test(url) ? url : '');

export const standsBy = (s: Status) => s.issues.find((i) => i.reason === 'standby');

export function StandbyBanner() {
  const leader = standing.value?.leader;
  const to = leader && page(leader.url);
  return (
    <div class="banner active">
      <div>
        <h2>This replica stands by{leader && <>: {leader.name} acts</>}</h2>
        <p>Its checks run, and it starts nothing. What has happened to governors, remedies and alerts, and what one can do, is where the other one is.</p>
      </div>
      {to && <div class="buttons"><a class="button main" href={to}>Open {leader.name}</a></div>}
    </div>
  );
}

export function Replicas() {
  const seen = status.value;
  const replica = who.value?.isReplica;
  useEffect(() => {
    if (!replica) standing.value = null;
    else get<Standing>('/api/replicas').then((answer) => (standing.value = answer), () => {});
  }, [replica, seen]);
  const s = standing.value;
  if (!s) return null;
  const mine = s.replicas.find((r) => r.name === s.name);
  return (
    <section class="card">
      <h2>Replicas</h2>
      <dl class="pairs">
        {s.replicas.map((r) => {
          const acts = r.name === s.leader?.name;
          const other = mine && [r.version !== mine.version && `version ${r.version}`, r.config !== mine.config && 'another configuration'].filter(Boolean).join(', ');
          return (
            <div key={r.name}>
              <dt>{page(r.url) && r.name !== s.name ? <a href={page(r.url)}>{r.name}</a> : r.name}{r.name === s.name && <span class="soft small"> (this one)</span>}</dt>
              <dd><Badge word={acts ? 'ok' : ''} text={acts ? 'acts' : 'stands by'} />{other && <><br /><span class="small">{other}</span></>}</dd>
            </div>
          );
        })}
      </dl>
      {!s.leader && <p><Badge word="critical" text="none acts" /></p>}
      {s.trouble && <p class="small">etcd cannot be asked: {s.trouble}</p>}
      {s.leads && s.replicas.length > 1 && <div class="buttons"><ActionButton action={actions.stepDown(s.name)} /></div>}
    </section>
  );
}
