import { checkSettings } from '../../../src/checks/settings';
import { testConfig } from '../../support/config';

const config = testConfig({ DATABASE_URL: 'mysql://nobody@127.0.0.1:9/none' });

it('warns of each weak setting by its name, and passes where none is weak', () => {
  const weak = [
    { name: 'SIGNING_KEYS', why: 'It is short.' },
    { name: 'SUPPORT_EMAIL', why: 'Nobody reads it.' },
  ];
  expect(checkSettings({ config: { ...config, weak } })).toEqual(
    weak.map(({ name, why }) => ({
      ...{ name: 'settings', title: `Setting ${name}`, verdict: 'warning', why },
      remedy: 'Then start every process again.',
    })),
  );
  expect(checkSettings({ config: { ...config, weak: [] } })).toMatchObject([{ verdict: 'passed', remedy: null }]);
});
