import { addMinutes } from '../../../src/domain/clock';
import { planIncident, type IncidentFacts } from '../../../src/domain/incidents';

const OPENED = new Date('2026-12-01T10:00:00Z');
const at = (minutes: number) => addMinutes(OPENED, minutes);

function facts(changes: Partial<IncidentFacts> = {}): IncidentFacts {
  return { cause: 'zoom_credentials', openedAt: OPENED, closedAt: null, nextClassAt: null, ...changes };
}

const kinds = (changes: Partial<IncidentFacts>, minutes: number) =>
  planIncident(facts(changes), at(minutes)).mails.map(({ kind, version }) => `${kind} ${version}`);

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

  it('tells the teacher too, and again a day and two hours before their next class', () => {
    const teacher = { cause: 'teacher_connection', nextClassAt: at(26 * 60) } as const;
    expect(kinds(teacher, 0)).toEqual(['incident_opened 1', 'connect_zoom 1']);
    expect(kinds(teacher, 2 * 60)).toEqual(['incident_opened 1', 'connect_zoom 1', 'connect_zoom 2']);
    expect(kinds(teacher, 24 * 60)).toContain('connect_zoom 3');
  });

  it('reminds nobody who has just been told', () => {
    const soon = { cause: 'teacher_connection', nextClassAt: at(2 * 60 + 30) } as const;
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
