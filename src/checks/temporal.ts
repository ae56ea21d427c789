import type { Deps } from '../deps';
import type { ScheduleRow } from '../temporal/schedules';
import { isTemporalRefusal } from '../temporal/isTemporalRefusal';
import { isTemporalSilent } from '../temporal/isTemporalSilent';
import { check, type Check } from './check';

type Asked = Pick<Deps, 'temporal' | 'config'>;

export async function checkTemporal(deps: Asked): Promise<Check[]> {
  const { address } = deps.config.temporal;
  try {
    await deps.temporal.check();
  } catch (error) {
    if (isTemporalRefusal(error)) return [refused(deps)];
    if (!isTemporalSilent(error) && !(error instanceof Error)) throw error;
    const why = `It does not answer at ${address}.`;
    const remedy =
      'Is it running, and is TEMPORAL_ADDRESS right? For Temporal Cloud set TEMPORAL_API_KEY too. Doors and starting go on meanwhile; what waits is told to it afterwards.';
    return [check('temporal', 'Temporal', { verdict: 'failed', why, remedy })];
  }
  try {
    return await checkNamespace(deps);
  } catch (error) {
    if (!isTemporalRefusal(error)) throw error;
    return [refused(deps)];
  }
}

/** Web and workers would be refused in the same way. */
function refused({ config }: Asked): Check {
  const { address, namespace } = config.temporal;
  return check('temporal', 'Temporal', {
    verdict: 'failed',
    why: `It answers at ${address}, and does not let us into the namespace ${namespace}.`,
    remedy:
      'Check TEMPORAL_NAMESPACE (in Temporal Cloud with its account, such as classes.a1b2c) and TEMPORAL_API_KEY: has the key run out, and may its owner write to this namespace?',
  });
}

async function checkNamespace({ temporal, config }: Asked): Promise<Check[]> {
  const { address, namespace } = config.temporal;
  const { exists, missingAttributes, store } = await temporal.inspect();
  const there = answering(address, config.production && store === 'sqlite');
  const ofNamespace = check('namespace', 'Namespace', {
    verdict: exists ? 'passed' : 'failed',
    why: exists ? `The namespace ${namespace} is there.` : `It has no namespace ${namespace}.`,
    remedy: `temporal operator namespace create -n ${namespace} --retention 720h`,
  });
  if (!exists) return [there, ofNamespace];
  const ofAttributes = check('search attributes', 'Search attributes', {
    verdict: missingAttributes.length === 0 ? 'passed' : 'warning',
    why: missingAttributes.length === 0 ? 'All are there.' : `Missing: ${missingAttributes.join(', ')}.`,
    remedy: 'A worker adds them when it starts; in Temporal Cloud add them by hand, each of type Keyword.',
  });
  return [there, ofNamespace, ofAttributes, ofSchedules(await temporal.schedules.list())];
}

function answering(address: string, isForDevelopment: boolean): Check {
  const forWhat = isForDevelopment ? ' It is a development server, which Temporal does not intend for production.' : '';
  return check('temporal', 'Temporal', {
    verdict: isForDevelopment ? 'warning' : 'passed',
    why: `It answers at ${address}.${forWhat}`,
    remedy:
      'Before real classes, go over to Temporal Cloud, the server of docker-compose.yml, or a cluster of your own.',
  });
}

function ofSchedules(rows: readonly ScheduleRow[]): Check {
  const missing = rows.filter(({ exists }) => !exists).map(({ name }) => name);
  const paused = rows.filter((row) => row.paused).map(({ name }) => name);
  const words = [
    ...(missing.length > 0 ? [`Not there yet: ${missing.join(', ')}.`] : []),
    ...(paused.length > 0 ? [`Paused by somebody: ${paused.join(', ')}.`] : []),
  ];
  return check('schedules', 'Schedules', {
    verdict: words.length === 0 ? 'passed' : 'warning',
    why: words.length === 0 ? 'All are there, and run.' : words.join(' '),
    remedy: 'A worker makes them within a minute of its start; one that is paused goes on in the Temporal UI.',
  });
}
