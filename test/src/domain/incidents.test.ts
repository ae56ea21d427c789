import { addMinutes } from '../../../src/domain/clock';
import { planIncident, type IncidentFacts } from '../../../src/domain/incidents';

const OPENED = new Date('2026-12-01T10:00:00Z');
const at = (minutes: number) => addMinutes(OPENED, minutes);

function facts(changes: Partial<IncidentFacts> = {}): IncidentFacts {
  return {
    cause: 'zoom_credentials',
    openedAt: OPENED,
    lastSeenAt: OPENED,
    closedAt: null,
    startsSoon: [],
    teacherToldAt: null,
    ...changes,
  };
}

const kinds = (changes: Partial<IncidentFacts>, minutes: number) =>
  planIncident(facts(changes), at(minutes)).mails.map(({ kind, version }) => `${kind} ${version}`);

/** In minutes after it was opened: each mail that the ledger does not have yet, as the incident is looked at. */
function remindedAt(starts: readonly Date[]): number[] {
  const ledger = new Map<string, number>([['connect_zoom 1', 0]]);
  for (let minute = 5; minute <= 5 * 24 * 60; minute += 5) {
    const startsSoon = starts.filter((start) => start > at(minute) && start <= at(minute + 24 * 60));
    const changes = {
      cause: 'teacher_connection',
      startsSoon,
      teacherToldAt: at(Math.max(...ledger.values())),
    } as const;
    for (const mail of kinds(changes, minute)) {
      if (mail.startsWith('connect_zoom') && !ledger.has(mail)) ledger.set(mail, minute);
    }
  }
  return [...ledger.values()].slice(1);
}

describe('planIncident', () => {
  it('tells of wrong credentials at once, and of an outage only when it has lasted five minutes', () => {
    expect(kinds({}, 0)).toEqual(['incident_opened 1']);
    expect(kinds({ cause: 'zoom_unreachable' }, 4)).toEqual([]);
    expect(kinds({ cause: 'zoom_unreachable' }, 5)).toEqual(['incident_opened 1']);
    expect(kinds({ cause: 'mail_unreachable' }, 5)).toEqual(['incident_opened 1']);
  });

  it('looks every minute at first, and then every five', () => {
    expect(planIncident(facts(), at(1))).toMatchObject({ phase: 'open', probes: true, nextLookAt: at(2) });
    expect(planIncident(facts(), at(60)).nextLookAt).toEqual(at(65));
  });

  it('does not look in the moment it was opened', () => {
    expect(planIncident(facts(), at(0))).toMatchObject({ probes: false, nextLookAt: at(1) });
  });

  it('looks a minute after the trouble was last seen, however long ago it was opened', () => {
    const seen = facts({ lastSeenAt: at(60) });
    expect(planIncident(seen, at(60.5))).toMatchObject({ probes: false, nextLookAt: at(61) });
    expect(planIncident(seen, at(61))).toMatchObject({ probes: true, nextLookAt: at(66) });
  });

  it('tells the teacher too, once', () => {
    const teacher = { cause: 'teacher_connection', startsSoon: [at(60)] } as const;
    expect(kinds(teacher, 0)).toEqual(['incident_opened 1', 'connect_zoom 1']);
    expect(kinds({ ...teacher, teacherToldAt: OPENED }, 40)).toEqual(['incident_opened 1', 'connect_zoom 1']);
  });

  it('reminds the teacher a day and two hours before each of their classes', () => {
    // On Tuesday, Thursday, and on Friday two.
    const starts = [26, 74, 96, 98.5].map((hours) => at(hours * 60));
    expect(remindedAt(starts)).toEqual([2, 24, 50, 72, 74.5, 94, 96.5].map((hours) => hours * 60));
  });

  it('reminds of two classes that start together, or within the hour, once', () => {
    expect(remindedAt([at(26 * 60), at(26 * 60), at(27 * 60)])).toEqual([2 * 60, 24 * 60]);
  });

  it('reminds anew of a class that was moved', () => {
    const reminder = (hours: number) => {
      const told = { teacherToldAt: at((hours - 4) * 60), startsSoon: [at(hours * 60)] };
      return kinds({ cause: 'teacher_connection', ...told }, (hours - 2) * 60 + 1).at(-1);
    };
    expect(reminder(26)).not.toBe(reminder(50));
  });

  it('reminds nobody who has just been told', () => {
    const soon = { cause: 'teacher_connection', startsSoon: [at(2 * 60 + 30)], teacherToldAt: OPENED } as const;
    expect(kinds(soon, 40)).toEqual(['incident_opened 1', 'connect_zoom 1']);
  });

  it('says that it is over when it has stayed so for five minutes, to those who had been told', () => {
    const closedAt = at(20);
    expect(planIncident(facts({ closedAt }), at(24))).toMatchObject({
      phase: 'closing',
      mails: [],
      nextLookAt: at(25),
    });
    expect(planIncident(facts({ closedAt }), at(25))).toMatchObject({ phase: 'done', nextLookAt: null });
    expect(kinds({ closedAt }, 25)).toEqual(['incident_closed 1']);
    expect(kinds({ cause: 'zoom_unreachable', closedAt: at(3) }, 60)).toEqual([]);
  });
});
