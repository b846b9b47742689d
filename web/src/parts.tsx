// Small things that every view is made of.
import {signal, useSignal} from '@preact/signals';
import type {ComponentChildren} from 'preact';
import {useEffect, useLayoutEffect, useRef} from 'preact/hooks';
import {may} from './state';
import type {Action} from './actions';
import {ago, full, iso, moment, now, until} from './time';

export const openAction = signal<Action | null>(null);

export function When({t, short}: {t: number | string | null | undefined; short?: (t: number) => string}) {
  if (t === null || t === undefined) return <span class="soft">never</span>;
  const at = typeof t === 'string' ? Date.parse(t) : t;
  if (!Number.isFinite(at)) return <span class="soft">unknown</span>;
  return (
    <time dateTime={iso(at)} title={`${full(at)}\n${iso(at)}`}>
      {(short ?? moment)(at)}
    </time>
  );
}

export const Ago = ({t}: {t: number | string | null | undefined}) =>
  t === null || t === undefined ? <span class="soft">never</span> : <><When t={t} short={ago} /> ago</>;

export const Countdown = ({t}: {t: number}) => (
  <b class="count">{t > now.value ? <When t={t} short={until} /> : 'a moment'}</b>
);

export function ActionButton({action, main}: {action: Action; main?: boolean}) {
  return (
    <button
      type="button"
      class={`${main ? 'main' : ''} ${action.danger ? 'danger' : ''}`}
      onClick={() => (openAction.value = action)}
      title={may(action.role) ? undefined : `needs a token with the role ${action.role}`}
    >
      {!may(action.role) && <Icon name="lock" />}
      {action.label}
    </button>
  );
}

const kIcons: Record<string, string> = {
  lock: 'M5 7V5a3 3 0 0 1 6 0v2M4 7h8v6H4z',
  check: 'M3 8.5l3.2 3.2L13 5',
  cross: 'M4 4l8 8M12 4l-8 8',
  run: 'M8 3a5 5 0 1 0 5 5',
  dot: 'M8 8h.01',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10M10.8 10.8L14 14',
  moon: 'M13 9.5A5.5 5.5 0 0 1 6.5 3 5.5 5.5 0 1 0 13 9.5z',
  sun: 'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6M8 1.5v1.2M8 13.3v1.2M1.5 8h1.2M13.3 8h1.2M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9',
  auto: 'M8 2a6 6 0 1 0 0 12zM8 2a6 6 0 0 1 0 12',
  help: 'M6 6a2 2 0 1 1 2.8 1.8c-.6.3-.8.7-.8 1.4M8 11.8h.01',
};

export const Icon = ({name}: {name: string}) => (
  <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
    <path d={kIcons[name]} />
  </svg>
);

// A state in a word, with a shape of its own for who does not see its colour.
const kTones: Record<string, string> = {
  healthy: 'good', ok: 'good', CLOSED: 'good', on: 'good', succeeded: 'good', active: 'good', resolved: 'good',
  warning: 'warn', degraded: 'warn', OPEN: 'warn', HALF_OPEN: 'warn', waiting: 'warn', 'breaker open': 'warn', 'half open': 'warn',
  disabled: 'warn', recovering: 'warn',
  firing: 'bad', unhealthy: 'bad', critical: 'bad', dormant: 'bad', PERMANENT_OPEN: 'bad', failed: 'bad',
  healing: 'busy', observe: 'busy', paused: 'busy',
};
export const toneOf = (word: string) => kTones[word] ?? 'quiet';
export const Badge = ({word, text}: {word: string; text?: ComponentChildren}) => (
  <span class={`badge ${toneOf(word)}`}>{text ?? word}</span>
);

export function Empty({children, busy}: {children: ComponentChildren; busy?: boolean}) {
  return <p class="empty" aria-busy={busy}>{children}</p>;
}

export const Pair = ({name, children}: {name: string; children: ComponentChildren}) => <div><dt>{name}</dt><dd>{children}</dd></div>;

// What a list is filtered by; the key / goes there.
export function Field({value, label, onText}: {value: string; label: string; onText: (text: string) => void}) {
  return <input type="search" data-filter aria-label={label} placeholder={label} value={value} onInput={(e) => onText(e.currentTarget.value)} />;
}

// Only the rows that can be seen are there; all have the same height, which the style gives.
export function Rows<T>({items, height, row, role = 'list', label, offset = 0}: {
  items: T[];
  height: number;
  row: (item: T, index: number) => ComponentChildren;
  role?: 'list' | 'rowgroup' | 'feed';
  label?: string;
  offset?: number;
}) {
  const box = useRef<HTMLDivElement>(null);
  const range = useSignal([0, 60]);
  const look = () => {
    if (!box.current) return;
    const top = box.current.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor(-top / height) - 8);
    const count = Math.ceil(innerHeight / height) + 16;
    const [was, wasEnd] = range.value;
    if (first !== was || first + count !== wasEnd) range.value = [first, first + count];
  };
  useLayoutEffect(look, [items.length, height]);
  useEffect(() => {
    addEventListener('scroll', look, {passive: true});
    addEventListener('resize', look);
    return () => {
      removeEventListener('scroll', look);
      removeEventListener('resize', look);
    };
  }, [height]);
  const last = Math.min(items.length, range.value[1]);
  const first = Math.min(range.value[0], Math.max(0, last - 1));
  return (
    <div ref={box} role={role} aria-label={label}>
      <div style={{height: `${first * height}px`}} />
      {items.slice(first, last).map((item, i) => row(item, first + i + offset))}
      <div style={{height: `${(items.length - last) * height}px`}} />
    </div>
  );
}

export const kNarrow = matchMedia('(max-width: 640px)');
export const narrow = signal(kNarrow.matches);
kNarrow.addEventListener('change', () => (narrow.value = kNarrow.matches));
