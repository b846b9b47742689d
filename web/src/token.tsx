import {useSignal} from '@preact/signals';
import {setToken, token} from './api';
import {refreshSoon, tokenFault, who} from './state';

// The token is kept for this tab alone, and sent to heald alone.
export function TokenForm({done}: {done?: () => void}) {
  const text = useSignal('');
  const save = (e: Event) => {
    e.preventDefault();
    e.stopPropagation();
    setToken(text.value.trim());
    text.value = '';
    refreshSoon();
    done?.();
  };
  return (
    <div class="token">
      {tokenFault.value && <p class="fault" role="alert">{tokenFault.value}.</p>}
      <label for="token">Token</label>
      <div class="chips">
        <input id="token" type="password" autocomplete="off" value={text.value} onInput={(e) => (text.value = e.currentTarget.value)} onKeyDown={(e) => e.key === 'Enter' && save(e)} />
        <button type="button" class="main" disabled={!text.value.trim()} onClick={save}>Use it</button>
        {token.value && <button type="button" onClick={() => { setToken(''); refreshSoon(); done?.(); }}>Forget it</button>}
      </div>
      <p class="soft small">
        {who.value?.role ? `In use: ${who.value.who}, with the role ${who.value.role}. ` : ''}heald keeps its control token in <code>control.token</code> beside the store; <code>healdctl open</code> hands it over. This page forgets it when the tab is closed.
      </p>
    </div>
  );
}
