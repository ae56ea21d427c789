const PASSWORD_MIN = 8;
/** The front of every list of leaked passwords, at our minimal length. */
const COMMON = ['password', '12345678', '123456789', '1234567890', 'qwertyuiop', 'iloveyou', 'password1', '11111111'];

/** What speaks against a password, in words for whoever chooses it; an empty list when nothing does. */
export function problemsOfPassword(password: string): string[] {
  return [
    ...(password.length < PASSWORD_MIN ? [`Use at least ${PASSWORD_MIN} characters; 15 or more are better.`] : []),
    ...(COMMON.includes(password.toLowerCase()) ? ['This password is on every list of leaked ones.'] : []),
  ];
}
