// One action: what it will do, the reason, the answer. It is asked under one key, so that asking again after a lost
// answer does it once.
import {useSignal} from '@preact/signals';
import {useEffect, useRef} from 'preact/hooks';
import {ApiError, ask, myName, newKey, setMyName} from './api';
import type {Action} from './actions';
import {When, openAction} from './parts';
import {may, refreshSoon, who} from './state';
import {now} from './time';
import {TokenForm} from './token';

const kDurations: [string, string][] = [['15m', '15 min'], ['1h', '1 hour'], ['4h', '4 hours'], ['1d', '1 day']];

// When what takes so long would end; null where heald has to say what that is: "1h30m", "2d".
function endOf(text: string): number | null {
  const units: Record<string, number> = {s: 1e3, m: 60e3, h: 3600e3, d: 864e5};
  if (!/^(\d+[smhd])+$/.test(text.trim())) return null;
  return now.value + [...text.matchAll(/(\d+)([smhd])/g)].reduce((sum, [, n, unit]) => sum + Number(n) * units[unit], 0);
}

type Outcome = {kind: 'done' | 'refused' | 'lost'; message: string; still: {message: string; command: string}[]};

function ActionForm({action, close}: {action: Action; close: () => void}) {
  const key = useRef(newKey());
  const reason = useSignal('');
  const length = useSignal('1h');
  const running = useSignal(false);
  const outcome = useSignal<Outcome | null>(null);
  const done = outcome.value?.kind === 'done';
  const ready = !running.value && !done && (!action.reason || reason.value.trim() !== '') && (!action.duration || /\d/.test(length.value));

  const ends = action.duration ? endOf(length.value) : null;

  const send = async (e: Event) => {
    e.preventDefault();
    if (!ready) return;
    running.value = true;
    outcome.value = null;
    const body: Record<string, unknown> = {...action.body};
    if (action.reason) body.reason = reason.value.trim();
    if (action.duration) body.for = length.value.trim();
    try {
      const answer = await ask(action.method, action.path, Object.keys(body).length ? body : undefined, key.current);
      outcome.value = {kind: 'done', message: answer.message, still: answer.stillInTheWay ?? []};
    } catch (failure) {
      if (failure instanceof ApiError) {
        outcome.value = {kind: 'refused', message: failure.message, still: []};
        key.current = newKey(); // nothing was changed
      } else {
        outcome.value = {kind: 'lost', message: 'No answer came: it may have been done or not. Asking again is safe: it is done once at most.', still: []};
      }
    }
    running.value = false;
    refreshSoon();
  };

  return (
    <form onSubmit={send}>
      <h2 id="action-title">{action.title}</h2>
      {action.sentence.map((line) => <p key={line}>{line}</p>)}
      {!may(action.role) && (
        <div class="note warn">
          <p>This needs a token with the role <b>{action.role}</b>{who.value?.role && <>; yours is <b>{who.value.role}</b></>}.</p>
          <TokenForm />
        </div>
      )}
      {may(action.role) && !done && (
        <fieldset disabled={running.value}>
          {action.duration && (
            <div class="field">
              <label for="action-for">For how long</label>
              <div class="chips">
                {kDurations.map(([value, text]) => (
                  <button type="button" key={value} class="chip" aria-pressed={length.value === value} onClick={() => (length.value = value)}>
                    {text}
                  </button>
                ))}
                <input id="action-for" size={7} value={length.value} onInput={(e) => (length.value = e.currentTarget.value)} />
              </div>
              {ends !== null && <p class="soft small ends">It ends at <When t={ends} />.</p>}
            </div>
          )}
          {action.reason && (
            <div class="field">
              <label for="action-reason">{action.reason}</label>
              <textarea id="action-reason" rows={2} maxLength={1000} required value={reason.value} onInput={(e) => (reason.value = e.currentTarget.value)} />
            </div>
          )}
          <div class="field">
            <label for="action-name">Your name, for the history</label>
            <input id="action-name" maxLength={50} autocomplete="username" value={myName.value} onInput={(e) => setMyName(e.currentTarget.value)} />
          </div>
        </fieldset>
      )}
      <div aria-live="polite">
        {outcome.value && (
          <div class={`note ${done ? 'good' : outcome.value.kind === 'lost' ? 'warn' : 'bad'}`}>
            <p class="pre">{outcome.value.message}</p>
            {outcome.value.still.length > 0 && (
              <ul>
                {outcome.value.still.map((one) => (
                  <li key={one.message}>{one.message}{one.command && <> <code>{one.command}</code></>}</li>
                ))}
              </ul>
            )}
          </div>
        )}
      </div>
      <div class="buttons end">
        <button type="button" onClick={close}>{done ? 'Close' : 'Cancel'}</button>
        {may(action.role) && !done && (
          <button type="submit" class={`main ${action.danger ? 'danger' : ''}`} disabled={!ready}>
            {running.value ? 'Sending…' : outcome.value?.kind === 'lost' ? 'Ask again' : action.label}
          </button>
        )}
      </div>
    </form>
  );
}

export function ActionDialog() {
  const box = useRef<HTMLDialogElement>(null);
  const action = openAction.value;
  useEffect(() => {
    if (!action || box.current?.open) return;
    box.current?.showModal();
    box.current?.querySelector<HTMLElement>('textarea, input[type=password], .main')?.focus();
  }, [action]);
  const close = () => box.current?.close();
  return (
    <dialog ref={box} aria-labelledby="action-title" onClose={() => (openAction.value = null)}>
      {action && <ActionForm key={action.key} action={action} close={close} />}
    </dialog>
  );
}
