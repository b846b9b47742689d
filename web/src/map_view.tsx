// Who depends on whom: checks by their dependencies, their remedies, and the governors these run under.
import {Empty, Field, toneOf} from './parts';
import {adjust, link, route} from './route';
import {settings, useSettings} from './settings';
import {checks, governors, remedies, status} from './state';
import {stateWord} from './lanes_view';

const kMost = 120;
const kW = 190;
const kH = 30;
const kGapX = 70;
const kGapY = 12;

interface Node {
  id: string;
  kind: 'check' | 'remedy' | 'governor';
  name: string;
  tone: string;
  word: string;
  column: number;
  row: number;
}

function build(q: string) {
  const set = settings.value!;
  const dependsOn = new Map(set.checks.map((c) => [c.name, c.dependsOn]));
  const depth = new Map<string, number>();
  const depthOf = (name: string): number => {
    const known = depth.get(name);
    if (known !== undefined) return known;
    depth.set(name, 0);
    const d = Math.max(-1, ...(dependsOn.get(name) ?? []).map(depthOf)) + 1;
    depth.set(name, d);
    return d;
  };
  for (const c of set.checks) depthOf(c.name);

  const links: [string, string][] = [];
  for (const c of set.checks) for (const d of c.dependsOn) links.push([`check ${d}`, `check ${c.name}`]);
  for (const r of remedies.value.values()) {
    if (r.check) links.push([`check ${r.check}`, `remedy ${r.name}`]);
    links.push([`remedy ${r.name}`, `governor ${r.governor}`]);
  }
  const near = new Map<string, string[]>();
  const onward = new Map<string, string[]>();
  const add = (map: Map<string, string[]>, from: string, to: string) => {
    const list = map.get(from);
    if (list) list.push(to);
    else map.set(from, [to]);
  };
  for (const [a, b] of links) {
    add(near, a, b);
    add(near, b, a);
    add(onward, a, b);
  }
  const all: string[] = [
    ...set.checks.map((c) => `check ${c.name}`),
    ...[...remedies.value.keys()].map((n) => `remedy ${n}`),
    ...[...governors.value.keys()].filter((n) => near.has(`governor ${n}`)).map((n) => `governor ${n}`),
  ];
  const toneFor = (id: string): [string, string] => {
    const [kind, name] = [id.slice(0, id.indexOf(' ')), id.slice(id.indexOf(' ') + 1)];
    if (kind === 'check') {
      const h = checks.value.get(name)?.health ?? 'unknown';
      return [toneOf(h), h];
    }
    if (kind === 'remedy') {
      const r = remedies.value.get(name);
      const word = r?.pause ? 'paused' : r && r.phase !== 'idle' ? r.phase : 'idle';
      return [r?.pause ? 'busy' : word === 'idle' ? 'quiet' : 'busy', word];
    }
    const g = governors.value.get(name);
    const word = g ? stateWord(g) : 'CLOSED';
    return [toneOf(word), word];
  };
  // What fits what was typed, or is not well, with all that it hangs together with; the rest as far as there is room.
  const seeds = all.filter((id) => (q ? id.toLowerCase().includes(q) : ['bad', 'warn', 'busy'].includes(toneFor(id)[0])));
  const kept = new Set<string>();
  const queue = [...seeds];
  while (queue.length && kept.size < kMost) {
    const id = queue.shift()!;
    if (kept.has(id)) continue;
    kept.add(id);
    queue.push(...(near.get(id) ?? []));
  }
  if (!q) for (const id of all) if (kept.size < kMost && near.has(id)) kept.add(id);

  const deepest = Math.max(0, ...[...kept].filter((id) => id.startsWith('check ')).map((id) => depth.get(id.slice(6)) ?? 0));
  const rows = new Map<number, number>();
  const nodes = new Map<string, Node>();
  const place = (id: string) => {
    if (!kept.has(id) || nodes.has(id)) return;
    const kind = id.slice(0, id.indexOf(' ')) as Node['kind'];
    const name = id.slice(id.indexOf(' ') + 1);
    const column = kind === 'check' ? depth.get(name) ?? 0 : kind === 'remedy' ? deepest + 1 : deepest + 2;
    const row = rows.get(column) ?? 0;
    rows.set(column, row + 1);
    const [tone, word] = toneFor(id);
    nodes.set(id, {id, kind, name, tone, word, column, row});
  };
  // Along the links, so that what belongs together is on one height.
  const walk = (id: string) => {
    if (!kept.has(id) || nodes.has(id)) return;
    place(id);
    for (const next of onward.get(id) ?? []) walk(next);
  };
  for (const id of [...kept].sort((a, b) => (depth.get(a.slice(6)) ?? 9) - (depth.get(b.slice(6)) ?? 9))) walk(id);
  return {nodes, links: links.filter(([a, b]) => nodes.has(a) && nodes.has(b)), left: all.filter((id) => near.has(id)).length - kept.size};
}

