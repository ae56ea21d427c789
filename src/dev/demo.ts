import { saveFirstZoomSettings } from '../commands/saveFirstZoomSettings';
import { loadConfigOrExit } from '../config/loadConfigOrExit';
import { closeDeps, createDeps, type Deps } from '../deps';
import { ClassDate } from '../models/ClassDate';
import { connectAtStandIn } from './demo/connectAtStandIn';
import { bookUpcoming } from './demo/bookUpcoming';
import { fillPast } from './demo/fillPast';
import { startRunningClass } from './demo/startRunningClass';
import { DEMO_PEOPLE, keepPeople, loginOf } from './demo/people';

/** The Zoom accounts at the stand-in that the demo's teachers connect. */
const ZOOM_EMAILS = { teacher: 'ada.lovelace@teachers.example', running: 'emmy.noether@teachers.example' };

/** Fills in the demo, as often as it is run, and prints the logins as one line of JSON for the launcher. */
async function main(): Promise<void> {
  const deps = createDeps(loadConfigOrExit());
  await saveFirstZoomSettings(deps);
  const people = await keepPeople(deps);
  // At the real Zoom nobody has consented yet, and demo classes would mail real people.
  if (usesStandIn(deps)) {
    await connectAtStandIn(deps, people.teacher.id, ZOOM_EMAILS.teacher);
    await connectAtStandIn(deps, people.running.id, ZOOM_EMAILS.running);
    if ((await ClassDate.count()) === 0) {
      await fillPast(deps, people);
      await startRunningClass(deps, people);
    }
    await bookUpcoming(deps, people);
  }
  const logins = { admin: loginOf(deps, DEMO_PEOPLE.admin), teacher: loginOf(deps, DEMO_PEOPLE.teacher) };
  process.stdout.write(`${JSON.stringify(logins)}\n`);
  await closeDeps(deps);
}

function usesStandIn({ config }: Deps): boolean {
  return new URL(config.zoom.oauthUrl).hostname === '127.0.0.1';
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
