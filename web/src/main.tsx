import {effect, signal, useSignal} from '@preact/signals';
import {Component, render, type ComponentChildren, type ComponentType} from 'preact';
import {useEffect, useRef} from 'preact/hooks';
import {takeTokenFromFragment, token} from './api';
import {AlertView} from './alert_view';
import {CheckView} from './check_view';
import {ChecksView} from './checks_view';
import {ActionDialog} from './dialog';
import {EntryView} from './entry_view';
import {GovernorView} from './governor_view';
import {HistoryView} from './history_view';
import {pan, zoom} from './lane';
import {LanesView} from './lanes_view';
import {MapView} from './map_view';
import {Now, problems} from './now';
import {Icon, When, openAction} from './parts';
import {adjust, go, link, route} from './route';
import {RemedyView} from './remedy_view';
import {begin, checks, governors, may, refreshSoon, remedies, status, tokenFault, trouble, who} from './state';
import {setUtc, utc} from './time';
import {TokenForm} from './token';

// What is in the bar, by its keys 1 to 5; the others are of one thing each.
const kViews: [string, string, ComponentType][] = [
  ['now', 'Now', Now], ['lanes', 'Lanes', LanesView], ['checks', 'Checks', ChecksView], ['history', 'History', HistoryView], ['map', 'Dependencies', MapView],
];
const kThings: Record<string, ComponentType> = {governor: GovernorView, remedy: RemedyView, check: CheckView, alert: AlertView, entry: EntryView};

// ----------------------------------------------------------------------------------------------------------- theme

type Theme = 'auto' | 'light' | 'dark';
const theme = signal<Theme>((localStorage.getItem('heald.theme') as Theme) ?? 'auto');
effect(() => {
  document.documentElement.dataset.theme = theme.value;
  localStorage.setItem('heald.theme', theme.value);
});
const nextTheme = () => (theme.value = theme.value === 'auto' ? 'light' : theme.value === 'light' ? 'dark' : 'auto');
const kThemeIcons = {auto: 'auto', light: 'sun', dark: 'moon'};

// ---------------------------------------------------------------------------------------------------------- panels

const panel = signal<'' | 'keys' | 'token'>('');

const kKeys: [string, string][] = [
  ['1 … 5', 'the views'], ['/', 'find or filter'], ['j k', 'next, previous problem, row or entry'], ['Enter', 'open it'],
  ['← →', 'earlier, later'], ['+ −', 'zoom'], ['0', 'back to now'], ['t', 'light, dark, automatic'], ['u', 'local time or UTC'],
  ['a', 'token'], ['Esc', 'close'], ['?', 'this list'],
];

function Panel() {
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (panel.value && !box.current?.open) box.current?.showModal();
    if (!panel.value && box.current?.open) box.current.close();
  }, [panel.value]);
  return (
    <dialog ref={box} aria-labelledby="panel-title" onClose={() => (panel.value = '')}>
      {panel.value === 'keys' && (
        <>
          <h2 id="panel-title">Keys</h2>
          <dl class="keys">{kKeys.map(([key, what]) => <div key={key}><dt><kbd>{key}</kbd></dt><dd>{what}</dd></div>)}</dl>
          <p class="chips">
            <button type="button" class="chip" aria-pressed={utc.value} onClick={() => setUtc(!utc.value)}>Times in UTC</button>
            <a class="button chip" href="api/openapi.json">The API</a>
          </p>
        </>
      )}
      {panel.value === 'token' && <><h2 id="panel-title">Token</h2><p>Reading may need none; every action needs one.</p><TokenForm done={() => (panel.value = '')} /></>}
      <div class="buttons end"><button type="button" onClick={() => (panel.value = '')}>Close</button></div>
    </dialog>
  );
}

// ---------------------------------------------------------------------------------------------------------- search

const kHits = 10;

