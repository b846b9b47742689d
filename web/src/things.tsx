// A governor, a remedy, a check: its state, its lane, its settings, its history.
import type {ComponentChildren} from 'preact';
import {useEffect} from 'preact/hooks';
import * as deeds from './deeds';
import {Explain} from './explain';
import {HistoryList} from './history_view';
import {Axis, Lane, atMoment, kSpans, laneFor, nearest, timeWindow, useWidth} from './lane';
import {summaryOf} from './lanes';
import {stateWord} from './lanes_view';
import {Event} from './events';
import {Ago, Badge, Countdown, DeedButton, Empty, When} from './parts';
import {adjust, link, route} from './route';
import {availability, settings, useAvailability, useSettings, type Share} from './settings';
import {about, checks, governors, historyVersion, remedies, remediesOf, status, wantHistory} from './state';
import {duration, iso, number, percent} from './time';
import type {Check, Governor, Remedy} from './types';
import {WhatIf, ghostFor} from './what_if';

const Pair = ({name, children}: {name: string; children: ComponentChildren}) => <div><dt>{name}</dt><dd>{children}</dd></div>;

const Missing = ({kind, name}: {kind: string; name: string}) => (
  <>
    <h1>{name}</h1>
    <Empty>heald has no {kind} of this name now. What was may be in the <a href={link('history', '', {text: name})}>history</a>.</Empty>
  </>
);

function Place({place}: {place: string | undefined}) {
  return place ? <p class="soft small place">In the configuration: <code>{place}</code></p> : <p class="soft small place">Not named in the configuration: the defaults.</p>;
}

function Spans() {
  return (
    <div class="tools" role="group" aria-label="Time">
      {kSpans.map(([span, word]) => <button type="button" class="chip" key={span} aria-pressed={timeWindow.value.span === span} onClick={() => adjust({span})}>{word}</button>)}
      {!timeWindow.value.live && <button type="button" class="chip" onClick={() => adjust({end: null})}>Now</button>}
    </div>
  );
}

function OneLane({g}: {g: Governor}) {
  const w = timeWindow.value;
  const box = useWidth();
  historyVersion.value;
  useEffect(() => wantHistory(w.from), [Math.floor(w.from / 60e3)]);
  const lane = laneFor(g, w.from);
  const at = Date.parse(route.value.params.get('at') ?? '');
  if (!lane) return null;
  const words = Number.isNaN(at) ? [] : atMoment(lane, at);
  return (
    <>
      <div class="single" ref={box}>
        <Axis />
        <span class="hidden">{summaryOf(lane, g)}</span>
        <Lane g={g} lane={lane} ghost={ghostFor(g.name)} selected={Number.isNaN(at) ? null : at} onPick={(t) => adjust({at: iso(t)})} />
      </div>
      {!Number.isNaN(at) && (
        <div class="picked-card">
          <p><b><When t={at} /></b> {words.length ? '' : 'Nothing was in the way.'} <button type="button" class="chip" onClick={() => adjust({at: null})}>Close</button></p>
          {words.length > 0 && <ul>{words.map((line) => <li key={line}>{line}</li>)}</ul>}
          <div class="events" role="list">{nearest(about('governor', g.name), at, w.span / 30).map((e) => <Event key={e.id} e={e} />)}</div>
        </div>
      )}
    </>
  );
}

function PolicyPairs({name}: {name: string}) {
  useSettings();
  const found = settings.value?.governors.find((g) => g.name === name);
  const p = found?.policy;
  if (!p) return null;
  return (
    <section class="card">
      <h2>Settings</h2>
      <dl class="pairs">
        <Pair name="Backoff">{duration(p.backoffBase)}, doubled up to {duration(p.backoffMax)}</Pair>
        <Pair name="Dormant after">{number(p.maxConsecutiveFailures)} consecutive failures</Pair>
        <Pair name="Breaker opens after">{number(p.failureThreshold)} failures, for {duration(p.timeoutWindow)}</Pair>
        <Pair name="Opens for good after">{number(p.permanentOpenThreshold)} failures{p.permanentOpenConditions.length > 0 && <>, or at once on {p.permanentOpenConditions.map((c) => `“${c}”`).join(', ')}</>}</Pair>
        <Pair name="Budgets">{p.budgets.length ? p.budgets.map((b) => `${number(b.attempts)} in ${duration(b.per)}`).join(', ') : 'none'}</Pair>
        <Pair name="In flight">at most {number(p.maxInFlight)}</Pair>
        <Pair name="Failures forgotten after">{duration(p.resetAfter)} of health</Pair>
      </dl>
      <Place place={found.place} />
    </section>
  );
}

