import { randomBytes } from 'node:crypto';
import { createPool } from 'mysql2/promise';
import { newPass } from '../../src/commands/newPass';
import { inTransaction } from '../../src/db/transaction';
import type { Deps } from '../../src/deps';
import type { ClassDate } from '../../src/models/ClassDate';
import { User } from '../../src/models/User';
import { ZoomSecureToken } from '../../src/models/ZoomSecureToken';
import { bookHerd, connectTeachers, simulatedTeachers } from '../support/classHerd';
import { startProcessStack } from '../support/processStack';
import { percentile } from '../support/report';

const CLASSES = 120;
const PASSES = 100;
const WARM_UP = 20;

export interface PassesResult {
  /** ms, p99, for a hundred passes made and committed */
  readonly made: number;
  /** the same rows by one bare INSERT */
  readonly floor: number;
}

/** A hundred people's passes for one class, again and again, beside the bare rows. */
export async function runPasses(): Promise<PassesResult> {
  const hosts = simulatedTeachers(1);
  const stack = await startProcessStack({ users: hosts, seed: 1 });
  const bare = createPool({ uri: stack.deps.config.database.url, timezone: 'Z' });
  try {
    const teachers = await connectTeachers(stack.deps, hosts);
    const herd = await bookHerd(stack.deps, { teachers, classes: CLASSES, recipients: 1, opensAt: () => new Date() });
    const people = await User.bulkCreate(Array.from({ length: PASSES }, (_, index) => student(index)));
    const floor: number[] = [];
    const made: number[] = [];
    for (const classDate of herd) {
      const rows = bareRows(classDate.id);
      floor.push(await took(() => bare.query(BARE_INSERT, [rows])));
      made.push(await took(() => makePasses(stack.deps, classDate, people)));
    }
    return { made: percentile(made.slice(WARM_UP), 0.99), floor: percentile(floor.slice(WARM_UP), 0.99) };
  } finally {
    await bare.end();
    await stack.close();
  }
}

function student(index: number) {
  return { role: 'student' as const, email: `student${index}@students.test`, firstName: 'Sam', lastName: `${index}` };
}

async function makePasses(deps: Deps, classDate: ClassDate, people: readonly User[]): Promise<void> {
  await inTransaction(deps.db, (transaction) => {
    const passes = people.map(({ id, email }) => newPass(deps, classDate, { userId: id, guestId: null, email }));
    return ZoomSecureToken.bulkCreate(passes, { transaction });
  });
}

const BARE_INSERT = `INSERT INTO zoom_secure_tokens (class_date_id, email, token, key_id, created_at, updated_at) VALUES ?`;

function bareRows(classDateId: number): unknown[][] {
  const now = new Date();
  return Array.from({ length: PASSES }, (_, index) => {
    return [classDateId, `nobody${index}@students.test`, randomBytes(32).toString('hex'), 's1', now, now];
  });
}

async function took(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