export function MapView() {
  if (!status.value) return null;
  useSettings();
  const q = (route.value.params.get('q') ?? '').toLowerCase();
  const made = settings.value && build(q);
  const nodes = made ? [...made.nodes.values()] : [];
  const x = (n: Node) => n.column * (kW + kGapX) + 2;
  const y = (n: Node) => n.row * (kH + kGapY) + 2;
  const w = Math.max(0, ...nodes.map((n) => x(n) + kW)) + 4;
  const h = Math.max(0, ...nodes.map((n) => y(n) + kH)) + 4;
  return (
    <>
      <h1>Dependencies</h1>
      <section class="card wide">
        <div class="bar">
          <Field value={route.value.params.get('q') ?? ''} label="Filter by name" onText={(text) => adjust({q: text})} />
          <p class="soft small">A check that depends on an unhealthy one is not healed.</p>
        </div>
        {!made ? <Empty busy>Loading…</Empty> : nodes.length === 0 ? <Empty>{q ? 'Nothing matches.' : 'No checks, remedies or governors.'}</Empty> : (
          <div class="scroll map" role="region" aria-label="Picture of the dependencies">
            <svg width={w} height={h}>
              {made.links.map(([a, b]) => {
                const from = made.nodes.get(a)!;
                const to = made.nodes.get(b)!;
                const x1 = x(from) + kW;
                const y1 = y(from) + kH / 2;
                const x2 = x(to);
                const y2 = y(to) + kH / 2;
                const bad = from.tone === 'bad';
                return <path key={`${a} ${b}`} class={`edge ${bad ? 'bad' : ''}`} d={`M${x1} ${y1}C${x1 + kGapX / 2} ${y1} ${x2 - kGapX / 2} ${y2} ${x2} ${y2}`} />;
              })}
              {nodes.map((n) => (
                <a key={n.id} href={link(n.kind, n.name)} aria-label={`${n.kind} ${n.name}: ${n.word}`}>
                  <g class={`node ${n.kind} ${n.tone}`} transform={`translate(${x(n)} ${y(n)})`}>
                    <title>{`${n.kind} ${n.name}: ${n.word}`}</title>
                    <rect width={kW} height={kH} rx={n.kind === 'check' ? 15 : 5} />
                    <circle cx={15} cy={kH / 2} r={4.5} />
                    <text x={27} y={kH / 2 + 4.5}>{n.name.length > 23 ? `${n.name.slice(0, 22)}…` : n.name}</text>
                  </g>
                </a>
              ))}
            </svg>
            <ul class="hidden">
              {made.links.map(([a, b]) => <li key={`${a} ${b}`}>{a} leads to {b}</li>)}
            </ul>
          </div>
        )}
        {made && made.left > 0 && <p class="soft small">{made.left} more are not shown: filter by name.</p>}
      </section>
    </>
  );
}