function RemedyLine({r}: {r: Remedy}) {
  const c = checks.value.get(r.check);
  return (
    <li class="line">
      <div>
        <a href={link('remedy', r.name)}>{r.name}</a>{' '}
        {r.phase !== 'idle' && <Badge word="healing" text={r.phase} />} {r.pause && <Badge word="paused" />} {r.observe && <Badge word="observe" />}
        <p class="soft small">
          {r.check ? <>for check <a href={link('check', r.check)}>{r.check}</a>{c && <> (<span>{c.health}</span>)</>}</> : r.preventive ? 'preventive' : 'for alerts'}
          {r.incidentFailures > 0 && <>, {number(r.incidentFailures)} failed in this incident, at step {number(r.incidentStep)}</>}
        </p>
        {r.lastResult && <p class="clamp small">Last: {r.lastResult}</p>}
      </div>
      <div class="buttons">
        {r.pause && !r.pause.all ? <DeedButton deed={deeds.unpause(r.name)} /> : <DeedButton deed={deeds.pause(r.name)} />}
        <DeedButton deed={deeds.runRemedy(r.name)} />
      </div>
    </li>
  );
}

export function GovernorView() {
  const {name} = route.value;
  if (!status.value) return null;
  const g = governors.value.get(name);
  if (!g) return <Missing kind="governor" name={name} />;
  const under = remediesOf.value.get(name) ?? [];
  const left = g.maxConsecutiveFailures - g.consecutiveFailures;
  return (
    <>
      <header class="title">
        <p class="kind">Governor</p>
        <h1>{g.name} <Badge word={stateWord(g)} text={stateWord(g) === 'CLOSED' ? 'ready' : undefined} /></h1>
        <div class="buttons">
          {g.isDormant ? <DeedButton deed={deeds.resume(g)} main /> : <DeedButton deed={deeds.retry(g)} />}
          {(g.state !== 'CLOSED') && <DeedButton deed={deeds.reset(g)} />}
          {!g.isDormant && <DeedButton deed={deeds.dormant(g)} />}
        </div>
      </header>
      {g.dormancy && (
        <div class="banner critical">
          <div>
            <h2>Dormant since <When t={g.dormancy.timestamp} />: {g.dormancy.reason}</h2>
            <p>Entered by {g.dormancy.triggeredBy.replace('_', ' ')}. Before you resume:</p>
            <ul>{g.dormancy.resumeConditions.map((c) => <li key={c}>{c}</li>)}</ul>
          </div>
        </div>
      )}
      <section class="card wide">
        <header class="bar"><h2>Over time</h2><Spans /></header>
        <OneLane g={g} />
        <WhatIf g={g} />
      </section>
      <div class="columns">
        <div>
          <section class="card"><h2>May an attempt start now?</h2><Explain name={g.name} /></section>
          <section class="card">
            <h2>Remedies</h2>
            {under.length ? <ul class="plain">{under.map((r) => <RemedyLine key={r.name} r={r} />)}</ul> : <Empty>No remedy is under it: it gives permits.</Empty>}
          </section>
          <section class="card"><h2>History</h2><HistoryList kind="governor" name={g.name} /></section>
        </div>
        <aside>
          <section class="card">
            <h2>State</h2>
            <dl class="pairs">
              <Pair name="Breaker"><Badge word={g.state} /></Pair>
              <Pair name="Consecutive failures">{number(g.consecutiveFailures)} of {number(g.maxConsecutiveFailures)}</Pair>
              <Pair name="Until it stops">{g.isDormant ? 'it has stopped' : `${number(left)} more`}</Pair>
              <Pair name="Next attempt">{g.isDormant ? 'none' : g.nextAttemptAt ? <>in <Countdown t={Date.parse(g.nextAttemptAt)} /></> : 'when it is wanted'}</Pair>
              <Pair name="Attempts">{number(g.attempts)}</Pair>
              <Pair name="Healed">{number(g.successes)}</Pair>
              <Pair name="Failed">{number(g.failures)}</Pair>
            </dl>
          </section>
          <PolicyPairs name={g.name} />
        </aside>
      </div>
    </>
  );
}

