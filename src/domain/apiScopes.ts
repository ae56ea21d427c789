/** What a key may do, each with the words for whoever gives it out. */
export const API_SCOPES = {
  'orders:read': 'see orders and class dates',
  'orders:write': 'book, move and cancel orders and class dates',
  'people:read': 'see your teachers and students',
  'people:write': 'make, change and disable your teachers and students',
  'join-links:read': 'hand out people’s personal join links',
  'attendance:read': 'see who was in a class',
  'events:read': 'follow what becomes of classes',
  'push-endpoints:read': 'see where that is pushed to',
  'push-endpoints:write': 'have that pushed to addresses, and make their signing secrets',
} as const;

export type ApiScope = keyof typeof API_SCOPES;

export function isApiScope(text: string): text is ApiScope {
  return Object.hasOwn(API_SCOPES, text);
}
