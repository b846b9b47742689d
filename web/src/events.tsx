// An entry of the history as a line.
import {link} from './route';
import {When} from './parts';
import type {Entry} from './types';

export const kKinds = ['attempt', 'breaker', 'governor', 'denial', 'check', 'alert', 'human', 'flag', 'pause', 'approval', 'access', 'reload', 'store', 'heald'];

const kBad = new Set(['failed', 'dormant', 'PERMANENT_OPEN', 'unhealthy', 'unavailable', 'refused', 'lost', 'unreadable', 'wrong_token', 'rejected']);
const kGood = new Set(['succeeded', 'healthy', 'CLOSED', 'active', 'available', 'resolved', 'cleared']);
const kWarn = new Set(['OPEN', 'HALF_OPEN', 'warning', 'firing', 'off', 'on_reserve', 'no_reserve']);

export function toneOfEntry(e: Entry): string {
  if (e.kind === 'human' || e.kind === 'pause' || e.kind === 'approval' || e.kind === 'flag') return 'busy';
  const word = e.event ?? '';
  return kBad.has(word) ? 'bad' : kGood.has(word) ? 'good' : kWarn.has(word) ? 'warn' : 'quiet';
}

// "attempt 3 failed", "breaker OPEN", "check unhealthy".
export function words(e: Entry): string {
  const event = (e.event ?? '').replace(/_/g, ' ');
  switch (e.kind) {
    case 'attempt':
      return `attempt ${e.attempt ?? ''} ${event}`;
    case 'denial':
      return `denied: ${event}`;
    case 'flag':
      return `${e.details?.flag ?? 'flag'} ${event}`;
    case 'human':
      return event;
    case 'pause':
      return e.event === 'paused' ? 'paused' : e.event === 'over' ? 'pause over' : 'pause ended';
    default:
      return `${e.kind} ${event}`;
  }
}

export const fingerprintOf = (e: Entry) => (typeof e.details?.fingerprint === 'string' ? e.details.fingerprint : '');

export function Subject({e}: {e: Entry}) {
  const parts = [];
  if (e.kind === 'alert' && fingerprintOf(e)) parts.push(<a key="a" href={link('alert', fingerprintOf(e))}>{e.message}</a>);
  if (e.check) parts.push(<a key="c" href={link('check', e.check)}>{e.check}</a>);
  if (e.remedy) parts.push(<a key="r" href={link('remedy', e.remedy)}>{e.remedy}{e.target ? ` @ ${e.target}` : ''}</a>);
  if (e.governor && ![e.remedy, e.check, `${e.remedy}@${e.target}`].includes(e.governor)) parts.push(<a key="g" href={link('governor', e.governor)}>{e.governor}</a>);
  return <span class="subject">{parts}</span>;
}

export function Event({e, selected}: {e: Entry; selected?: boolean}) {
  const details = e.details ?? {};
  const until = typeof details.until === 'string' ? details.until : null;
  return (
    <div class={`event ${toneOfEntry(e)}`} role="listitem" aria-current={selected ? 'true' : undefined}>
      <When t={e.t} />
      <a class="what" href={link('entry', String(e.id))}><i class={`mark ${toneOfEntry(e)}`} aria-hidden="true" />{words(e)}</a>
      <Subject e={e} />
      <span class="message" title={e.message ?? undefined}>
        {e.kind === 'alert' && fingerprintOf(e) ? '' : e.message}
        {until && <> <span class="soft">until <When t={until} /></span></>}
        {e.actor && <span class="soft"> {e.actor}</span>}
      </span>
    </div>
  );
}
