// What is wrong, why heald does not act, what happens next and what a human can do: one problem for each governor that
// is not at rest, and for each check that nothing heals. Pure.
import type {Check, Governor, Issue, Remedy, Status} from './types';
import * as actions from './actions';
import type {Action} from './actions';

export type Level = 'critical' | 'warning' | 'active' | 'info';

export interface Problem {
  key: string;
  level: Level;
  badge: string;
  title: string;
  governor?: Governor;
  check?: Check;
  remedies: Remedy[];
  wrong: string[];
  why: string[];
  next: string;
  nextAt: number | null; // a countdown after `next`
  since: number | null;
  last: string; // how the last attempt ended
  conditions: string[];
  actions: Action[];
}

const time = (text: string | null | undefined) => (text ? Date.parse(text) : null);
const plural = (n: number, one: string) => `${n} ${n === 1 ? one : `${one}s`}`;

// Why nothing at all starts, whatever a governor says.
export function commonReasons(status: Status): string[] {
  const s = status.selfHealing;
  const why: string[] = [];
  if (!s.storeAvailable) why.push('the store is unavailable, so nothing starts');
  if (!s.enabled) why.push('auto_healing is switched off');
  const detects = status.flags.find((f) => f.name === 'auto_detection');
  if (detects && !detects.enabled) why.push('auto_detection is switched off, so nothing is noticed');
  if (s.stormBrake) why.push('the storm brake holds: too many checks are unhealthy at once');
  if (s.pause) why.push(`everything is paused: ${s.pause.reason}`);
  if (s.observeMode) why.push('observe mode: heald decides and counts, but does nothing');
  return why;
}

const isBad = (c: Check | undefined) => c?.health === 'unhealthy' || c?.health === 'warning';

function phaseWords(remedy: Remedy): string {
  switch (remedy.phase) {
    case 'prechecking':
      return `${remedy.name} is about to start: its check runs once more`;
    case 'asking':
      return `${remedy.name} asks its fleet's server for a permit`;
    case 'acting':
      return `the action of ${remedy.name} runs`;
    case 'settling':
    case 'verifying':
      return remedy.check ? `${remedy.name} has acted; its check now has to be healthy` : `${remedy.name} has acted; the alert now has to be resolved`;
    case 'reporting':
      return `the result of ${remedy.name} waits for the store`;
    case 'queued':
      return `${remedy.name} is queued: other actions run`;
    default:
      return '';
  }
}

function stepWords(remedy: Remedy | undefined): string {
  if (!remedy) return '';
  return remedy.incidentStep > 1 ? ` (${remedy.name}, from step ${remedy.incidentStep} on)` : ` (${remedy.name})`;
}

// Nothing is wrong with it, and nothing was: of thousands nearly all are so.
function atRest(g: Governor, remedies: Remedy[], checks: Map<string, Check>): boolean {
  if (g.isDormant || g.state !== 'CLOSED' || g.nextAttemptAt !== null || g.inFlight.length > 0 || g.consecutiveFailures > 0) return false;
  for (const r of remedies) if (isBad(checks.get(r.check)) || r.firing > 0 || r.targets.length > 0) return false;
  return true;
}

