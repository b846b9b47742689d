// What the API answers, as far as the page reads it; docs/http-api.md is its description.

export interface Pause {
  until: string;
  since: string;
  reason: string;
  by: string;
  all: boolean;
}

export interface Budget {
  attempts: number;
  per: number;
  left: number;
}

export interface Governor {
  name: string;
  state: 'CLOSED' | 'OPEN' | 'HALF_OPEN' | 'PERMANENT_OPEN';
  failureCount: number;
  consecutiveFailures: number;
  maxConsecutiveFailures: number;
  backoffDelay: number;
  isDormant: boolean;
  dormancy: null | {reason: string; timestamp: string; triggeredBy: string; resumeConditions: string[]};
  nextAttemptAt: string | null;
  openUntil: string | null;
  budgets: Budget[];
  attempts: number;
  successes: number;
  failures: number;
  inFlight: {attempt: number; remedy: string; permit: string | null; startedAt: string}[];
  remedies: string[];
}

export interface Policy {
  backoffBase: number;
  backoffMax: number;
  maxConsecutiveFailures: number;
  failureThreshold: number;
  timeoutWindow: number;
  halfOpenMaxAttempts: number;
  permanentOpenThreshold: number;
  permanentOpenConditions: string[];
  maxInFlight: number;
  budgets: {attempts: number; per: number}[];
  resetAfter: number;
}

export interface Check {
  name: string;
  kind: string;
  status: 'ok' | 'warning' | 'critical' | 'unknown';
  health: 'unknown' | 'healthy' | 'warning' | 'unhealthy';
  message: string;
  running: boolean;
  since: string | null;
  lastRun: string | null;
  durationMs: number;
  interval: number;
  executions: number;
  failures: number;
  warnings: number;
  missed: number;
  perfdata: Record<string, number>;
}

export interface Target {
  target: string;
  governor: string;
  phase: string;
  waiting: number;
  firing: number;
  incidentFailures: number;
  incidentStep: number;
  nextAttemptAt: string | null;
  lastDeniedBy: string | null;
  lastResult: string;
}

export interface Remedy {
  name: string;
  check: string;
  on: string[];
  governor: string;
  preventive: boolean;
  observe: boolean;
  phase: string;
  attempt: number;
  incidentFailures: number;
  incidentStep: number;
  incidentSince: string | null;
  nextAttemptAt: string | null;
  lastDeniedBy: string | null;
  blockedBy: string;
  lastResult: string;
  lastSuccess: string | null;
  attempts: number;
  successes: number;
  failures: number;
  failuresByReason: Record<string, number>;
  wouldAttempt: number;
  waiting: number;
  firing: number;
  targetLabel: string;
  targets: Target[];
  pause: Pause | null;
}

export interface Flag {
  name: string;
  environmentName: string;
  enabled: boolean;
  environment: boolean;
  configuration: boolean;
  override: boolean | null;
  changedAt: string | null;
}

export interface Task {
  id: string;
  type: string;
  enabled: boolean;
  running: boolean;
  executionCount: number;
  failures: number;
  period: number;
  lastRun: string | null;
}

export interface Issue {
  severity: 'info' | 'warning' | 'critical';
  governor: string;
  reason: string;
  message: string;
}

export interface Recommendation {
  governor: string;
  reason: string;
  message: string;
  command: string;
}

// What waits for the approval of a human: an attempt of a remedy's step, or a permit.
export interface ApprovalWanted {
  governor: string;
  remedy: string | null;
  step: number | null;
  permit: boolean;
  target: string;
  since: string;
  reason: string;
  by: string;
  command: string;
}

// One that is in force, for one attempt.
export interface Approval {
  governor: string;
  remedy: string | null;
  step: number | null;
  permit: boolean;
  target: string;
  until: string;
  since: string;
  reason: string;
  by: string;
}

export interface Status {
  selfHealing: {
    enabled: boolean;
    isDormant: boolean;
    totalAttempts: number;
    successfulHealings: number;
    failedHealings: number;
    status: 'healthy' | 'degraded' | 'dormant' | 'disabled';
    headline: string;
    dormantGovernors: string[];
    observeMode: boolean;
    storeAvailable: boolean;
    storeError: string;
    storeRoom: string;
    stormBrake: boolean;
    alertsFiring: number;
    refusedReload: null | {at: string; message: string};
    attemptsInProgress: number;
    actionsRunning: number;
    stopping: boolean;
    pause: Pause | null;
    pausedRemedies: string[];
    approvals: Approval[];
    approvalsWanted: ApprovalWanted[];
    permitsOutstanding: number;
  };
  circuitBreakers: Governor[];
  backgroundTasks: {totalTasks: number; activeTasks: number; tasks: Task[]};
  issues: Issue[];
  recommendations: Recommendation[];
  checks: Check[];
  remedies: Remedy[];
  flags: Flag[];
  outputShown: boolean;
  version: string;
  time: string;
}

export interface Who {
  who: string | null;
  role: 'read' | 'alerts' | 'permits' | 'operate' | 'admin' | null;
  mayRead: boolean;
  isReplica: boolean;
}

export interface Guard {
  guard: string;
  passes: boolean;
  value: string;
  threshold: string;
  until: string | null;
}

export interface Obstacle {
  word: string;
  message: string;
  until: string | null;
  command?: string; // that ends it, where only that does
}

export interface Explanation {
  governor: string;
  time: string;
  allowed: boolean;
  guard: string | null;
  until: string | null;
  nextAttemptAt: string | null;
  guards: Guard[];
  before: Obstacle[];
  remedies: {name: string; before: Obstacle[]; lastResult: string; lastOutput: string | null}[];
  alerts: {remedy: string; target: string; governor: string; firing: number; heldBackBy: string | null; message: string}[];
}

export interface Entry {
  id: number;
  time: string | null;
  kind: string;
  event?: string;
  governor?: string | null;
  remedy?: string | null;
  target?: string | null;
  check?: string | null;
  attempt?: number | null;
  actor?: string | null;
  provenActor?: string | null;
  claimedActor?: string | null;
  message?: string | null;
  output?: string | null;
  details?: Record<string, string | number>;
  t: number; // `time` in milliseconds
}

export interface Page {
  entries: Entry[];
  next: number | null;
  newest: number;
}
