// What a human can do here: the call, and the sentence that says before what it will do.
import {part} from './api';
import type {Flag, Governor} from './types';

export interface Deed {
  key: string;
  label: string;
  title: string;
  sentence: string[];
  method: 'POST' | 'PUT';
  path: string;
  body?: Record<string, unknown>;
  reason?: string; // what it asks for
  duration?: boolean;
  danger?: boolean;
  role: 'operate' | 'admin';
}

const governorPath = (g: Governor, what: string) => `/api/governors/${part(g.name)}/${what}`;
const counts = (g: Governor) => `${g.consecutiveFailures} of ${g.maxConsecutiveFailures}`;

export const resume = (g: Governor): Deed => ({
  key: `resume ${g.name}`,
  label: 'Resume',
  title: `Resume ${g.name}`,
  sentence: [
    `${g.name} leaves dormant mode: its failure count is cleared, its backoff ends and its budgets are refilled.`,
    g.state === 'PERMANENT_OPEN'
      ? 'Its circuit breaker goes on trial: one attempt is let through, and decides.'
      : 'Its circuit breaker stays as it is.',
    'Nothing starts by itself: the next unhealthy result does.',
  ],
  method: 'POST',
  path: governorPath(g, 'resume'),
  reason: 'What was found and fixed?',
  role: 'operate',
});

export const retry = (g: Governor): Deed => ({
  key: `retry ${g.name}`,
  label: 'Retry now',
  title: `Retry ${g.name} now`,
  sentence: [
    'The wait ends, and what is unhealthy under it gets one attempt at once.',
    `Its failures stay (${counts(g)}): if the cause is not fixed, it is one step nearer to dormant mode.`,
  ],
  method: 'POST',
  path: governorPath(g, 'retry'),
  reason: 'What was fixed?',
  role: 'operate',
});

export const reset = (g: Governor): Deed => {
  const permanent = g.state === 'PERMANENT_OPEN';
  return {
    key: `reset ${g.name}`,
    label: permanent ? 'Force reset' : 'Reset breaker',
    title: `${permanent ? 'Force-reset' : 'Reset'} the breaker of ${g.name}`,
    sentence: [
      `Its circuit breaker closes, and the breaker's own count (${g.failureCount}) is cleared.`,
      permanent
        ? 'It is PERMANENT_OPEN: somebody should have found the cause. Dormant mode stays; resuming ends it.'
        : `Backoff and consecutive failures (${counts(g)}) stay.`,
    ],
    method: 'POST',
    path: governorPath(g, 'reset'),
    body: permanent ? {force: true} : {},
    danger: permanent,
    role: 'operate',
  };
};

export const dormant = (g: Governor): Deed => ({
  key: `dormant ${g.name}`,
  label: 'Make dormant',
  title: `Make ${g.name} dormant`,
  sentence: [
    'No automatic attempt starts under it until a human resumes it, also after a restart.',
    'Checks go on. An attempt that runs finishes, and changes nothing any more.',
  ],
  method: 'POST',
  path: governorPath(g, 'dormant'),
  reason: 'Why?',
  danger: true,
  role: 'operate',
});

export const resumeAll = (names: string[]): Deed => ({
  key: 'resume-all',
  label: 'Resume all',
  title: `Resume all ${names.length} dormant governors`,
  sentence: [`${names.slice(0, 8).join(', ')}${names.length > 8 ? ', …' : ''} leave dormant mode: all of them, or none.`, 'Nothing starts by itself: the next unhealthy results do.'],
  method: 'POST',
  path: '/api/resume',
  reason: 'What was found and fixed?',
  role: 'operate',
});

export const dormantAll = (): Deed => ({
  key: 'dormant-all',
  label: 'Make everything dormant',
  title: 'Make every governor dormant',
  sentence: ['No automatic attempt starts under any governor until a human resumes it.', 'For maintenance, a pause with an end is safer: it cannot be forgotten.'],
  method: 'POST',
  path: '/api/dormant',
  reason: 'Why?',
  danger: true,
  role: 'operate',
});

export const pause = (remedy: string): Deed => ({
  key: `pause ${remedy}`,
  label: 'Pause',
  title: `Pause ${remedy}`,
  sentence: ['It starts nothing until the pause is over; then it goes on by itself. Checks go on.', 'An attempt that runs finishes. A pause that is there is replaced.'],
  method: 'POST',
  path: `/api/remedies/${part(remedy)}/pause`,
  duration: true,
  reason: 'Why?',
  role: 'operate',
});

export const unpause = (remedy: string): Deed => ({
  key: `unpause ${remedy}`,
  label: 'End pause',
  title: `End the pause of ${remedy}`,
  sentence: ['The next unhealthy result may start it again, under its governor.'],
  method: 'POST',
  path: `/api/remedies/${part(remedy)}/unpause`,
  role: 'operate',
});

export const pauseAll = (): Deed => ({
  key: 'pause-all',
  label: 'Pause everything',
  title: 'Pause everything',
  sentence: ['No remedy starts, and no permit is given, until the pause is over; then all goes on by itself.', 'Checks go on. Attempts that run finish.'],
  method: 'POST',
  path: '/api/pause',
  duration: true,
  reason: 'Why?',
  role: 'operate',
});

export const unpauseAll = (): Deed => ({
  key: 'unpause-all',
  label: 'End every pause',
  title: 'End every pause',
  sentence: ['Pauses of single remedies end too. The next unhealthy results may start them again.'],
  method: 'POST',
  path: '/api/unpause',
  role: 'operate',
});

const kFlagOff: Record<string, string> = {
  auto_healing: 'Nothing is healed automatically. Checks go on, and what they find is shown.',
  auto_detection: 'Checks stop. heald notices nothing any more, and so heals nothing.',
  preventive_healing: 'The preventive task starts nothing.',
  process_monitoring: 'Processes are not looked at for the metrics.',
};

export const flag = (f: Flag, on: boolean): Deed => ({
  key: `flag ${f.name}`,
  label: on ? 'Switch on' : 'Switch off',
  title: `Switch ${f.name} ${on ? 'on' : 'off'}`,
  sentence: on
    ? ['What it stood in the way of goes on with the next results. There is no backlog.', 'It lasts over restarts.']
    : [kFlagOff[f.name] ?? '', 'An attempt that runs finishes. It lasts over restarts.'],
  method: 'PUT',
  path: `/api/flags/${part(f.name)}`,
  body: {enabled: on},
  reason: 'Why?',
  danger: !on,
  role: 'operate',
});

export const runCheck = (check: string): Deed => ({
  key: `run-check ${check}`,
  label: 'Run check',
  title: `Run check ${check} now`,
  sentence: ['Its result counts like any other: a bad one may start a remedy.'],
  method: 'POST',
  path: `/api/checks/${part(check)}/run`,
  role: 'operate',
});

export const runRemedy = (remedy: string): Deed => ({
  key: `run-remedy ${remedy}`,
  label: 'Request a run',
  title: `Request a run of ${remedy}`,
  sentence: ['Its check is run first, and a healthy one ends it. Its governor may refuse, and then says why.'],
  method: 'POST',
  path: `/api/remedies/${part(remedy)}/run`,
  role: 'operate',
});

export const reload = (): Deed => ({
  key: 'reload',
  label: 'Reload configuration',
  title: 'Read the configuration again',
  sentence: ['A file with mistakes changes nothing, and the answer lists them.', 'Attempts that run go on. What is in both files keeps its state.'],
  method: 'POST',
  path: '/-/reload',
  role: 'admin',
});
