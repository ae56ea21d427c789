import type { Deps } from '../deps';
import { PushEndpoint } from '../models/PushEndpoint';
import { complain, printJson, runCommand } from './run';

/** Does something with an endpoint of pushed events that is there. */
export async function withEndpoint(
  id: number,
  json: boolean | undefined,
  act: (deps: Deps, endpoint: PushEndpoint) => Promise<0 | 1>,
): Promise<void> {
  await runCommand(async (deps) => {
    const endpoint = await PushEndpoint.findByPk(id);
    if (endpoint) return act(deps, endpoint);
    if (json) printJson({ id, found: false });
    else complain('There is no such endpoint.');
    return 1;
  });
}