function governorProblem(g: Governor, remedies: Remedy[], checks: Map<string, Check>, status: Status): Problem | null {
  const bad = [...new Set(remedies.map((r) => r.check))].map((name) => checks.get(name)).filter(isBad) as Check[];
  const firing = remedies.reduce((sum, r) => sum + (r.targets.length ? r.targets.filter((t) => t.governor === g.name).reduce((n, t) => n + t.firing, 0) : r.firing), 0);
  const busy = g.inFlight.length > 0;
  const waits = g.state !== 'CLOSED' || g.nextAttemptAt !== null;
  const unwell = bad.length > 0 || firing > 0;
  const near = g.consecutiveFailures > 0 && g.maxConsecutiveFailures - g.consecutiveFailures <= 3;
  if (!g.isDormant && !waits && !busy && !near && !unwell) return null;

  const common = commonReasons(status);
  const p: Problem = {
    key: `g ${g.name}`,
    level: 'warning',
    badge: '',
    title: g.name,
    governor: g,
    check: bad[0],
    remedies,
    wrong: bad.map((c) => `${c.name} is ${c.health === 'warning' ? 'in warning' : 'unhealthy'}: ${c.message}`),
    why: [],
    next: '',
    nextAt: null,
    since: time(g.dormancy?.timestamp) ?? time(bad[0]?.since),
    last: remedies.map((r) => r.lastResult && r.lastResult !== 'ok' ? (remedies.length > 1 ? `${r.name}: ` : '') + r.lastResult : '').find(Boolean) ?? '',
    conditions: [],
    actions: [],
  };
  if (firing) p.wrong.push(`${plural(firing, 'alert')} ${firing === 1 ? 'fires' : 'fire'}`);
  const left = g.maxConsecutiveFailures - g.consecutiveFailures;
  const counts = `${g.consecutiveFailures} of ${g.maxConsecutiveFailures} consecutive failures`;
  const paused = remedies.filter((r) => r.pause && !r.pause.all);
  const blocked = remedies.find((r) => r.blockedBy);
  const waiting = remedies.find((r) => r.phase === 'waiting') ?? remedies.find((r) => isBad(checks.get(r.check)));

  if (g.isDormant) {
    p.level = 'critical';
    p.badge = 'dormant';
    p.why.push(`dormant: ${g.dormancy?.reason ?? ''}${g.state === 'PERMANENT_OPEN' ? '; the breaker is PERMANENT_OPEN' : ''}`);
    p.next = 'Nothing. heald has stopped here until a human resumes it.';
    p.conditions = g.dormancy?.resumeConditions ?? [];
    p.actions.push(actions.resume(g, bad.filter((c) => c.health === 'unhealthy').map((c) => c.name)));
  } else if (busy) {
    p.level = 'active';
    p.badge = 'healing';
    const acting = remedies.find((r) => r.attempt > 0);
    p.why.push((acting && phaseWords(acting)) || `attempt ${g.inFlight[0].attempt} ${g.inFlight[0].permit ? 'has a permit' : 'runs'}`);
    p.next = `If it fails, ${left <= 1 ? 'it goes dormant' : `${left - 1} more ${left === 2 ? 'failure' : 'failures'} until it goes dormant`}.`;
  } else if (g.state === 'OPEN') {
    p.badge = 'breaker open';
    p.why.push(`its circuit breaker is OPEN after ${plural(g.failureCount, 'failure')}`);
    p.nextAt = time(g.nextAttemptAt) ?? time(g.openUntil);
    p.next = `One trial${stepWords(waiting)} may start in`;
  } else if (g.nextAttemptAt && unwell) {
    p.badge = 'waiting';
    p.why.push(`backoff after ${counts}`);
    p.nextAt = time(g.nextAttemptAt);
    p.next = `The next attempt${stepWords(waiting)} may start in`;
  } else if (g.state === 'HALF_OPEN') {
    p.badge = 'half open';
    p.why.push('its circuit breaker is HALF_OPEN: the next attempt decides');
    p.next = unwell ? 'One trial starts with the next unhealthy result.' : 'It closes after lasting health.';
  } else if (bad.length && bad.every((c) => c.health === 'warning') && remedies.every((r) => !r.on.includes('warning'))) {
    p.badge = 'warning';
    p.why.push('its remedies start on critical results only');
    p.next = 'Nothing, as long as it is only a warning.';
  } else if (unwell) {
    p.badge = 'unhealthy';
    const words = remedies.map(phaseWords).find(Boolean);
    p.next = words ? `${words}.` : 'An attempt starts with the next unhealthy result.';
    if (words) p.level = 'active';
  } else {
    p.badge = 'recovering';
    p.why.push(counts);
    p.next = 'After lasting health its failures are cleared.';
  }
  if (!unwell && !g.isDormant && !busy && !near) p.level = 'info'; // it has only not been forgotten yet
  if (near && !g.isDormant && !busy) p.why.push(`it goes dormant after ${plural(left, 'more failure')}`);
  if (!g.isDormant) {
    if (blocked) p.why.push(`check ${blocked.blockedBy}, which it depends on, is unhealthy`);
    for (const r of paused) p.why.push(`${r.name} is paused: ${r.pause?.reason}`);
    for (const r of remedies) if (r.observe) p.why.push(`${r.name} only observes`);
    p.why.unshift(...common);
    if (common.length || (paused.length && paused.length === remedies.length) || blocked) {
      p.nextAt = null;
      p.next = blocked && !common.length ? `Nothing, until ${blocked.blockedBy} is healthy.` : 'Nothing, as long as this holds.';
    }
    const behind = g.consecutiveFailures > 0 || g.state !== 'CLOSED';
    if (behind) p.actions.push(actions.retry(g));
    if (g.state === 'OPEN') p.actions.push(actions.reset(g));
    for (const r of paused) p.actions.push(actions.unpause(r.name));
  }
  if (bad.length) p.actions.push(actions.runCheck(bad[0].name));
  return p;
}

