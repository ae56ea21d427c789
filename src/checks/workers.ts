import type { Deps } from '../deps';
import { readHealth } from '../queries/readHealth';
import { check, type Check } from './check';

/** What `/health/classes` says, with what to do. */
export async function checkClasses(deps: Pick<Deps, 'db' | 'clock'>): Promise<Check[]> {
  const { counts } = await readHealth(deps);
  const { workers, overdue, openIncidents, hintsWaiting } = counts;
  const late = overdue.room + overdue.start + overdue.closing + overdue.settling;
  return [
    check('workers', 'Workers', {
      verdict: workers > 0 ? 'passed' : 'failed',
      why: workers > 0 ? `At work now: ${workers}.` : 'None has said within the minute that it is at work.',
      remedy: 'Start one (npm run worker) under a supervisor that starts it again, and look at its log.',
    }),
    check('classes', 'Classes', {
      verdict: late === 0 ? 'passed' : 'failed',
      why:
        late === 0
          ? 'None is overdue.'
          : `Overdue: rooms ${overdue.room}, starts ${overdue.start}, closings ${overdue.closing}, settlings ${overdue.settling}.`,
      remedy: 'Is a worker running, and does Temporal answer? Then generate-meetings has those tried that lack a room.',
    }),
    check('incidents', 'Trouble', {
      verdict: openIncidents === 0 ? 'passed' : 'warning',
      why: openIncidents === 0 ? 'None is open.' : `Open: ${openIncidents}.`,
      remedy: 'See /admin/incidents: what is touched, what to do, and “try all again”.',
    }),
    check('outbox', 'Words to workflows', {
      verdict: hintsWaiting === 0 ? 'passed' : 'warning',
      why: hintsWaiting === 0 ? 'All have been heard.' : `Unheard for two minutes: ${hintsWaiting}.`,
      remedy: 'They are told again by the workers; is one running, and does Temporal answer?',
    }),
  ];
}
