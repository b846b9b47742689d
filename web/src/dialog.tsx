// One action: what it will do, the reason, the answer. It is asked under one key, so that asking again after a lost
// answer does it once.
import {useSignal} from '@preact/signals';
import {useEffect, useRef} from 'preact/hooks';
import {ApiError, ask, myName, newKey, setMyName} from './api';
import type {Deed} from './deeds';
import {openDeed} from './parts';
import {may, refreshSoon, who} from './state';
import {TokenForm} from './token';

const kDurations: [string, string][] = [['15m', '15 min'], ['1h', '1 hour'], ['4h', '4 hours'], ['1d', '1 day']];

type Outcome = {kind: 'done' | 'refused' | 'lost'; message: string; still: {message: string; command: string}[]};

function DeedForm({deed, close}: {deed: Deed; close: () => void}) {
  const key = useRef(newKey());
  const reason = useSignal('');
  const length = useSignal('1h');
  const running = useSignal(false);
  const outcome = useSignal<Outcome | null>(null);
  const done = outcome.value?.kind === 'done';
  const ready = !running.value && !done && (!deed.reason || reason.value.trim() !== '') && (!deed.duration || /\d/.test(length.value));

  const send = async (e: Event) => {
    e.preventDefault();
    if (!ready) return;
    running.value = true;
    outcome.value = null;
    const body: Record<string, unknown> = {...deed.body};
    if (deed.reason) body.reason = reason.value.trim();
    if (deed.duration) body.for = length.value.trim();
    try {
      const answer = await ask(deed.method, deed.path, Object.keys(body).length ? body : undefined, key.current);
      outcome.value = {kind: 'done', message: answer.message, still: answer.stillInTheWay ?? []};
    } catch (failure) {
      if (failure instanceof ApiError) {
        outcome.value = {kind: 'refused', message: failure.message, still: []};
        key.current = newKey(); // nothing was changed
      } else {
        outcome.value = {kind: 'lost', message: 'No answer came, so it is not known whether it was done. Asking again does it once at most.', still: []};
      }
    }
    running.value = false;
    refreshSoon();
  };

  return (
    <form onSubmit={send}>
      <h2 id="deed-title">{deed.title}</h2>
      {deed.sentence.map((line) => <p key={line}>{line}</p>)}
      {!may(deed.role) && (
        <div class="note warn">
          <p>This needs a token with the role <b>{deed.role}</b>{who.value?.role && <>; yours is <b>{who.value.role}</b></>}.</p>
          <TokenForm />
        </div>
      )}
      {may(deed.role) && !done && (
        <fieldset disabled={running.value}>
          {deed.duration && (
            <div class="field">
              <label for="deed-for">For how long</label>
              <div class="chips">
                {kDurations.map(([value, text]) => (
                  <button type="button" key={value} class="chip" aria-pressed={length.value === value} onClick={() => (length.value = value)}>
                    {text}
                  </button>
                ))}
                <input id="deed-for" size={7} value={length.value} onInput={(e) => (length.value = e.currentTarget.value)} />
              </div>
            </div>
          )}
          {deed.reason && (
            <div class="field">
              <label for="deed-reason">{deed.reason}</label>
              <textarea id="deed-reason" rows={2} maxLength={1000} required value={reason.value} onInput={(e) => (reason.value = e.currentTarget.value)} />
            </div>
          )}
          <div class="field">
            <label for="deed-name">Your name, for the history</label>
            <input id="deed-name" maxLength={50} autocomplete="username" value={myName.value} onInput={(e) => setMyName(e.currentTarget.value)} />
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
        {may(deed.role) && !done && (
          <button type="submit" class={`main ${deed.danger ? 'danger' : ''}`} disabled={!ready}>
            {running.value ? 'Asking…' : outcome.value?.kind === 'lost' ? 'Ask again' : deed.label}
          </button>
        )}
      </div>
    </form>
  );
}

export function DeedDialog() {
  const box = useRef<HTMLDialogElement>(null);
  const deed = openDeed.value;
  useEffect(() => {
    if (!deed || box.current?.open) return;
    box.current?.showModal();
    box.current?.querySelector<HTMLElement>('textarea, input[type=password], .main')?.focus();
  }, [deed]);
  const close = () => box.current?.close();
  return (
    <dialog ref={box} aria-labelledby="deed-title" onClose={() => (openDeed.value = null)}>
      {deed && <DeedForm key={deed.key} deed={deed} close={close} />}
    </dialog>
  );
}
