import type { Deps } from '../deps';
import { gaveUpOne } from '../presenters/pushEndpoint';
import { listPushEndpoints } from '../queries/findPushEndpoints';
import { check, type Check } from './check';

/** Endpoints by their numbers: an address may hold a secret of its owner's. */
export async function checkPushes({ db }: Pick<Deps, 'db'>): Promise<Check[]> {
  const rows = await listPushEndpoints(db);
  const on = rows.filter(({ endpoint }) => endpoint.state === 'on');
  const failing = on.filter(({ endpoint }) => endpoint.failures > 0);
  const doubtful = on.filter(({ endpoint }) => gaveUpOne(endpoint));
  const off = rows.filter(({ endpoint }) => endpoint.offReason === 'failing' || endpoint.offReason === 'gone');
  const waiting = on.reduce((sum, { counts }) => sum + counts.queued, 0);
  const numbers = (some: typeof rows) => some.map(({ endpoint }) => endpoint.id).join(', ');
  const words = [
    ...(off.length > 0 ? [`Switched off by themselves: ${numbers(off)}.`] : []),
    ...(failing.length > 0 ? [`Take nothing just now: ${numbers(failing)}; ${waiting} events wait.`] : []),
    ...(doubtful.length > 0 ? [`Did not take their last event, which was given up: ${numbers(doubtful)}.`] : []),
  ];
  return [
    check('pushes', 'Pushed events', {
      verdict: words.length === 0 ? 'passed' : 'warning',
      why: words.length === 0 ? `Endpoints that are on: ${on.length}; all take what comes.` : words.join(' '),
      remedy:
        'push-endpoints deliveries says why, push-endpoints test whether it is mended; then everything that waits goes out. One that is off is switched on by push-endpoints on, and gets what it missed by push-endpoints replay.',
    }),
  ];
}
