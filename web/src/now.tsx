// The first screen: what is wrong, why heald does not act, what happens next, what to press.
import {computed} from '@preact/signals';
import * as actions from './actions';
import {Event} from './events';
import {Lanes} from './lanes_view';
import {Ago, Badge, Countdown, ActionButton, Empty, When} from './parts';
import {bannersOf, problemsOf, type Banner, type Problem} from './problems';
import {Replicas, StandbyBanner, standsBy} from './replicas';
import {link} from './route';
import {allEntries, checks, historyVersion, remediesOf, status} from './state';
import {duration, number} from './time';
import type {Status} from './types';

const kMost = 40;

export const problems = computed(() => (status.value && !standsBy(status.value) ? problemsOf(status.value, remediesOf.value, checks.value) : []));

const kWords: Record<string, string> = {healthy: 'Healthy', degraded: 'Degraded', dormant: 'Dormant', disabled: 'Disabled'};

const list = (names: string[]) => (names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${number(names.length - 3)} more` : names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]}` : names[0]);

function headline(s: Status): string {
  const dormant = s.selfHealing.dormantGovernors;
  const bad = s.checks.filter((c) => c.health === 'unhealthy').map((c) => c.name);
  const warns = s.checks.filter((c) => c.health === 'warning').map((c) => c.name);
  const acts = s.circuitBreakers.filter((g) => g.inFlight.length).length;
  switch (s.selfHealing.status) {
    case 'dormant':
      return `${list(dormant)} ${dormant.length === 1 ? 'has stopped and waits' : 'have stopped and wait'} for a human.`;
    case 'healthy':
      if (standsBy(s)) break;
      return 'Nothing needs you.';
    case 'disabled':
      if (s.selfHealing.pause && s.selfHealing.enabled) return 'Nothing starts while everything is paused.';
      break;
    case 'degraded':
      if (bad.length && s.selfHealing.storeAvailable && !s.selfHealing.stormBrake) {
        return `${list(bad)} ${bad.length === 1 ? 'is' : 'are'} unhealthy${acts ? '; heald is healing' : ''}.`;
      }
      if (warns.length && s.selfHealing.storeAvailable && s.issues.every((i) => i.reason === 'check_warning' || i.severity === 'info')) {
        return `${list(warns)} ${warns.length === 1 ? 'is' : 'are'} in warning.`;
      }
  }
  return `${s.selfHealing.headline}.`;
}

function Hero({s}: {s: Status}) {
  const health = s.selfHealing;
  const bad = s.checks.filter((c) => c.health === 'unhealthy').length;
  const observing = health.observeMode;
  const text = headline(s);
  return (
    <section class={`hero ${health.status}`} aria-label="Overall state">
      <div class="lamp" aria-hidden="true" />
      <div>
        <h1>{kWords[health.status]}{observing && <span class="mode">observing only</span>}</h1>
        <p class="headline">{text}</p>
      </div>
      <dl class="facts">
        <div><dt>checks</dt><dd>{number(s.checks.length - bad)}<small> of {number(s.checks.length)} healthy</small></dd></div>
        <div><dt>dormant</dt><dd>{number(health.dormantGovernors.length)}<small> of {number(s.circuitBreakers.length)}</small></dd></div>
        <div><dt>healed</dt><dd>{number(health.successfulHealings)}<small> of {number(health.totalAttempts)}</small></dd></div>
        <div><dt>running</dt><dd>{number(health.attemptsInProgress)}</dd></div>
      </dl>
    </section>
  );
}

function BannerCard({b}: {b: Banner}) {
  return (
    <div class={`banner ${b.level}`} role={b.level === 'critical' ? 'alert' : undefined}>
      <div>
        <h2>{b.title}{b.until && <> until <When t={b.until} /></>}</h2>
        <p class="pre">{b.text}</p>
      </div>
      <div class="buttons">{b.actions.map((d) => <ActionButton key={d.key} action={d} />)}</div>
    </div>
  );
}

