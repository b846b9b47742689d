// Makes web/dist, which is checked in and becomes part of heald: index.html, and beside it files whose names have the
// hash of what is in them. Another folder may be named. Needs scripts/npm-tools.
import {createHash} from 'node:crypto';
import fs from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

const web = path.dirname(fileURLToPath(import.meta.url));
const modules = path.join(web, '../build/npm/node_modules');
const out = path.resolve(process.argv[2] ?? path.join(web, 'dist'));
const esbuild = createRequire(import.meta.url)(path.join(modules, 'esbuild-wasm'));

const made = await esbuild.build({
  absWorkingDir: web,
  entryPoints: {app: 'src/main.tsx', style: 'src/style.css'},
  outdir: out,
  write: false,
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  charset: 'utf8',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  nodePaths: [modules],
  legalComments: 'none',
});
await esbuild.stop?.();

fs.rmSync(out, {recursive: true, force: true});
fs.mkdirSync(out, {recursive: true});
let page = fs.readFileSync(path.join(web, 'src/index.html'), 'utf8');
const files = made.outputFiles.map(({path: name, contents}) => [path.basename(name), Buffer.from(contents)]);
files.push(['icon.svg', fs.readFileSync(path.join(web, 'src/icon.svg'))]);
for (const [name, contents] of files) {
  const {name: stem, ext} = path.parse(name);
  const hashed = `${stem}-${createHash('sha256').update(contents).digest('hex').slice(0, 12)}${ext}`;
  fs.writeFileSync(path.join(out, hashed), contents);
  if (!page.includes(`assets/${name}"`)) throw new Error(`index.html does not use ${name}`);
  page = page.replace(`assets/${name}"`, `assets/${hashed}"`);
}
fs.writeFileSync(path.join(out, 'index.html'), page);
