import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { History } from '@temporalio/common/lib/proto-utils';
import { bundleWorkflowCode, DefaultLogger, Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { forbiddenIn, historyTexts } from '../support/historyTexts';
import { readHistory } from '../support/historyFile';
import { quietTemporal } from '../support/quietTemporal';
import { SCENARIOS } from './scenarios';

const HISTORIES = path.join(__dirname, '../histories');
const names = readdirSync(HISTORIES)
  .filter((file) => file.endsWith('.json'))
  .map((file) => path.basename(file, '.json'));

const load = (name: string) => readHistory(path.join(HISTORIES, `${name}.json`));
const bundle = (workflowsPath: string) => bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });

let today: WorkflowBundleWithSourceMap;
let changed: WorkflowBundleWithSourceMap;

beforeAll(async () => {
  quietTemporal();
  today = await bundle(require.resolve('../../workflows'));
  changed = await bundle(require.resolve('./changedWorkflows'));
});

/** The names of the errors that replaying each history gives, "" where it went through. */
async function replay(workflowBundle: WorkflowBundleWithSourceMap, histories: Readonly<Record<string, History>>) {
  const errors: Record<string, string> = {};
  const runs = Object.entries(histories).map(([workflowId, history]) => ({ workflowId, history }));
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle }, runs)) {
    errors[workflowId] = error?.name ?? '';
  }
  return errors;
}

const allHistories = () => Object.fromEntries(names.map((name) => [name, load(name)]));
const each = (error: string) => Object.fromEntries(names.map((name) => [name, error]));

describe('recorded histories', () => {
  it('are there for every scenario', () => {
    expect([...names].sort()).toEqual([...Object.keys(SCENARIOS), 'continuedAsNew'].sort());
  });

  it('replay with the workflows of today', async () => {
    expect(await replay(today, allHistories())).toEqual(each(''));
  });

  it('do not replay with workflows that do something else', async () => {
    expect(await replay(changed, allHistories())).toEqual(each('DeterminismViolationError'));
  });

  it('do not replay when they tell of another step than the workflow takes', async () => {
    const history = load('cancelledAfterMade');
    const step = history.events?.find(
      ({ activityTaskScheduledEventAttributes: attributes }) => attributes?.activityType?.name === 'makeMeeting',
    );
    const type = step?.activityTaskScheduledEventAttributes?.activityType;
    if (!type) throw new Error('The history holds no makeMeeting.');
    type.name = 'settleClass';
    expect(await replay(today, { tampered: history })).toEqual({ tampered: 'DeterminismViolationError' });
  });

  it.each(names)('hold no address, URL or token: %s', (name) => {
    expect(forbiddenIn(historyTexts(load(name)))).toEqual([]);
  });

  it('hold what they were recorded for', () => {
    const eventsOf = (name: string) => JSON.stringify(load(name));
    expect(eventsOf('settled')).toContain('settleClass');
    expect(eventsOf('overrunsIntoNext')).toContain('lookAtOverrun');
    for (const step of ['rehearse', 'lookAtRoom']) expect(eventsOf('rehearsedAndLookedAt')).toContain(step);
    expect(eventsOf('lostReplyAdopted')).toContain('resolveAttempts');
    expect(eventsOf('rescheduled')).toContain('updateMeeting');
    expect(eventsOf('cancelledAfterMade')).toContain('removeMeetings');
    expect(eventsOf('incidentOfTeacher')).toContain('sendIncidentMails');
    expect(eventsOf('incidentNobodyHeardOf')).not.toContain('sendIncidentMails');
    expect(eventsOf('connectionRenewedAndRefused')).toContain('refreshConnection');
    expect(eventsOf('pushedAfterOutage')).toContain('pushDueEvents');
    expect(eventsOf('invitedAtSecondTry').match(/sendAccountMails/g)?.length).toBeGreaterThan(1);
    expect(eventsOf('stepsFail')).toContain('activityTaskFailedEventAttributes');
    expect(eventsOf('continuedAsNew')).toContain('workflowExecutionContinuedAsNewEventAttributes');
  });
});