export function RemedyView() {
  const {name} = route.value;
  if (!status.value) return null;
  const r = remedies.value.get(name);
  if (!r) return <Missing kind="remedy" name={name} />;
  useSettings();
  const set = settings.value?.remedies.find((one) => one.name === name);
  return (
    <>
      <header class="title">
        <p class="kind">Remedy</p>
        <h1>{r.name} {r.phase !== 'idle' && <Badge word="healing" text={r.phase} />} {r.pause && <Badge word="paused" />} {r.observe && <Badge word="observe" text="observes only" />}</h1>
        <div class="buttons">
          {r.pause && !r.pause.all ? <DeedButton deed={deeds.unpause(r.name)} /> : <DeedButton deed={deeds.pause(r.name)} />}
          <DeedButton deed={deeds.runRemedy(r.name)} />
          {r.check && <DeedButton deed={deeds.runCheck(r.check)} />}
        </div>
      </header>
      {r.pause && <div class="banner active"><div><h2>Paused until <When t={r.pause.until} /></h2><p>{r.pause.reason} ({r.pause.by})</p></div></div>}
      <div class="columns">
        <div>
          <section class="card">
            <h2>Last attempt</h2>
            {r.lastResult ? <p class="pre">{r.lastResult}</p> : <Empty>It has not been tried.</Empty>}
            {!status.value.outputShown && r.lastResult && <p class="soft small">What its action printed is shown with a token.</p>}
          </section>
          {r.targets.length > 0 && (
            <section class="card">
              <h2>Targets, by {r.targetLabel}</h2>
              <div class="scroll"><table>
                <thead><tr><th scope="col">Target</th><th scope="col">Firing</th><th scope="col">Phase</th><th scope="col">Last</th></tr></thead>
                <tbody>{r.targets.map((t) => (
                  <tr key={t.target}><th scope="row"><a href={link('governor', t.governor)}>{t.target}</a></th><td>{number(t.firing)}</td><td>{t.phase}{t.lastDeniedBy ? ` (${t.lastDeniedBy.replace(/_/g, ' ')})` : ''}</td><td class="clamp">{t.lastResult}</td></tr>
                ))}</tbody>
              </table></div>
            </section>
          )}
          <section class="card"><h2>History</h2><HistoryList kind="remedy" name={r.name} /></section>
        </div>
        <aside>
          <section class="card">
            <h2>State</h2>
            <dl class="pairs">
              {r.check && <Pair name="Check"><a href={link('check', r.check)}>{r.check}</a></Pair>}
              <Pair name="Governor"><a href={link('governor', r.governor)}>{r.governor}</a></Pair>
              <Pair name="Phase">{r.phase}</Pair>
              {r.nextAttemptAt && <Pair name="Next attempt">in <Countdown t={Date.parse(r.nextAttemptAt)} /></Pair>}
              {r.lastDeniedBy && <Pair name="Last denied by">{r.lastDeniedBy.replace(/_/g, ' ')}</Pair>}
              {r.blockedBy && <Pair name="Blocked by"><a href={link('check', r.blockedBy)}>{r.blockedBy}</a></Pair>}
              {r.incidentSince && <Pair name="Incident since"><When t={r.incidentSince} /></Pair>}
              <Pair name="Failures in it">{number(r.incidentFailures)}</Pair>
              <Pair name="Alerts firing">{number(r.firing + r.targets.reduce((n, t) => n + t.firing, 0))}</Pair>
              <Pair name="Attempts">{number(r.attempts)}</Pair>
              <Pair name="Healed">{number(r.successes)}</Pair>
              <Pair name="Failed">{number(r.failures)}{r.failures > 0 && <span class="soft small"> ({Object.entries(r.failuresByReason).filter(([, n]) => n).map(([w, n]) => `${w} ${n}`).join(', ')})</span>}</Pair>
              {r.wouldAttempt > 0 && <Pair name="Would have tried">{number(r.wouldAttempt)}</Pair>}
              <Pair name="Last success"><Ago t={r.lastSuccess} /></Pair>
            </dl>
          </section>
          {set && (
            <section class="card">
              <h2>Settings</h2>
              <dl class="pairs">
                <Pair name="Answers to">{set.on.length ? set.on.join(', ') : Object.entries(set.matchers).map(([k, v]) => `${k}="${v}"`).join(' ') || 'its own clock'}</Pair>
                <Pair name="Mode">{set.mode}</Pair>
                <Pair name="Verified">after {duration(set.verifyAfter)}, within {duration(set.verifyWithin)}</Pair>
              </dl>
              <ol class="steps">{set.steps.map((s, i) => (
                <li key={i} aria-current={r.incidentStep === i + 1 ? 'step' : undefined}>
                  <b>{s.kind}</b> <span class="soft">{i ? `after ${number(s.afterFailures)} failures` : 'first'}</span>
                  {s.command && <code class="pre">{s.command.join(' ')}</code>}
                </li>
              ))}</ol>
              <Place place={set.place} />
            </section>
          )}
        </aside>
      </div>
    </>
  );
}

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
        <div class="buttons"><DeedButton deed={deeds.runCheck(c.name)} /></div>
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
            {healers.length ? <ul class="plain">{healers.map((r) => <RemedyLine key={r.name} r={r} />)}</ul> : <Empty>Nothing: it is only looked at.</Empty>}
          </section>
          <section class="card"><h2>History</h2><HistoryList kind="check" name={c.name} /></section>
        </div>
        <aside>
          <section class="card">
            <h2>State</h2>
            <dl class="pairs">
              <Pair name="Kind">{c.kind}</Pair>
              <Pair name="So since">{c.since ? <When t={c.since} /> : '–'}</Pair>
              <Pair name="Last run">{c.running ? 'runs now' : <Ago t={c.lastRun} />}</Pair>
              <Pair name="It took">{duration(c.durationMs)}</Pair>
              <Pair name="Every">{duration(c.interval)}</Pair>
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
