// A remedy: its state, how its last attempt ended, its targets and alerts, its settings, its history.
import * as actions from './actions';
import {HistoryList} from './history_view';
import {ActionButton, Ago, Badge, Countdown, Pair, When} from './parts';
import {link, route} from './route';
import {remedies, status} from './state';
import {AlertList, LastAttempt, Missing, RemedySettings} from './things';
import {number} from './time';

export function RemedyView() {
  const {name} = route.value;
  if (!status.value) return null;
  const r = remedies.value.get(name);
  if (!r) return <Missing kind="remedy" name={name} />;
  const {approvals, approvalsWanted} = status.value.selfHealing;
  const wanted = approvalsWanted.filter((a) => a.remedy === r.name).slice(0, 10);
  const approved = approvals.filter((a) => a.remedy === r.name).slice(0, 10);
  return (
    <>
      <header class="title">
        <p class="kind">Remedy</p>
        <h1>{r.name} {r.phase !== 'idle' && <Badge word="healing" text={r.phase} />} {r.pause && <Badge word="paused" />} {r.observe && <Badge word="observe" text="observes only" />}</h1>
        <div class="buttons">
          {wanted.map((a) => <ActionButton key={a.target} action={actions.approve(a)} />)}
          {approved.map((a) => <ActionButton key={a.target} action={actions.unapprove(a)} />)}
          {r.pause && !r.pause.all ? <ActionButton action={actions.unpause(r.name)} /> : <ActionButton action={actions.pause(r.name)} />}
          <ActionButton action={actions.runRemedy(r.name)} />
          {r.check && <ActionButton action={actions.runCheck(r.check)} />}
        </div>
      </header>
      {r.pause && <div class="banner active"><div><h2>Paused until <When t={r.pause.until} /></h2><p>{r.pause.reason} ({r.pause.by})</p></div></div>}
      <div class="columns">
        <div>
          <LastAttempt kind="remedy" name={name} result={r.lastResult} />
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
          {!r.check && !r.preventive && <AlertList remedy={r.name} />}
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
              <Pair name="Failures in this incident">{number(r.incidentFailures)}</Pair>
              <Pair name="Alerts firing">{number(r.firing + r.targets.reduce((n, t) => n + t.firing, 0))}</Pair>
              <Pair name="Attempts">{number(r.attempts)}</Pair>
              <Pair name="Healed">{number(r.successes)}</Pair>
              <Pair name="Failed">{number(r.failures)}{r.failures > 0 && <span class="soft small"> ({Object.entries(r.failuresByReason).filter(([, n]) => n).map(([w, n]) => `${w} ${n}`).join(', ')})</span>}</Pair>
              {r.wouldAttempt > 0 && <Pair name="Attempts held back by observe mode">{number(r.wouldAttempt)}</Pair>}
              <Pair name="Last success"><Ago t={r.lastSuccess} /></Pair>
            </dl>
          </section>
          <RemedySettings name={name} />
        </aside>
      </div>
    </>
  );
}
