// The production build: JavaScript, views and styles in dist/, and the workflow code as one bundle.
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import ts from 'typescript';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const DIST = path.join(ROOT, 'dist');
/** What is only for development and for tests stays out. */
const LEFT_OUT = ['src/dev/', 'test/'];
const ASSETS = new Set(['.hbs', '.css', '.js', '.svg', '.png', '.ico', '.woff2']);

rmSync(DIST, { recursive: true, force: true });
compile();
copyAssets();
await bundleWorkflows();

function compile() {
  const { config } = ts.readConfigFile(path.join(ROOT, 'tsconfig.json'), ts.sys.readFile);
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const sources = fileNames.filter((file) => !isLeftOut(path.relative(ROOT, file)));
  const program = ts.createProgram(sources, { ...options, noEmit: false });
  const { diagnostics } = program.emit();
  const problems = [...ts.getPreEmitDiagnostics(program), ...diagnostics];
  if (problems.length === 0) return;
  const host = { getCurrentDirectory: () => ROOT, getCanonicalFileName: (name) => name, getNewLine: () => '\n' };
  process.stderr.write(ts.formatDiagnostics(problems, host));
  process.exit(1);
}

function copyAssets() {
  for (const entry of readdirSync(path.join(ROOT, 'src'), { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const relative = path.relative(ROOT, file);
    if (!entry.isFile() || isLeftOut(relative) || !ASSETS.has(path.extname(file))) continue;
    mkdirSync(path.dirname(path.join(DIST, relative)), { recursive: true });
    cpSync(file, path.join(DIST, relative));
  }
}

async function bundleWorkflows() {
  const { code } = await bundleWorkflowCode({
    workflowsPath: path.join(ROOT, 'workflows/index.ts'),
    logger: new DefaultLogger('WARN'),
  });
  writeFileSync(path.join(DIST, 'workflows.bundle.js'), code);
}

function isLeftOut(relative) {
  return LEFT_OUT.some((folder) => relative.startsWith(folder));
}
