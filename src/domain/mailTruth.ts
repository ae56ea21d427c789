import type { ClassToTell } from './told';
import type { ClassMailKind } from './mails';

/**
 * Whether a mail that was planned may still go out: the class may have been changed between the plan and the sending.
 *
 * @param userId of the teacher it goes to; null where it goes to the holder of a pass
 */
export function isStillTrue(
  kind: ClassMailKind,
  userId: number | null,
  { state, teacherId }: Pick<ClassToTell, 'state' | 'teacherId'>,
): boolean {
  if (kind === 'cancelled' || kind === 'missed') return state === kind;
  // A link that was asked for, too: it would count as word that the class is off, and say the contrary.
  if (state === 'cancelled' || state === 'missed') return false;
  // To its teacher or to admins; whether it was mended is asked apart.
  if (kind === 'class_at_risk') return true;
  return kind === 'teacher_released' ? userId !== teacherId : userId === null || userId === teacherId;
}
