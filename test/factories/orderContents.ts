/** What a shop sends of an order with three guests. */
export function orderContent(teacherEmail: string, changed: Readonly<Record<string, unknown>> = {}) {
  return {
    title: 'Maths 7B',
    teacher: { email: teacherEmail },
    buyer: { email: 'mia@buyers.test', firstName: 'Mia', lastName: 'Berg', timeZone: 'Europe/Berlin', language: 'de' },
    guests: [
      { email: 'mum@guests.test', name: 'Mum Berg', timeZone: 'Europe/London', language: 'en' },
      { email: 'dad@guests.test', name: null, timeZone: null, language: null },
      { email: 'sis@guests.test', name: 'Sis', timeZone: null, language: null },
    ],
    ...changed,
  };
}

export function classDateContent(changed: Readonly<Record<string, unknown>> = {}) {
  return { localStart: '2030-01-15T10:00', timeZone: 'Europe/Berlin', durationMinutes: 60, ...changed };
}
