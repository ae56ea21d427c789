import { listComing } from '../commands/generateMeetings';
import type { Deps } from '../deps';
import { listConnections } from '../queries/listConnections';
import { check, type Check } from './check';

const DAY_MINUTES = 24 * 60;

/** Teachers by their numbers, never by name: a report is passed on. */
export async function checkTeachers(deps: Deps): Promise<Check[]> {
  const now = deps.clock.now();
  const due = await listComing(deps, DAY_MINUTES);
  const unready = due.filter(({ teacherConnected }) => !teacherConnected);
  const teachers = [...new Set(unready.map(({ teacherId }) => teacherId))];
  return [
    check('teachers', 'Teachers of the next 24 hours', {
      verdict: teachers.length === 0 ? 'passed' : 'failed',
      why:
        teachers.length === 0
          ? `Classes: ${due.length}; all their teachers are connected.`
          : `${unready.length} of ${due.length} classes have a teacher without Zoom: ${teachers.join(', ')}.`,
      remedy: 'They are written to. They connect at /teacher/zoom; connections list says why each is not.',
    }),
    await checkTokens(now),
  ];
}

/** A token that could not be renewed in its time is still good for a while; that is when to look. */
async function checkTokens(now: Date): Promise<Check> {
  const rows = await listConnections(now);
  const broken = rows.filter(({ state }) => state === 'needs_reconnect');
  const late = rows.filter(({ state, nextRefreshAt }) => state === 'connected' && isLate(nextRefreshAt, now));
  const words = [
    ...(broken.length > 0 ? [`Must connect again: ${broken.map(({ teacherId }) => teacherId).join(', ')}.`] : []),
    ...(late.length > 0 ? [`Not renewed in time: ${late.map(({ teacherId }) => teacherId).join(', ')}.`] : []),
  ];
  return check('tokens', 'Zoom tokens', {
    verdict: words.length === 0 ? 'passed' : 'warning',
    why: words.length === 0 ? 'All were renewed in time.' : words.join(' '),
    remedy:
      'Zoom ends a connection after 90 days without use, when the app’s secret is changed, or when the teacher removes the app: they connect again. refresh-tokens tries the others.',
  });
}

const LATE_MS = 10 * 60_000;

function isLate(nextRefreshAt: string | null, now: Date): boolean {
  return nextRefreshAt !== null && now.getTime() - Date.parse(nextRefreshAt) > LATE_MS;
}
