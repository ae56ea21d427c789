import fc from 'fast-check';
import { groupStrangers, type StrangerIds } from '../../../src/domain/strangers';

const stay = (id: number, ids: Partial<StrangerIds> = {}): StrangerIds => ({
  ...{ instanceId: 1, zoomSessionUserId: String(id), parentSessionUserId: null },
  ...{ zoomUserId: null, participantUuid: null, registrantId: null },
  ...ids,
});

it('keeps stays apart that share no id, whatever their names', () => {
  expect(groupStrangers([stay(1), stay(2)]).map(({ keys }) => keys)).toEqual([['stay:1:1'], ['stay:1:2']]);
});

it('puts together what shares an id, also over a third stay, and names the surest key first', () => {
  const stays = [
    stay(1, { participantUuid: 'p' }),
    stay(2, { zoomUserId: 'z' }),
    stay(3, { participantUuid: 'p', zoomUserId: 'z' }),
  ];
  const [stranger, ...others] = groupStrangers(stays);
  expect(others).toEqual([]);
  expect(stranger?.keys).toEqual(['zoom:z', 'person:p', 'stay:1:1', 'stay:1:2', 'stay:1:3']);
});

it('knows who is in a breakout room by their stay in the meeting, each run by itself', () => {
  const room = stay(2, { parentSessionUserId: '1' });
  expect(groupStrangers([room, stay(1)])).toHaveLength(1);
  expect(groupStrangers([room, stay(1, { instanceId: 2 })])).toHaveLength(2);
});

it('says the same in any order, and loses nobody', () => {
  const id = fc.option(fc.constantFrom('a', 'b'), { nil: null });
  const stays = fc
    .array(fc.record({ zoomUserId: id, participantUuid: id, registrantId: id }), { maxLength: 7 })
    .map((some) => some.map((ids, index) => stay(index, ids)));
  fc.assert(
    fc.property(
      stays.chain((some) => fc.tuple(fc.constant(some), fc.shuffledSubarray(some, { minLength: some.length }))),
      ([some, shuffled]) => {
        const keysOf = (of: readonly StrangerIds[]) =>
          groupStrangers(of)
            .map(({ keys }) => keys.join(' '))
            .sort();
        expect(keysOf(shuffled)).toEqual(keysOf(some));
        expect(groupStrangers(some).flatMap(({ stays: theirs }) => theirs)).toHaveLength(some.length);
      },
    ),
  );
});
