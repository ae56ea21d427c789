import { left, newUuid, started } from '../../support/meetingEvents';
import { toldSiteOfTests } from '../../support/toldSite';

const site = toldSiteOfTests();
const { temporal, tell, buildReadyClass } = site;

describe('what comes late', () => {
  it('after the close is evidence, and does not reopen the class', async () => {
    const { classDate, meeting } = await buildReadyClass({ state: 'ended', closedAt: new Date() });
    await tell(started(meeting, newUuid()));
    await classDate.reload();
    expect(classDate.state).toBe('ended');
    expect(classDate.evidenceAt).not.toBeNull();
    expect(temporal.hints).toEqual([]);
  });

  it('after the settlement is told to the workflow once, and a repeat is no evidence', async () => {
    const settledAt = new Date(Date.now() - 60_000);
    const { classDate, meeting } = await buildReadyClass({ state: 'settled', closedAt: settledAt, settledAt });
    const uuid = newUuid();
    const late = left(meeting, uuid, { user_id: '5', email: '' });
    await tell(late);
    await classDate.reload();
    const { evidenceAt } = classDate;
    expect(evidenceAt?.getTime()).toBeGreaterThan(settledAt.getTime());
    await tell(late);
    await classDate.reload();
    expect(classDate.evidenceAt).toEqual(evidenceAt);
    await tell(left(meeting, uuid, { user_id: '6', email: '' }));
    expect(temporal.hints).toEqual([`${classDate.id}: late evidence`]);
  });

  it('after the settlement does not wait for when Zoom’s list is read again', async () => {
    const settledAt = new Date(Date.now() - 60_000);
    const nextAttemptAt = new Date(Date.now() + 3_600_000);
    const fields = { state: 'settled', closedAt: settledAt, settledAt, nextAttemptAt } as const;
    const { classDate, meeting } = await buildReadyClass(fields);
    await tell(left(meeting, newUuid(), { user_id: '5', email: '' }));
    expect((await classDate.reload()).nextAttemptAt).toBeNull();
    // Once it is being settled again, it waits as Zoom has it.
    await classDate.update({ nextAttemptAt });
    await tell(left(meeting, newUuid(), { user_id: '6', email: '' }));
    expect((await classDate.reload()).nextAttemptAt).toEqual(nextAttemptAt);
  });
});
