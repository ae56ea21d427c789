interface Login {
  readonly email: string;
  readonly password: string;
}

/** What `.dev/state.json` holds, and what the screen after the start shows. */
export interface StartedState {
  readonly web: string;
  readonly mailbox: string | undefined;
  readonly zoom: string | undefined;
  readonly temporalUi: string | undefined;
  readonly temporalAddress: string;
  readonly databaseUrl: string;
  readonly admin: Login;
  readonly teacher: Login;
}

export function summary(state: StartedState, seconds: number, logs: string): string {
  const rows: (readonly [string, string | undefined])[] = [
    ['Web', state.web],
    ['  admin', `${state.admin.email}   password ${state.admin.password}`],
    ['  teacher', `${state.teacher.email}   password ${state.teacher.password}`],
    ['Mailbox', state.mailbox],
    ['Zoom stand-in', state.zoom],
    ['Temporal UI', state.temporalUi],
  ];
  const lines = rows.flatMap(([name, value]) => (value ? [`  ${name.padEnd(15)} ${value}`] : []));
  return `
Everything runs, after ${seconds.toFixed(1)} s.

${lines.join('\n')}

${nextSteps(state).join('\n')}

Logs are in ${logs}. Ctrl-C stops everything; npm start goes on from here, npm start -- --fresh begins anew.
`;
}

function nextSteps({ mailbox, zoom }: StartedState): string[] {
  if (!zoom)
    return ['Next: sign in as admin, look at the Zoom settings, and let a teacher connect their Zoom account.'];
  const steps = [
    ...(mailbox ? ['In the mailbox a reminder arrives: open it, press Join Live Class Now, then Join.'] : []),
    'In the Zoom stand-in let the host start, leave, or end the meeting.',
    "On the class's page (sign in as admin) and in the Temporal UI watch it become ready, live, ended and settled.",
  ];
  return ['A demo class opens within a minute:', ...steps.map((step, index) => `  ${index + 1}. ${step}`)];
}
