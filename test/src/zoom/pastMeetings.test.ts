import { participantsSchema } from '../../../src/zoom/pastMeetings';

const ROW = {
  id: 'zoom-1',
  user_id: '16778240',
  name: 'Sam',
  user_email: 'sam@example.test',
  registrant_id: 'registrant-1',
  join_time: '2026-12-01T10:00:00Z',
  leave_time: '2026-12-01T10:20:00Z',
  duration: 1_200,
  status: 'in_meeting',
};

const READ = {
  sessionUserId: '16778240',
  zoomUserId: 'zoom-1',
  name: 'Sam',
  email: 'sam@example.test',
  registrantId: 'registrant-1',
  joinTime: new Date('2026-12-01T10:00:00Z'),
  leaveTime: new Date('2026-12-01T10:20:00Z'),
  leftAtOnce: false,
  inWaitingRoom: false,
  seconds: 1_200,
};

const read = (row: object) => participantsSchema.parse({ participants: [{ ...ROW, ...row }, ROW] }).participants;

it.each([
  ['no name', { name: null }, { name: '' }],
  ['a name without end', { name: 'x'.repeat(400) }, { name: 'x'.repeat(255) }],
  ['an address without end', { user_email: 'x'.repeat(400) }, { email: 'x'.repeat(254) }],
  [
    'ids that are no ASCII',
    { id: 'é', registrant_id: '☃', user_id: 'ü' },
    {
      zoomUserId: null,
      registrantId: null,
      sessionUserId: null,
    },
  ],
  ['numbers for text', { user_id: 16_778_240, name: 7 }, { name: '7' }],
  ['things for text', { id: {}, name: [] }, { zoomUserId: null, name: '' }],
  ['no times', { join_time: '', leave_time: null, duration: null }, { joinTime: null, leaveTime: null, seconds: null }],
  ['a leaving before the coming', { leave_time: '2026-12-01T09:00:00Z' }, { leaveTime: null, leftAtOnce: true }],
  ['a leaving as they came', { leave_time: ROW.join_time }, { leaveTime: null, leftAtOnce: true }],
])('a row of Zoom’s list with %s is read as far as it goes, and the others whole', (_what, row, as) => {
  expect(read(row)).toEqual([{ ...READ, ...as }, READ]);
});

it('what is no row at all is no answer', () => {
  expect(participantsSchema.safeParse({ participants: ['Sam'] }).success).toBe(false);
  expect(participantsSchema.safeParse({}).success).toBe(false);
});