function Search() {
  const text = useSignal('');
  const at = useSignal(0);
  const q = text.value.trim().toLowerCase();
  const hits: [string, string][] = [];
  if (q) {
    for (const [kind, names] of [['governor', governors.value], ['remedy', remedies.value], ['check', checks.value]] as const) {
      let found = 0;
      for (const name of names.keys()) {
        if (!name.toLowerCase().includes(q)) continue;
        hits.push([kind, name]);
        if (++found >= kHits / 2) break;
      }
    }
  }
  const leave = () => (text.value = '');
  const key = (e: KeyboardEvent) => {
    if (e.key === 'ArrowDown') at.value = Math.min(hits.length - 1, at.value + 1);
    else if (e.key === 'ArrowUp') at.value = Math.max(0, at.value - 1);
    else if (e.key === 'Enter' && hits[at.value]) {
      go(...hits[at.value]);
      leave();
      (e.currentTarget as HTMLElement).blur();
    } else if (e.key === 'Escape') {
      leave();
      (e.currentTarget as HTMLElement).blur();
    } else return;
    e.preventDefault();
  };
  return (
    <div class="search">
      <Icon name="search" />
      <input
        type="text" role="combobox" list={undefined} aria-label="Find a governor, remedy or check" placeholder="Find" aria-expanded={hits.length > 0} aria-controls="hits" data-find
        aria-activedescendant={hits.length ? `hit-${at.value}` : undefined} value={text.value}
        onInput={(e) => { text.value = e.currentTarget.value; at.value = 0; }} onKeyDown={key} onBlur={() => setTimeout(leave, 150)}
      />
      <ul id="hits" role="listbox" aria-label="Found" class={hits.length ? '' : 'none'}>
        {hits.map(([kind, name], i) => (
          <li key={`${kind} ${name}`} id={`hit-${i}`} role="option" aria-selected={i === at.value} onMouseDown={() => go(kind, name)}>
            <span>{name}</span> <span class="soft small">{kind}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

// ----------------------------------------------------------------------------------------------------------- shell

function Top() {
  const s = status.value;
  const view = route.value.view;
  return (
    <header class="top">
      <a class="skip" href="#main" onClick={(e) => { e.preventDefault(); document.querySelector<HTMLElement>('main')?.focus(); }}>Skip to content</a>
      <a class="brand" href={link('now')}><span class={`lamp small ${s?.selfHealing.status ?? ''}`} aria-hidden="true" />heald</a>
      <nav aria-label="Views">
        {kViews.map(([name, word]) => <a key={name} href={link(name)} aria-current={view === name ? 'page' : undefined}>{word}</a>)}
      </nav>
      <Search />
      <div class="corner">
        <button type="button" class="round" title={`Theme: ${theme.value}`} aria-label={`Theme: ${theme.value}`} onClick={nextTheme}><Icon name={kThemeIcons[theme.value]} /></button>
        <button type="button" class="round" title="Keys" aria-label="Keys and help" onClick={() => (panel.value = 'keys')}><Icon name="help" /></button>
        <button type="button" class={may('operate') ? '' : 'locked'} onClick={() => (panel.value = 'token')}><Icon name={may('operate') ? 'check' : 'lock'} /> {who.value?.role ? `role: ${who.value.role}` : token.value && who.value ? 'wrong token' : 'read only'}</button>
      </div>
    </header>
  );
}

function Trouble() {
  const t = trouble.value;
  return (
    <div role="status" class={t ? 'trouble' : 'none'}>
      {t && <><b>Not connected</b> since <When t={t.since} />: {t.message}. {status.value ? 'This is the last known state. Reconnecting…' : 'Trying again…'}</>}
    </div>
  );
}

function View() {
  const {view, name} = route.value;
  const Shown = kViews.find(([known]) => known === view)?.[2] ?? kThings[view];
  if (Shown) return <Shown key={name} />;
  return <><h1>Page not found</h1><p><a href={link('now')}>Go to Now</a></p></>;
}

// A view that breaks says so, and the others go on.
class Boundary extends Component<{children: ComponentChildren}, {fault: string}> {
  componentDidCatch(fault: unknown) {
    this.setState({fault: String(fault)});
  }
  render() {
    if (!this.state.fault) return this.props.children;
    return (
      <>
        <h1>This view is broken</h1>
        <p>The other views and heald itself are not. Please report it with this line:</p>
        <code class="pre">{this.state.fault}</code>
        <p class="buttons"><button type="button" onClick={() => location.reload()}>Reload the page</button></p>
      </>
    );
  }
}

function App() {
  const needsToken = !status.value && tokenFault.value;
  return (
    <>
      <Top />
      <Trouble />
      {status.value?.selfHealing.observeMode && <aside class="observe-bar" aria-label="Mode">Observe mode: heald decides and counts, but does nothing</aside>}
      <main id="main" tabIndex={-1}>
        {status.value ? <Boundary key={`${route.value.view} ${route.value.name}`}><View /></Boundary> : needsToken ? <section class="card"><h1>heald needs a token</h1><TokenForm /></section> : <p class="empty">{trouble.value ? 'heald does not answer. Trying again…' : 'Loading…'}</p>}
      </main>
      <ActionDialog />
      <Panel />
    </>
  );
}

// ------------------------------------------------------------------------------------------------------------ keys

function step(by: number) {
  const all = [...document.querySelectorAll<HTMLElement>('main .problem h2 a, main .row a, main .check-row a, main .event .what, main .line a')].filter((a) => a.offsetParent);
  const at = all.indexOf(document.activeElement as HTMLElement);
  all[Math.max(0, Math.min(all.length - 1, at + by))]?.focus();
}

addEventListener('keydown', (e) => {
  const typing = (e.target as HTMLElement).closest?.('input, textarea, select, [contenteditable]');
  if (e.key === 'Escape' && typing && !openAction.value) (e.target as HTMLElement).blur();
  if (typing || e.ctrlKey || e.metaKey || e.altKey || openAction.value || (panel.value && e.key !== '?')) return;
  const view = kViews[Number(e.key) - 1];
  if (view) return go(view[0]);
  switch (e.key) {
    case '/': (document.querySelector<HTMLElement>('main [data-filter]') ?? document.querySelector<HTMLElement>('[data-find]'))?.focus(); break;
    case 'j': step(1); break;
    case 'k': step(-1); break;
    case 'ArrowLeft': pan(-0.25); break;
    case 'ArrowRight': pan(0.25); break;
    case '+': zoom(0.5); break;
    case '-': zoom(2); break;
    case '0': adjust({end: null, at: null, sel: null}); break;
    case 't': nextTheme(); break;
    case 'u': setUtc(!utc.value); break;
    case 'a': panel.value = 'token'; break;
    case '?': panel.value = panel.value ? '' : 'keys'; break;
    default: return;
  }
  e.preventDefault();
});

// The tab says how it is.
effect(() => {
  const s = status.value?.selfHealing;
  const n = problems.value.filter((p) => p.level !== 'info').length;
  document.title = s ? `${trouble.value ? '(not connected) ' : ''}${s.status}${n ? ` (${n})` : ''} · heald` : 'heald';
});

takeTokenFromFragment();
route.value = {...route.value};
dispatchEvent(new HashChangeEvent('hashchange'));
render(<App />, document.getElementById('app')!);
void begin();
token.subscribe(() => refreshSoon());
