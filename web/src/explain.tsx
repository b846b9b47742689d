// Why an attempt may start now, or may not: every guard with its value.
import {useSignal} from '@preact/signals';
import {useEffect} from 'preact/hooks';
import {get, part} from './api';
import {Badge, Countdown, When} from './parts';
import {status} from './state';
import type {Explanation} from './types';

export function Explain({name}: {name: string}) {
  const found = useSignal<Explanation | null>(null);
  const fault = useSignal('');
  const at = status.value?.time;
  useEffect(() => {
    let gone = false;
    get<Explanation>(`/api/governors/${part(name)}/explain`).then(
      (e) => { if (!gone) { found.value = e; fault.value = ''; } },
      (e) => { if (!gone) fault.value = e.message; },
    );
    return () => { gone = true; };
  }, [name, at]);
  const e = found.value;
  if (fault.value) return <p class="fault">{fault.value}</p>;
  if (!e || e.governor !== name) return <p class="soft" aria-busy="true">Loading…</p>;
  const before = [...e.before, ...e.remedies.flatMap((r) => r.before.map((o) => ({...o, message: `${r.name}: ${o.message}`})))];
  return (
    <div class="explain">
      <p class="verdict">
        {e.allowed ? <><Badge word="ok" text="yes" /> Every guard lets an attempt start.</> : <><Badge word="warning" text={e.guard ?? 'no'} /> {e.nextAttemptAt ? <>An attempt may start in <Countdown t={Date.parse(e.nextAttemptAt)} />.</> : 'Waiting will not end this.'}</>}
      </p>
      {before.length > 0 && <ul>{before.map((o) => <li key={o.message}><b>{o.word.replace(/_/g, ' ')}</b>: {o.message}{o.until && <> until <When t={o.until} /></>}{o.command && <>: <code>{o.command}</code></>}</li>)}</ul>}
      <div class="scroll">
        <table>
          <thead><tr><th scope="col">Guard</th><th scope="col">Value</th><th scope="col">An attempt needs</th><th scope="col">Until</th></tr></thead>
          <tbody>
            {e.guards.map((g) => (
              <tr key={g.guard} class={g.passes ? '' : 'fails'}>
                <th scope="row"><i class={`mark ${g.passes ? 'good' : 'bad'}`} aria-hidden="true" />{g.guard.replace(/_/g, ' ')}<span class="hidden">{g.passes ? ' passes' : ' fails'}</span></th>
                <td>{g.value}</td>
                <td class="soft">{g.threshold}</td>
                <td>{g.until ? <When t={g.until} /> : ''}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
