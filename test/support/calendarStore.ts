import ICAL from 'ical.js';

export interface StoredEntry {
  readonly uid: string;
  readonly sequence: number;
  readonly stamp: Date;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly summary: string;
  readonly location: string | null;
  readonly status: string | null;
}

export interface ReadFile {
  readonly method: string;
  readonly entry: StoredEntry;
  readonly organizer: string | null;
  readonly attendees: readonly string[];
}

/** A calendar file as another program reads it. */
export function readCalendarFile(text: string): ReadFile {
  const calendar = new ICAL.Component(ICAL.parse(text) as unknown[]);
  const [component, ...others] = calendar.getAllSubcomponents('vevent');
  if (!component || others.length > 0) throw new Error('The file holds not one entry.');
  const event = new ICAL.Event(component);
  const textOf = (name: string) => {
    const value = component.getFirstPropertyValue(name);
    return value === null ? null : String(value);
  };
  return {
    method: String(calendar.getFirstPropertyValue('method')),
    organizer: textOf('organizer'),
    attendees: component.getAllProperties('attendee').map((property) => String(property.getFirstValue()).toLowerCase()),
    entry: {
      uid: event.uid,
      sequence: event.sequence,
      stamp: new Date(textOf('dtstamp') ?? ''),
      startsAt: event.startDate.toJSDate(),
      endsAt: event.endDate.toJSDate(),
      summary: event.summary,
      location: textOf('location'),
      status: textOf('status'),
    },
  };
}

/** A calendar as mail programs keep it (RFC 5546 §2.1.5): a file counts when it is later than what is there. */
export class CalendarStore {
  readonly entries = new Map<string, StoredEntry>();

  import(text: string): void {
    const { method, entry } = readCalendarFile(text);
    const known = this.entries.get(entry.uid);
    if (method === 'CANCEL' && !known) return;
    if (known && !isLater(entry, known)) return;
    this.entries.set(entry.uid, entry);
  }

  /** The one entry there is. */
  only(): StoredEntry {
    const [entry, ...others] = [...this.entries.values()];
    if (!entry || others.length > 0) throw new Error(`The calendar has ${this.entries.size} entries.`);
    return entry;
  }
}

function isLater(one: StoredEntry, other: StoredEntry): boolean {
  return one.sequence > other.sequence || (one.sequence === other.sequence && one.stamp > other.stamp);
}
