import { createRoomsFirst, type RoomsFirst } from '../../../src/temporal/roomsFirst';

let roomsFirst: RoomsFirst;

beforeEach(() => {
  jest.useFakeTimers();
  roomsFirst = createRoomsFirst();
});
afterEach(() => jest.useRealTimers());

function begin(rooms: number): void {
  for (let room = 0; room < rooms; room += 1) roomsFirst.begin();
}

it('a few rooms are no rush, and mails go at once', async () => {
  begin(9);
  expect(roomsFirst.isRush()).toBe(false);
  await roomsFirst.mailsMayGo();
});

it('many within five seconds are one, for as long as others follow', async () => {
  begin(9);
  await jest.advanceTimersByTimeAsync(4_900);
  begin(1);
  expect(roomsFirst.isRush()).toBe(true);
  await jest.advanceTimersByTimeAsync(200);
  expect(roomsFirst.isRush()).toBe(false);
});

it('mails wait until it is over', async () => {
  begin(10);
  const gone = jest.fn();
  const mails = roomsFirst.mailsMayGo().then(gone);
  await jest.advanceTimersByTimeAsync(4_700);
  begin(10);
  await jest.advanceTimersByTimeAsync(4_700);
  expect(gone).not.toHaveBeenCalled();
  await jest.advanceTimersByTimeAsync(1_000);
  await mails;
  expect(gone).toHaveBeenCalledTimes(1);
});

it('mails wait for the first minute of one that does not end, all of them together', async () => {
  const gone = jest.fn();
  begin(10);
  const first = roomsFirst.mailsMayGo().then(gone);
  for (let second = 0; second < 59; second += 1) {
    begin(10);
    await jest.advanceTimersByTimeAsync(1_000);
  }
  expect(gone).not.toHaveBeenCalled();
  begin(10);
  await jest.advanceTimersByTimeAsync(1_500);
  await first;
  await roomsFirst.mailsMayGo();
  expect(gone).toHaveBeenCalledTimes(1);
});

it('mails wait in each of two rushes, though nobody has asked in the quiet hour between', async () => {
  begin(10);
  expect(roomsFirst.isRush()).toBe(true);
  await jest.advanceTimersByTimeAsync(3_600_000);
  const gone = jest.fn();
  begin(10);
  const mails = roomsFirst.mailsMayGo().then(gone);
  await jest.advanceTimersByTimeAsync(4_000);
  expect(gone).not.toHaveBeenCalled();
  await jest.advanceTimersByTimeAsync(2_000);
  await mails;
});