function ProblemCard({p}: {p: Problem}) {
  const to = p.governor ? link('governor', p.governor.name) : link('check', p.title);
  return (
    <article class={`problem ${p.level}`}>
      <header>
        <h2><a href={to}>{p.title}</a></h2>
        <Badge word={p.badge} />
        {p.since && <span class="soft since">for <When t={p.since} short={(t) => duration(Date.now() - t)} /></span>}
      </header>
      <dl>
        {p.wrong.length > 0 && <div><dt>What is wrong</dt><dd>{p.wrong.map((line) => <p key={line} class="clamp">{line}</p>)}</dd></div>}
        {p.why.length > 0 && <div><dt>{p.level === 'active' ? 'Now' : 'Why it waits'}</dt><dd>{p.why.map((line) => <p key={line} class="clamp">{line}</p>)}</dd></div>}
        {p.last && <div><dt>Last attempt</dt><dd><p class="clamp">{p.last}</p></dd></div>}
        <div><dt>Next</dt><dd><p>{p.next} {p.nextAt && <Countdown t={p.nextAt} />}</p></dd></div>
        {p.conditions.length > 0 && (
          <div><dt>Before you resume</dt><dd>{p.conditions.map((c) => <p key={c}>{c}</p>)}</dd></div>
        )}
      </dl>
      <div class="buttons">
        {p.actions.map((d, i) => <ActionButton key={d.key} action={d} main={i === 0 && p.level === 'critical'} />)}
        {p.governor && <a class="button" href={link('governor', p.governor.name)}>Explain</a>}
      </div>
    </article>
  );
}

function Aside({s}: {s: Status}) {
  const dormant = s.selfHealing.dormantGovernors;
  return (
    <aside>
      <section class="card">
        <h2>Kill switches</h2>
        <ul class="plain">
          {s.flags.map((f) => {
            const fixed = !f.environment || !f.configuration;
            return (
              <li key={f.name} class="switch">
                <span>{f.name.replace(/_/g, ' ')}</span>
                <Badge word={f.enabled ? 'on' : 'off'} />
                {fixed ? <span class="soft small">{f.environment ? 'by the configuration' : 'by the environment'}</span> : <ActionButton action={actions.flag(f, !f.enabled)} />}
              </li>
            );
          })}
        </ul>
      </section>
      <section class="card">
        <h2>All of heald</h2>
        <div class="buttons stack">
          {s.selfHealing.pause || s.selfHealing.pausedRemedies.length ? <ActionButton action={actions.unpauseAll()} /> : null}
          <ActionButton action={actions.pauseAll()} />
          {dormant.length > 1 && <ActionButton action={actions.resumeAll(dormant)} />}
          <ActionButton action={actions.dormantAll()} />
          <ActionButton action={actions.reload()} />
        </div>
        {s.selfHealing.pausedRemedies.length > 0 && <p class="soft small">Paused: {s.selfHealing.pausedRemedies.slice(0, 12).join(', ')}{s.selfHealing.pausedRemedies.length > 12 ? ', …' : ''}</p>}
      </section>
      <Replicas />
      <section class="card">
        <h2>heald</h2>
        <dl class="pairs">
          <div><dt>Store</dt><dd><Badge word={s.selfHealing.storeAvailable ? 'ok' : 'critical'} text={s.selfHealing.storeAvailable ? 'available' : 'unavailable'} /></dd></div>
          <div><dt>Disk</dt><dd>{s.selfHealing.storeRoom.replace('_', ' ')}</dd></div>
          <div><dt>Actions running</dt><dd>{number(s.selfHealing.actionsRunning)}</dd></div>
          <div><dt>Permits in use</dt><dd>{number(s.selfHealing.permitsOutstanding)}</dd></div>
          <div><dt>Alerts firing</dt><dd>{number(s.selfHealing.alertsFiring)}</dd></div>
          {s.backgroundTasks.tasks.map((t) => (
            <div key={t.id}><dt>{t.id}</dt><dd>{t.enabled ? <><Ago t={t.lastRun} /><br /><span class="soft small">every {duration(t.period)}</span></> : <Badge word="off" />}</dd></div>
          ))}
          <div><dt>Version</dt><dd>{s.version}</dd></div>
        </dl>
      </section>
    </aside>
  );
}

export function Now() {
  const s = status.value;
  if (!s) return null;
  historyVersion.value;
  const list = problems.value;
  const recent = allEntries().slice(-12).reverse();
  return (
    <>
      <Hero s={s} />
      <div class="columns">
        <div>
          {standsBy(s) && <StandbyBanner />}
          {bannersOf(s).map((b) => <BannerCard key={b.title} b={b} />)}
          {list.length > 0 && (
            <section aria-label="Problems" class="problems">
              {list.slice(0, kMost).map((p) => <ProblemCard key={p.key} p={p} />)}
              {list.length > kMost && <p><a href={link('lanes')}>and {number(list.length - kMost)} more</a></p>}
            </section>
          )}
          <section aria-label="Lanes" class="card wide">
            <h2>The last hour, and what comes next</h2>
            <Lanes compact />
          </section>
          <section class="card">
            <h2>Recent</h2>
            {recent.length ? <div class="events" role="list">{recent.map((e) => <Event key={e.id} e={e} />)}</div> : <Empty>Nothing has happened yet.</Empty>}
            <p class="more"><a href={link('history')}>Full history</a></p>
          </section>
        </div>
        <Aside s={s} />
      </div>
    </>
  );
}