function checkProblem(c: Check, status: Status): Problem | null {
  const unknown = c.status === 'unknown' && c.executions > 0;
  if (!isBad(c) && !unknown) return null;
  const common = commonReasons(status).filter((why) => why.startsWith('auto_detection'));
  return {
    key: `c ${c.name}`,
    level: c.health === 'unhealthy' ? 'warning' : 'info',
    badge: unknown ? 'unknown' : c.health,
    title: c.name,
    check: c,
    remedies: status.remedies.filter((r) => r.check === c.name),
    wrong: [unknown ? `the check cannot tell: ${c.message}` : c.message],
    why: [...common, unknown ? 'an unknown result starts nothing' : 'nothing is configured to heal it'],
    next: unknown ? 'The check runs again.' : 'Nothing, until it recovers.',
    nextAt: null,
    since: time(c.since),
    last: '',
    conditions: [],
    actions: [actions.runCheck(c.name)],
  };
}

const kRank: Record<Level, number> = {critical: 0, active: 1, warning: 2, info: 3};

export function problemsOf(
  status: Status,
  remediesOf: Map<string, Remedy[]>,
  checks: Map<string, Check>,
): Problem[] {
  const list: Problem[] = [];
  const told = new Set<string>();
  for (const g of status.circuitBreakers) {
    const remedies = remediesOf.get(g.name) ?? [];
    const problem = atRest(g, remedies, checks) ? null : governorProblem(g, remedies, checks, status);
    if (!problem) continue;
    list.push(problem);
    for (const r of remedies) told.add(r.check);
  }
  for (const c of status.checks) {
    if (told.has(c.name)) continue;
    const problem = checkProblem(c, status);
    if (problem) list.push(problem);
  }
  return list.sort((a, b) => kRank[a.level] - kRank[b.level] || (b.since ?? 0) - (a.since ?? 0));
}

export interface Banner {
  level: Level;
  title: string;
  text: string;
  actions: Action[];
  until?: number; // the title's
}

// What concerns heald as a whole.
export function bannersOf(status: Status): Banner[] {
  const s = status.selfHealing;
  const list: Banner[] = [];
  const said = (reason: string): Issue | undefined => status.issues.find((i) => i.reason === reason);
  if (s.stopping) list.push({level: 'warning', title: 'heald is stopping', text: 'Nothing starts any more.', actions: []});
  if (!s.storeAvailable && !said('standby')) {
    list.push({level: 'critical', title: 'The store is unavailable: nothing starts', text: `${s.storeError}. heald tries again every second; checks go on.`, actions: []});
  }
  const room = said('store_reserve');
  if (room) list.push({level: room.severity === 'critical' ? 'critical' : 'warning', title: 'The disk of the store is nearly full', text: room.message, actions: []});
  if (s.stormBrake) {
    list.push({level: 'critical', title: 'The storm brake holds: nothing starts', text: 'Too many checks are unhealthy at once. Such a failure is systemic: healing each service by itself will not end it.', actions: []});
  }
  if (s.observeMode) {
    list.push({level: 'active', title: 'Observe mode: heald does nothing', text: 'It detects, decides, counts and logs, but starts no action, because healing.mode in the configuration says so.', actions: []});
  }
  for (const flag of status.flags) {
    if (flag.enabled) continue;
    const where = !flag.environment ? `by ${flag.environmentName} in the environment` : !flag.configuration ? 'in the configuration' : 'by a human';
    const mine = flag.environment && flag.configuration;
    const grave = flag.name === 'auto_healing' || flag.name === 'auto_detection';
    list.push({level: grave ? 'warning' : 'info', title: `${flag.name} is off`, text: `Switched off ${where}.`, actions: mine ? [actions.flag(flag, true)] : []});
  }
  for (const a of s.approvalsWanted.slice(0, 10)) {
    list.push({level: 'warning', title: `Waits for approval: ${actions.approvedThing(a)}`, text: a.reason + (a.by ? ` (${a.by})` : ''), actions: [actions.approve(a)]});
  }
  for (const a of s.approvals.slice(0, 10)) {
    list.push({level: 'active', title: `Approved: ${actions.approvedThing(a)}`, text: `${a.reason} (${a.by})`, actions: [actions.unapprove(a)], until: Date.parse(a.until)});
  }
  if (s.pause) {
    list.push({level: 'warning', title: 'Everything is paused', text: `${s.pause.reason} (${s.pause.by})`, actions: [actions.unpauseAll()], until: Date.parse(s.pause.until)});
  }
  const refused = s.refusedReload;
  if (refused) {
    list.push({level: 'warning', title: 'The new configuration was refused; the old one stays in force', text: refused.message, actions: [actions.reload()]});
  }
  return list;
}
