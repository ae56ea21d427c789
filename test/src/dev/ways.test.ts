import { firstThatWorks, type Way } from '../../../src/dev/provision/ways';

function way(name: string, outcome: string | Error): Way<string> {
  return { name, attempt: () => (outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome)) };
}

const wish = { what: 'database', advice: 'Install MariaDB.' };

it('takes the first way that works, without trying the rest', async () => {
  const said: string[] = [];
  const later = jest.fn(() => Promise.resolve('Docker'));
  const ways = [way('PATH', new Error('not there')), way('package', 'apt'), { name: 'Docker', attempt: later }];
  expect(await firstThatWorks({ ...wish, ways }, (text) => said.push(text))).toBe('apt');
  expect(later).not.toHaveBeenCalled();
});

it('says which ways were tried, why each failed, and what to install', async () => {
  const ways = [
    way('PATH', new Error('mariadbd is not there')),
    way('Docker', new Error('the engine does not answer')),
  ];
  await expect(firstThatWorks({ ...wish, ways }, () => undefined)).rejects.toThrow(
    [
      'No database could be had. These ways were tried:',
      '  - PATH: mariadbd is not there',
      '  - Docker: the engine does not answer',
      'Install MariaDB.',
    ].join('\n'),
  );
});
