// The episodes of alerts, from the history: each from the moment that a remedy was told that an alert fires to the moment
// that it was told that it does not. Pure.
import type {Entry} from './types';

export interface Episode {
  fingerprint: string;
  remedy: string;
  target: string;
  name: string;
  startsAt: string; // as Alertmanager says
  from: number;
  to: number | null; // null: it fires
  end: string; // "resolved", "forgotten"; "" while it fires
  attempts: Entry[]; // that have ended
}

// Of entries of the kinds alert and attempt, the newest first; the episodes come with the oldest first.
export function byAlert(entries: Entry[]): Episode[] {
  const all: Episode[] = [];
  const last = new Map<string, Episode>();
  const by = new Map<string, Episode>(); // attempt: for which episode it has started
  for (let i = entries.length - 1; i >= 0; i--) {
    const e = entries[i];
    if (!e.remedy) continue;
    const attempt = `${e.governor} ${e.attempt}`;
    if (e.kind === 'attempt' && e.event !== 'started') by.get(attempt)?.attempts.push(e);
    const fingerprint = e.details?.fingerprint;
    if (typeof fingerprint !== 'string') continue;
    const key = `${e.remedy} ${fingerprint}`;
    const open = last.get(key);
    if (e.kind === 'attempt') {
      if (open) by.set(attempt, open);
      continue;
    }
    if (e.event === 'firing' || (!open && (e.event === 'resolved' || e.event === 'forgotten'))) {
      const episode: Episode = {
        fingerprint, remedy: e.remedy, target: e.target ?? '', name: e.message ?? fingerprint, startsAt: String(e.details?.startsAt ?? ''),
        from: e.t, to: null, end: '', attempts: [],
      };
      all.push(episode);
      last.set(key, episode);
    }
    if (e.event === 'resolved' || e.event === 'forgotten') {
      const episode = last.get(key)!;
      episode.to = e.t;
      episode.end = e.event;
    }
  }
  return all;
}
