// The API of the heald that served this page, under whatever path a proxy has put it.
import {signal} from '@preact/signals';

const base = new URL('.', location.href.split(/[?#]/)[0]);
const kTokenKey = 'heald.token';
const kNameKey = 'heald.name';
const kPatience = 20_000;

export const token = signal(sessionStorage.getItem(kTokenKey) ?? '');
export const myName = signal(localStorage.getItem(kNameKey) ?? '');

export function setToken(text: string) {
  token.value = text;
  if (text) sessionStorage.setItem(kTokenKey, text);
  else sessionStorage.removeItem(kTokenKey);
}

export function setMyName(text: string) {
  myName.value = text;
  localStorage.setItem(kNameKey, text);
}

// `healdctl open` puts the token into the fragment: #token=TOKEN&to=/governor/NAME. It is gone from the address bar
// before anything is drawn.
export function takeTokenFromFragment() {
  if (!location.hash.startsWith('#token=')) return;
  const given = new URLSearchParams(location.hash.slice(1));
  setToken(given.get('token') ?? '');
  history.replaceState(null, '', `${location.pathname}${location.search}#${given.get('to') ?? '/'}`);
}

export class ApiError extends Error {
  constructor(readonly status: number, readonly code: string, message: string, readonly body: any) {
    super(message);
  }
}

export const urlOf = (path: string) => new URL(path.replace(/^\//, ''), base).href;

export function headers(more: Record<string, string> = {}): Record<string, string> {
  if (token.value) more.Authorization = `Bearer ${token.value}`;
  return more;
}

export let answeredAt = 0;

// An answer that is not JSON is a proxy's, or nobody's.
export async function ask<T = any>(method: string, path: string, body?: object, key?: string): Promise<T> {
  const more: Record<string, string> = {};
  if (body) more['Content-Type'] = 'application/json';
  if (key) more['Idempotency-Key'] = key;
  // Header values are Latin-1: a name in other letters is left out rather than refused.
  const name = myName.value.trim();
  if (key && name && /^[\x20-\x7e]+$/.test(name)) more['X-Heald-Actor'] = `${name} (page)`;
  const answer = await fetch(urlOf(path), {
    method,
    headers: headers(more),
    body: body && JSON.stringify(body),
    cache: 'no-store',
    signal: AbortSignal.timeout(kPatience),
  });
  const text = await answer.text();
  answeredAt = performance.now();
  let value: any = null;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ApiError(answer.status, 'no_json', `HTTP ${answer.status}, and no JSON: is this heald?`, null);
  }
  if (!answer.ok) {
    throw new ApiError(answer.status, value?.error?.code ?? '', value?.error?.message ?? `HTTP ${answer.status}`, value);
  }
  return value;
}

export const get = <T = any>(path: string) => ask<T>('GET', path);
export const part = encodeURIComponent;

export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, '0')).join('');
}
