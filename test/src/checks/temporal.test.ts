import { ServiceError } from '@temporalio/client';
import { checkTemporal } from '../../../src/checks/temporal';
import { looked, needsSomebody, type Check } from '../../../src/checks/check';
import { testConfig } from '../../support/config';
import { RecordingTemporal } from '../../support/recordingTemporal';

const config = testConfig({ DATABASE_URL: 'mysql://nobody@127.0.0.1:9/none', TEMPORAL_NAMESPACE: 'classes' });

/** As gRPC has it. */
function answered(code: number): ServiceError {
  return Object.assign(new ServiceError('Request unauthorized.'), { code, details: '', metadata: {} });
}

async function judge(changed: Partial<RecordingTemporal>): Promise<Check[]> {
  return checkTemporal({ temporal: Object.assign(new RecordingTemporal(), changed), config });
}

it.each([
  ['by a wrong key', { check: () => Promise.reject(answered(16)) }],
  ['at its namespace', { inspect: () => Promise.reject(answered(7)) }],
  [
    'with its schedules',
    { schedules: { ...new RecordingTemporal().schedules, list: () => Promise.reject(answered(7)) } },
  ],
])('fails where Temporal answers and refuses us %s, and says what to look at', async (_where, changed) => {
  const checks = await judge(changed);
  expect(checks).toEqual([expect.objectContaining({ name: 'temporal', verdict: 'failed' })]);
  expect(checks[0]?.why).toContain('does not let us into the namespace classes');
  expect(checks[0]?.remedy).toContain('TEMPORAL_API_KEY');
});

it('fails otherwise where there is no answer, and passes where all is well', async () => {
  const [silent] = await judge({ check: () => Promise.reject(answered(14)) });
  expect([silent?.verdict, silent?.why]).toEqual(['failed', expect.stringContaining('does not answer')]);
  expect((await judge({})).map(({ verdict }) => verdict)).toEqual(['passed', 'passed', 'passed', 'passed']);
});

const inspected = (changed: object) => ({
  inspect: async () => ({ ...(await new RecordingTemporal().inspect()), ...changed }),
});
const listed = (changed: object) => ({
  schedules: {
    ...new RecordingTemporal().schedules,
    list: () => {
      const row = { exists: true, paused: false, lastRunAt: null, nextRunAt: null };
      return Promise.resolve([
        { name: 'sweep' as const, ...row },
        { name: 'cleanup' as const, ...row, ...changed },
      ]);
    },
  },
});

it.each([
  ['namespace', 'failed', inspected({ exists: false }), 'no namespace classes', 'namespace create -n classes'],
  ['search attributes', 'warning', inspected({ missingAttributes: ['Phase'] }), 'Missing: Phase.', 'type Keyword'],
  ['schedules', 'warning', listed({ exists: false }), 'Not there yet: cleanup.', 'A worker makes them'],
  ['schedules', 'warning', listed({ paused: true }), 'Paused by somebody: cleanup.', 'goes on in the Temporal UI'],
] as const)('%s: %s where something is wrong with it', async (name, verdict, changed, why, remedy) => {
  const checks = await judge(changed);
  expect(checks.filter((check) => check.verdict !== 'passed')).toEqual([
    expect.objectContaining({
      ...{ name, verdict },
      why: expect.stringContaining(why) as string,
      remedy: expect.stringContaining(remedy) as string,
    }),
  ]);
});

it('warns of a development server in production, and only there', async () => {
  const ofServer = async (production: boolean) => {
    const temporal = Object.assign(new RecordingTemporal(), inspected({ store: 'sqlite' }));
    return (await checkTemporal({ temporal, config: { ...config, production } }))[0];
  };
  expect(await ofServer(true)).toMatchObject({
    verdict: 'warning',
    why: expect.stringContaining('development server') as string,
    remedy: expect.stringContaining('Temporal Cloud') as string,
  });
  expect(await ofServer(false)).toMatchObject({ verdict: 'passed' });
});

describe('a look that goes wrong', () => {
  const broken = () => looked('sizes', 'Tables', () => Promise.reject(new RangeError('out of reach')));

  it('is no success, and keeps its words to itself', async () => {
    const [check] = await broken();
    expect(check).toMatchObject({
      name: 'sizes',
      verdict: 'not looked at',
      why: expect.stringContaining('RangeError') as string,
    });
    expect(check?.why).not.toContain('out of reach');
    expect(needsSomebody(await broken())).toBe(true);
  });

  it('is not the same as somebody who does not say', () => {
    const check = (verdict: Check['verdict']) => ({ name: 'zoom', title: 'Zoom', verdict, why: '', remedy: null });
    expect(needsSomebody([check('unknown'), check('warning'), check('passed')])).toBe(false);
    expect(needsSomebody([check('passed'), check('failed')])).toBe(true);
  });
});
