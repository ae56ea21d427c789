import { createRoomsFirst } from '../../../src/temporal/roomsFirst';

/** Work that ends when it is told to. */
function begun() {
  let end = () => {};
  const done = new Promise<void>((resolve) => (end = resolve));
  return { work: () => done, end };
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

it('mails go at once while no room is being made', async () => {
  await createRoomsFirst().mailsMayGo();
});

it('mails wait until the last of the rooms is made, also when one fails', async () => {
  const roomsFirst = createRoomsFirst();
  const [one, other] = [begun(), begun()];
  const first = roomsFirst.room(one.work);
  const second = roomsFirst.room(async () => {
    await other.work();
    throw new Error('Zoom said no');
  });
  const gone = jest.fn();
  const mails = roomsFirst.mailsMayGo().then(gone);
  one.end();
  await first;
  await jest.advanceTimersByTimeAsync(1);
  expect(gone).not.toHaveBeenCalled();
  other.end();
  await expect(second).rejects.toThrow('Zoom said no');
  await mails;
  expect(gone).toHaveBeenCalledTimes(1);
});

it('mails wait ten seconds and no longer for a Zoom that does not answer', async () => {
  const roomsFirst = createRoomsFirst();
  const stuck = begun();
  const room = roomsFirst.room(stuck.work);
  const gone = jest.fn();
  const mails = roomsFirst.mailsMayGo().then(gone);
  await jest.advanceTimersByTimeAsync(9_999);
  expect(gone).not.toHaveBeenCalled();
  await jest.advanceTimersByTimeAsync(1);
  await mails;
  expect(gone).toHaveBeenCalledTimes(1);
  stuck.end();
  await room;
});
