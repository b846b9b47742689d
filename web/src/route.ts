// Every view and selection has an address, in the fragment, so that it works under any path: #/lanes?span=3600000
import {signal} from '@preact/signals';

export interface Route {
  view: string;
  name: string;
  params: URLSearchParams;
}

function read(): Route {
  const [path, query] = location.hash.replace(/^#/, '').split('?', 2);
  const [view = '', ...rest] = path.split('/').filter(Boolean);
  let name = rest.join('/');
  try {
    name = decodeURIComponent(name);
  } catch {
    // It stays as it was typed, and nothing has this name.
  }
  return {view: view || 'now', name, params: new URLSearchParams(query ?? '')};
}

export const route = signal<Route>(read());
addEventListener('hashchange', () => {
  route.value = read();
  scrollTo(0, 0);
});

type Params = Record<string, string | number | null | undefined>;

export function link(view: string, name = '', params: Params = {}): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(params)) {
    if (value !== null && value !== undefined && value !== '') query.set(key, String(value));
  }
  const path = `#/${view === 'now' ? '' : view}${name ? `/${encodeURIComponent(name)}` : ''}`;
  return query.size ? `${path}?${query}` : path;
}

export const go = (view: string, name = '', params: Params = {}) => {
  location.hash = link(view, name, params);
};

// The same view, with these parameters changed. Replaces the entry in the browser's history: moving about in time is
// not something to go back through step by step.
export function adjust(changes: Params) {
  const {view, name, params} = route.value;
  const all: Params = Object.fromEntries(params);
  history.replaceState(null, '', link(view, name, {...all, ...changes}));
  route.value = read();
}
