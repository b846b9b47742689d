// What the configuration says, as it is in force, and the availability of checks: asked for when a view needs it.
import {signal} from '@preact/signals';
import {get} from './api';
import {about, status} from './state';
import type {Policy} from './types';

export interface CheckSettings {
  name: string;
  place: string;
  kind: string;
  interval: number;
  timeout: number;
  unhealthyAfter: number;
  healthyAfter: number;
  dependsOn: string[];
  labels: Record<string, string>;
  command: string[] | null;
}
export interface RemedySettings {
  name: string;
  place: string;
  check: string;
  on: string[];
  governor: string;
  mode: string;
  preventive: boolean;
  matchers: Record<string, string>;
  target: string;
  verifyAfter: number;
  verifyWithin: number;
  labels: Record<string, string>;
  steps: {afterFailures: number; kind: string; command: string[] | null}[];
}
export interface GovernorSettings {
  name: string;
  place: string;
  policy: Policy;
}
export interface Settings {
  checks: CheckSettings[];
  remedies: RemedySettings[];
  governors: GovernorSettings[];
}
export interface Share {
  availability: number | null;
  unhealthyMs: number;
  knownMs: number;
}
export interface Availability {
  name: string;
  day: Share;
  week: Share;
  quarter: Share;
}

export const settings = signal<Settings | null>(null);
export const availability = signal<Map<string, Availability>>(new Map());

let asked = '';
let askedAvailability = 0;

export function useSettings() {
  // Again after each reload, and when what may be shown has changed.
  const reload = about('all').findLast((e) => e.kind === 'reload')?.id ?? 0;
  const key = `${reload} ${status.value?.outputShown}`;
  if (asked === key) return;
  asked = key;
  get<Settings>('/api/settings').then((s) => (settings.value = s), () => (asked = ''));
}

export function useAvailability() {
  if (Date.now() - askedAvailability < 60_000) return;
  askedAvailability = Date.now();
  get<{checks: Availability[]}>('/api/availability').then(
    (a) => (availability.value = new Map(a.checks.map((c) => [c.name, c]))),
    () => {},
  );
}
