// A governor: its state, its lane and what if, its guards, its remedies, its settings, its history.
import {useEffect} from 'preact/hooks';
import * as actions from './actions';
import {Event} from './events';
import {Explain} from './explain';
import {HistoryList} from './history_view';
import {Axis, Lane, atMoment, kSpans, laneFor, nearest, timeWindow, useWidth} from './lane';
import {budgetText, summaryOf} from './lanes';
import {stateWord} from './lanes_view';
import {ActionButton, Badge, Countdown, Empty, Pair, When} from './parts';
import {adjust, route} from './route';
import {settings, useSettings} from './settings';
import {about, checks, governors, historyBegins, historyVersion, remediesOf, status, wantHistory} from './state';
import {AlertList, LastAttempt, Missing, Place, RemedyLine} from './things';
import {duration, iso, number} from './time';
import type {Governor} from './types';
import {WhatIf, ghostFor} from './what_if';

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
  const begins = historyBegins();
  const before = begins !== null && at < begins;
  const words = Number.isNaN(at) || before ? [] : atMoment(lane, at);
  return (
    <>
      <div class="single" ref={box}>
        <Axis />
        <span class="hidden">{summaryOf(lane, g)}</span>
        <Lane g={g} lane={lane} ghost={ghostFor(g.name)} selected={Number.isNaN(at) ? null : at} onPick={(t) => adjust({at: iso(t)})} />
      </div>
      {!Number.isNaN(at) && (
        <div class="picked-card">
          <p><b><When t={at} /></b> {before ? <>Nothing is known of then: the history begins at <When t={begins} />.</> : words.length ? '' : 'Nothing was in the way.'} <button type="button" class="chip" onClick={() => adjust({at: null})}>Close</button></p>
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
        <Pair name="Opens permanently after">{number(p.permanentOpenThreshold)} failures{p.permanentOpenConditions.length > 0 && <>, or at once on {p.permanentOpenConditions.map((c) => `“${c}”`).join(', ')}</>}</Pair>
        <Pair name="Budgets">{p.budgets.length ? p.budgets.map((b) => `${number(b.attempts)} in ${duration(b.per)}`).join(', ') : 'none'}</Pair>
        <Pair name="In flight">at most {number(p.maxInFlight)}</Pair>
        <Pair name="Failures cleared after">{duration(p.resetAfter)} of health</Pair>
      </dl>
      <Place place={found.place} />
    </section>
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
          {g.isDormant ? <ActionButton action={actions.resume(g, [...new Set(under.map((r) => r.check))].filter((c) => checks.value.get(c)?.health === 'unhealthy'))} main /> : <ActionButton action={actions.retry(g)} />}
          {(g.state !== 'CLOSED') && <ActionButton action={actions.reset(g)} />}
          {!g.isDormant && <ActionButton action={actions.dormant(g)} />}
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
            {under.length ? <ul class="plain">{under.map((r) => <RemedyLine key={r.name} r={r} />)}</ul> : <Empty>No remedies: it gives permits to other programs.</Empty>}
          </section>
          {g.attempts > 0 && <LastAttempt kind="governor" name={name} result={under.map((r) => r.targets.find((t) => t.governor === name)?.lastResult ?? (r.targets.length ? '' : r.lastResult)).find(Boolean) ?? ''} />}
          {under.filter((r) => !r.check && !r.preventive).map((r) => <AlertList key={r.name} remedy={r.name} target={r.targets.find((t) => t.governor === name)?.target} />)}
          <section class="card"><h2>History</h2><HistoryList kind="governor" name={g.name} /></section>
        </div>
        <aside>
          <section class="card">
            <h2>State</h2>
            <dl class="pairs">
              <Pair name="Breaker"><Badge word={g.state} /></Pair>
              <Pair name="Consecutive failures">{number(g.consecutiveFailures)} of {number(g.maxConsecutiveFailures)}</Pair>
              <Pair name="Until it stops">{g.isDormant ? 'it has stopped' : `${number(left)} more ${left === 1 ? 'failure' : 'failures'}`}</Pair>
              <Pair name="Budget left">{g.budgets.length ? g.budgets.map(budgetText).join(', ') : 'no budget'}</Pair>
              <Pair name="Next attempt">{g.isDormant ? 'none' : g.nextAttemptAt ? <>in <Countdown t={Date.parse(g.nextAttemptAt)} /></> : 'when needed'}</Pair>
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
