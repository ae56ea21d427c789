/** What each problem that a program can do something about means, and what to do. */
export const PROBLEM_WORDS: Readonly<Record<string, { readonly status: number; readonly words: string }>> = {
  unauthorized: { status: 401, words: 'There is no good key: none was sent, or it was withdrawn or has run out.' },
  insufficient_scope: { status: 403, words: 'The key lacks the scope that `WWW-Authenticate` names.' },
  too_many_calls: { status: 429, words: 'Call again after the seconds in `Retry-After`.' },
  too_many_wrong_keys: { status: 429, words: 'Calls without a good key; wait for the seconds in `Retry-After`.' },
  not_found: { status: 404, words: 'It is not there, or is not yours.' },
  method_not_allowed: { status: 405, words: 'See the header `Allow`.' },
  invalid_parameters: { status: 400, words: 'Part of the address is wrong; `errors` names each `parameter`.' },
  malformed_json: { status: 400, words: 'The body is no JSON.' },
  unreadable: { status: 400, words: 'The address cannot be read, or the body did not come through.' },
  too_large: { status: 413, words: 'The body is larger than 256 kB.' },
  not_json: { status: 415, words: 'Send `Content-Type: application/json`.' },
  encoded: { status: 415, words: 'Send the body without `Content-Encoding`.' },
  invalid_fields: {
    status: 422,
    words: 'Fields are wrong; `errors` names each by its JSON `pointer`. Nothing was saved.',
  },
  internal_error: { status: 500, words: 'A fault of ours; nothing was saved. Call again in a moment.' },
  changed_here: {
    status: 409,
    words: 'Somebody here has changed a field that you change. Read it, and send its name in `accept` to overwrite it.',
  },
  old_revision: { status: 409, words: 'A higher `revision` of it came before, or other content with the same one.' },
  address_taken: {
    status: 409,
    words: 'The address belongs to somebody else here. If it is the same person, an admin can hand them over to you.',
  },
  needs_admin: {
    status: 409,
    words:
      'Orders that are not yours name this person, or they sign in with a password: an admin here has to change the address, or to disable or enable them. Nothing was saved.',
  },
  order_cancelled: { status: 409, words: 'The order is cancelled; nothing of it can be changed.' },
  class_is_cancelled: { status: 409, words: 'The class is cancelled. Send `reopen=true` to have it take place.' },
  class_is_live: { status: 409, words: 'People are in the class. Send `force=true` to do it all the same.' },
  class_is_over: { status: 409, words: 'The class is over, or cancelled.' },
  cursor_too_old: {
    status: 410,
    words:
      'Events after the place in `after` are kept no more. Begin again without it, and read what your class dates are now.',
  },
  cursor_unknown: {
    status: 410,
    words:
      'The feed does not have the place in `after`: it is of another site, or this one was put back to a backup from before it. Begin again without it.',
  },
  too_many_endpoints: { status: 409, words: 'There are as many endpoints as you may have. Delete one first.' },
  changed_meanwhile: {
    status: 412,
    words:
      'It is another than your If-Match says, or was put again while it was being deleted. Read it again, then decide.',
  },
  exists_already: { status: 412, words: 'It exists, and you sent `If-None-Match: *`.' },
};
