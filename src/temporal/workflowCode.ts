import { existsSync } from 'node:fs';
import path from 'node:path';

/** The bundle `npm run build` makes; src/temporal is one folder deeper in dist. */
const BUNDLE = path.join(__dirname, '../../workflows.bundle.js');

/** The workflow code for a Worker: the built bundle in production, bundled from source otherwise. */
export function workflowCode(): { workflowBundle: { codePath: string } } | { workflowsPath: string } {
  if (existsSync(BUNDLE)) return { workflowBundle: { codePath: BUNDLE } };
  return { workflowsPath: require.resolve('../../workflows') };
}
