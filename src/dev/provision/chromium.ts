import { installDebianPackages } from './debianPackages';
import { ask, requireProgram } from './programs';
import { firstThatWorks, type ProvisioningSession } from './ways';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** A browser for the tests that follow a click to the far end. */
export async function findChromium(session: ProvisioningSession, say: (text: string) => void): Promise<string> {
  return firstThatWorks(
    {
      what: 'Chromium',
      advice: 'Install Chromium or Google Chrome (Debian: apt-get install chromium), then try again.',
      ways: [
        { name: 'on PATH', attempt: () => findInstalled(session) },
        {
          name: "Debian's package",
          attempt: async () => {
            await installDebianPackages(session, ['chromium'], say);
            return findInstalled(session);
          },
        },
      ],
    },
    say,
  );
}

async function findInstalled(session: ProvisioningSession): Promise<string> {
  const program = requireProgram(session.environment, NAMES);
  await ask(program, ['--version']);
  return program;
}
