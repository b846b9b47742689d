// A check: its state, how available what it looks at was, what heals it, its settings, its history.
import * as actions from './actions';
import {HistoryList} from './history_view';
import {ActionButton, Ago, Badge, Empty, Pair, When} from './parts';
import {link, route} from './route';
import {availability, settings, useAvailability, useSettings, type Share} from './settings';
import {checks, status} from './state';
import {Missing, Place, RemedyLine} from './things';
import {duration, number, percent} from './time';
import type {Check} from './types';

export const ShareBar = ({name, share}: {name: string; share: Share | undefined}) => (
  <div class="share">
    <span class="soft small">{name}</span>
    <b>{!share || share.availability === null ? '–' : percent(share.availability)}</b>
    <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
      <rect class="rest" width={100} height={4} rx={1} />
      {share?.availability != null && <rect class="full" width={100 * share.availability} height={4} rx={1} />}
    </svg>
    {share && share.unhealthyMs > 0 && <span class="soft small">{duration(share.unhealthyMs)} unhealthy</span>}
  </div>
);

export function CheckView() {
  const {name} = route.value;
  if (!status.value) return null;
  const c: Check | undefined = checks.value.get(name);
  if (!c) return <Missing kind="check" name={name} />;
  useSettings();
  useAvailability();
  const a = availability.value.get(name);
  const set = settings.value?.checks.find((one) => one.name === name);
  const healers = status.value.remedies.filter((r) => r.check === name);
  return (
    <>
      <header class="title">
        <p class="kind">Check</p>
        <h1>{c.name} <Badge word={c.health} /></h1>
        <div class="buttons"><ActionButton action={actions.runCheck(c.name)} /></div>
      </header>
      <section class="card shares" aria-label="Availability">
        <ShareBar name="Last day" share={a?.day} />
        <ShareBar name="Last 7 days" share={a?.week} />
        <ShareBar name="Last 90 days" share={a?.quarter} />
      </section>
      <div class="columns">
        <div>
          <section class="card">
            <h2>Last result</h2>
            <p class="pre"><Badge word={c.status} /> {c.message}</p>
            {Object.keys(c.perfdata).length > 0 && <dl class="pairs">{Object.entries(c.perfdata).map(([k, v]) => <Pair key={k} name={k}>{number(v)}</Pair>)}</dl>}
          </section>
          <section class="card">
            <h2>What heals it</h2>
            {healers.length ? <ul class="plain">{healers.map((r) => <RemedyLine key={r.name} r={r} />)}</ul> : <Empty>Nothing: heald only watches it.</Empty>}
          </section>
          <section class="card"><h2>History</h2><HistoryList kind="check" name={c.name} /></section>
        </div>
        <aside>
          <section class="card">
            <h2>State</h2>
            <dl class="pairs">
              <Pair name="Kind">{c.kind}</Pair>
              <Pair name="In this state since">{c.since ? <When t={c.since} /> : '–'}</Pair>
              <Pair name="Last run">{c.running ? 'running' : <Ago t={c.lastRun} />}</Pair>
              <Pair name="Last run took">{duration(c.durationMs)}</Pair>
              <Pair name="Interval">{duration(c.interval)}</Pair>
              <Pair name="Runs">{number(c.executions)}</Pair>
              <Pair name="Critical">{number(c.failures)}</Pair>
              <Pair name="Warnings">{number(c.warnings)}</Pair>
              <Pair name="Missed">{number(c.missed)}</Pair>
            </dl>
          </section>
          {set && (
            <section class="card">
              <h2>Settings</h2>
              <dl class="pairs">
                <Pair name="Timeout">{duration(set.timeout)}</Pair>
                <Pair name="Unhealthy after">{number(set.unhealthyAfter)} bad {set.unhealthyAfter === 1 ? 'result' : 'results'}</Pair>
                <Pair name="Healthy after">{number(set.healthyAfter)} good {set.healthyAfter === 1 ? 'result' : 'results'}</Pair>
                {set.dependsOn.length > 0 && <Pair name="Depends on">{set.dependsOn.map((d, i) => <>{i > 0 && ', '}<a href={link('check', d)}>{d}</a></>)}</Pair>}
                {Object.entries(set.labels).map(([k, v]) => <Pair key={k} name={k}>{v}</Pair>)}
              </dl>
              {set.command && <code class="pre">{set.command.join(' ')}</code>}
              <Place place={set.place} />
            </section>
          )}
        </aside>
      </div>
    </>
  );
}
