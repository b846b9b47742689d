// What a human can do here: the call, and the sentence that says before what it will do.
import {part} from './api';
import type {Approval, ApprovalWanted, Flag, Governor} from './types';

export interface Action {
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

const list = (names: string[]) => (names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(' and '));
const governorPath = (g: Governor, what: string) => `/api/governors/${part(g.name)}/${what}`;
const counts = (g: Governor) => `${g.consecutiveFailures} of ${g.maxConsecutiveFailures}`;

export const resume = (g: Governor, unhealthy: string[]): Action => ({
  key: `resume ${g.name}`,
  label: 'Resume',
  title: `Resume ${g.name}`,
  sentence: [
    `${g.name} leaves dormant mode: its failure count is cleared, its backoff ends and its budgets are refilled.`,
    g.state === 'PERMANENT_OPEN'
      ? 'Its circuit breaker goes on trial: one attempt is let through, and decides.'
      : g.state === 'OPEN'
        ? 'Its circuit breaker stays OPEN: the next attempt waits for it, unless you reset the breaker too.'
        : `Its circuit breaker stays ${g.state}.`,
    ...(unhealthy.length ? [`${list(unhealthy)} ${unhealthy.length === 1 ? 'is' : 'are'} still unhealthy: an attempt starts with the next result, and fails again if nothing was fixed.`] : ['The next unhealthy result starts an attempt.']),
  ],
  method: 'POST',
  path: governorPath(g, 'resume'),
  reason: 'What was found and fixed?',
  role: 'operate',
});

export const retry = (g: Governor): Action => ({
  key: `retry ${g.name}`,
  label: 'Retry now',
  title: `Retry ${g.name} now`,
  sentence: [
    'The wait ends: one attempt starts now for what is unhealthy under it.',
    `Its failures stay (${counts(g)}): if this attempt fails too, it is one failure closer to dormant mode.`,
  ],
  method: 'POST',
  path: governorPath(g, 'retry'),
  reason: 'What was fixed?',
  role: 'operate',
});

export const reset = (g: Governor): Action => {
  const permanent = g.state === 'PERMANENT_OPEN';
  return {
    key: `reset ${g.name}`,
    label: permanent ? 'Force reset' : 'Reset breaker',
    title: `${permanent ? 'Force-reset' : 'Reset'} the breaker of ${g.name}`,
    sentence: [
      `Its circuit breaker closes, and the breaker's own failure count (${g.failureCount}) is cleared.`,
      permanent
        ? 'It is PERMANENT_OPEN: find the cause first. Dormant mode stays until you resume the governor.'
        : `Backoff and consecutive failures (${counts(g)}) stay.`,
    ],
    method: 'POST',
    path: governorPath(g, 'reset'),
    body: permanent ? {force: true} : {},
    danger: permanent,
    role: 'operate',
  };
};

export const dormant = (g: Governor): Action => ({
  key: `dormant ${g.name}`,
  label: 'Make dormant',
  title: `Make ${g.name} dormant`,
  sentence: [
    'No attempt starts under it until a human resumes it, even after a restart.',
    'Checks go on. An attempt that is running finishes; its result no longer counts.',
  ],
  method: 'POST',
  path: governorPath(g, 'dormant'),
  reason: 'Why?',
  danger: true,
  role: 'operate',
});

export const resumeAll = (names: string[]): Action => ({
  key: 'resume-all',
  label: 'Resume all',
  title: `Resume all ${names.length} dormant governors`,
  sentence: [`${names.slice(0, 8).join(', ')}${names.length > 8 ? ', …' : ''} leave dormant mode: all of them, or none.`, 'The next unhealthy results start attempts.'],
  method: 'POST',
  path: '/api/resume',
  reason: 'What was found and fixed?',
  role: 'operate',
});

export const dormantAll = (): Action => ({
  key: 'dormant-all',
  label: 'Make everything dormant',
  title: 'Make every governor dormant',
  sentence: ['No attempt starts under any governor until a human resumes it.', 'For maintenance, a pause is safer: it ends by itself.'],
  method: 'POST',
  path: '/api/dormant',
  reason: 'Why?',
  danger: true,
  role: 'operate',
});

export const pause = (remedy: string): Action => ({
  key: `pause ${remedy}`,
  label: 'Pause',
  title: `Pause ${remedy}`,
  sentence: ['It starts nothing until the pause is over; then it goes on by itself. Checks go on.', 'An attempt that is running finishes. A pause that is already set is replaced.'],
  method: 'POST',
  path: `/api/remedies/${part(remedy)}/pause`,
  duration: true,
  reason: 'Why?',
  role: 'operate',
});

export const unpause = (remedy: string): Action => ({
  key: `unpause ${remedy}`,
  label: 'End pause',
  title: `End the pause of ${remedy}`,
  sentence: ['The next unhealthy result may start it again, under its governor.'],
  method: 'POST',
  path: `/api/remedies/${part(remedy)}/unpause`,
  role: 'operate',
});

const approvalPath = (a: Approval | ApprovalWanted, what: string) =>
  a.permit ? `/api/governors/${part(a.governor)}/${what}` : `/api/remedies/${part(a.remedy ?? '')}/${what}`;
const approvalBody = (a: Approval | ApprovalWanted): Record<string, unknown> => ({
  ...(a.target ? {target: a.target} : {}),
  ...(a.step ? {step: a.step} : {}),
});
export const approvedThing = (a: Approval | ApprovalWanted) =>
  (a.permit ? `a permit of ${a.governor}` : `step ${a.step} of ${a.remedy}`) + (a.target ? ` for ${a.target}` : '');

export const approve = (a: ApprovalWanted): Action => ({
  key: `approve ${a.governor} ${a.remedy} ${a.step} ${a.target}`,
  label: 'Approve',
  title: `Approve one attempt: ${approvedThing(a)}`,
  sentence: [
    a.permit ? 'One permit is given to whoever asks for it next.' : 'One attempt starts now, if its check is still bad and nothing else is in the way.',
    'The approval ends with that attempt, or unused when its time is over. The next attempt needs another one.',
  ],
  method: 'POST',
  path: approvalPath(a, 'approve'),
  body: approvalBody(a),
  duration: true,
  reason: 'Why may it start?',
  role: 'operate',
});

export const unapprove = (a: Approval): Action => ({
  key: `unapprove ${a.governor} ${a.remedy} ${a.step} ${a.target}`,
  label: 'Take back',
  title: `Take the approval back: ${approvedThing(a)}`,
  sentence: ['No attempt has used it. What waits, waits again.'],
  method: 'POST',
  path: approvalPath(a, 'unapprove'),
  body: approvalBody(a),
  role: 'operate',
});

export const pauseAll = (): Action => ({
  key: 'pause-all',
  label: 'Pause everything',
  title: 'Pause everything',
  sentence: ['No remedy starts and no permit is given until the pause is over; then everything goes on by itself.', 'Checks go on. Attempts that are running finish.'],
  method: 'POST',
  path: '/api/pause',
  duration: true,
  reason: 'Why?',
  role: 'operate',
});

export const unpauseAll = (): Action => ({
  key: 'unpause-all',
  label: 'End every pause',
  title: 'End every pause',
  sentence: ['Pauses of single remedies end too. The next unhealthy results may start attempts.'],
  method: 'POST',
  path: '/api/unpause',
  role: 'operate',
});

const kFlagOff: Record<string, string> = {
  auto_healing: 'Nothing is healed automatically. Checks go on, and what they find is shown.',
  auto_detection: 'Checks stop: heald notices nothing, and so heals nothing.',
  preventive_healing: 'Preventive remedies are not started.',
  process_monitoring: 'Metrics of processes are no longer collected.',
};

export const flag = (f: Flag, on: boolean): Action => ({
  key: `flag ${f.name}`,
  label: on ? 'Switch on' : 'Switch off',
  title: `Switch ${f.name} ${on ? 'on' : 'off'}`,
  sentence: on
    ? ['What it held back starts again with the next results. There is no backlog.', 'It stays so after a restart.']
    : [kFlagOff[f.name] ?? '', 'An attempt that is running finishes. It stays so after a restart.'],
  method: 'PUT',
  path: `/api/flags/${part(f.name)}`,
  body: {enabled: on},
  reason: 'Why?',
  danger: !on,
  role: 'operate',
});

export const runCheck = (check: string): Action => ({
  key: `run-check ${check}`,
  label: 'Run check',
  title: `Run check ${check} now`,
  sentence: ['Its result counts like any other: a bad one may start a remedy.'],
  method: 'POST',
  path: `/api/checks/${part(check)}/run`,
  role: 'operate',
});

export const runRemedy = (remedy: string): Action => ({
  key: `run-remedy ${remedy}`,
  label: 'Request a run',
  title: `Request a run of ${remedy}`,
  sentence: ['Its check runs first: if it is healthy, nothing more happens. Its governor may refuse, and then says why.'],
  method: 'POST',
  path: `/api/remedies/${part(remedy)}/run`,
  role: 'operate',
});

export const stepDown = (name: string): Action => ({
  key: 'step-down',
  label: 'Let another replica act',
  title: `${name} steps down`,
  sentence: ['Another replica takes over within a moment. What runs here is ended, and counts as interrupted.', 'This one starts anew, and stands by.'],
  method: 'POST',
  path: '/api/replicas/step-down',
  reason: 'Why?',
  role: 'operate',
});

export const reload = (): Action => ({
  key: 'reload',
  label: 'Reload configuration',
  title: 'Read the configuration again',
  sentence: ['A file with mistakes changes nothing, and the answer lists them.', 'Running attempts go on. Everything that is in the old and the new file keeps its state.'],
  method: 'POST',
  path: '/-/reload',
  role: 'admin',
});
