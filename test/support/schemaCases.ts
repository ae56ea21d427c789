/** JSON Schema, as far as our document makes use of it. */
export interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
  readonly examples?: readonly unknown[];
}

/** A body with one thing wrong in it. */
export interface WrongBody {
  /** where, as a JSON pointer */
  readonly pointer: string;
  readonly what: string;
  readonly body: unknown;
}

/** The whole body, with that value in this place. */
type Put = (value: unknown) => unknown;

const OF_EACH_TYPE: Readonly<Record<string, unknown>> = {
  string: 'a text',
  integer: 7,
  number: 1.5,
  boolean: true,
  array: ['a text'],
  object: { a: 'text' },
};
/** A NUL, a line break, a mark: some pattern or other refuses each. */
const ODD_TEXTS = ['\u0000', 'a\nb', '!', ' '];

/** Something that the schema takes: its own example where it gives one. */
export function sampleOf(given: Schema): unknown {
  const schema = known(given);
  if (schema.examples?.length) return schema.examples[0];
  if (schema.enum) return schema.enum[0];
  const { type = 'string' } = schema;
  switch (type) {
    case 'object':
      return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, one]) => [name, sampleOf(one)]));
    case 'array':
      return [sampleOf(schema.items ?? {})];
    case 'integer':
      return schema.minimum ?? 1;
    default:
      return OF_EACH_TYPE[type];
  }
}

/** The body with every field wrong in turn, in every way that the schema can say. */
export function wrongBodies(schema: Schema, body: unknown): WrongBody[] {
  return wrongAt(schema, body, '', (value) => value);
}

function wrongAt(given: Schema, value: unknown, pointer: string, put: Put): WrongBody[] {
  const schema = known(given);
  const mayBeNull = given.anyOf?.some(({ type }) => type === 'null') ?? false;
  const here = [
    ...wrongTypes(schema, mayBeNull).map(([what, wrong]) => ({ pointer, what, body: put(wrong) })),
    ...wrongValues(schema, value).map(([what, wrong]) => ({ pointer, what, body: put(wrong) })),
  ];
  if (schema.type === 'object') return [...here, ...wrongInObject(schema, value as object, pointer, put)];
  if (schema.type !== 'array' || !schema.items) return here;
  const [first, ...rest] = value as readonly unknown[];
  return [...here, ...wrongAt(schema.items, first, `${pointer}/0`, (wrong) => put([wrong, ...rest]))];
}

function wrongTypes({ type }: Schema, mayBeNull: boolean): (readonly [string, unknown])[] {
  const others = Object.entries(OF_EACH_TYPE).filter(([name]) => name !== type);
  const wrong = others.map(([name, value]) => [`a ${name} for a ${type}`, value] as const);
  return mayBeNull ? wrong : [...wrong, ['null', null]];
}

function wrongValues(schema: Schema, value: unknown): (readonly [string, unknown])[] {
  const { pattern, minLength = 0, maxLength, minimum, maximum, maxItems } = schema;
  const odd = pattern === undefined ? [] : ODD_TEXTS.filter((text) => !new RegExp(pattern, 'u').test(text));
  return [
    ...odd.map((text) => [`a text with ${JSON.stringify(text)}`, text] as const),
    ...(minLength > 0 ? [['too short', ''] as const] : []),
    ...(maxLength === undefined ? [] : [['too long', 'x'.repeat(maxLength + 1)] as const]),
    ...(minimum === undefined ? [] : [['too small', minimum - 1] as const]),
    ...(maximum === undefined ? [] : [['too large', maximum + 1] as const]),
    ...(schema.enum ? [['an unknown word', 'no such word'] as const] : []),
    ...(maxItems === undefined ? [] : [['too many', manyOf((value as readonly unknown[])[0], maxItems + 1)] as const]),
  ];
}

function wrongInObject(schema: Schema, value: object, pointer: string, put: Put): WrongBody[] {
  const { properties = {}, required = [] } = schema;
  const fields = new Map<string, unknown>(Object.entries(value));
  const withField = (name: string, one: unknown) => put(asObject(new Map([...fields, [name, one]])));
  const without = (name: string) => put(asObject(new Map([...fields].filter(([other]) => other !== name))));
  return [
    ...Object.entries(properties).flatMap(([name, one]) =>
      wrongAt(one, fields.get(name), `${pointer}/${name}`, (wrong) => withField(name, wrong)),
    ),
    ...required.map((name) => ({ pointer: `${pointer}/${name}`, what: 'missing', body: without(name) })),
    ...['noSuchField', '__proto__', 'constructor'].map((name) => {
      return { pointer: `${pointer}/${name}`, what: 'not to be there', body: withField(name, { admin: true }) };
    }),
  ];
}

/** Also with a field `__proto__`, which an object literal would take for something else. */
function asObject(fields: ReadonlyMap<string, unknown>): object {
  const made = {};
  for (const [name, value] of fields) {
    Object.defineProperty(made, name, { value, enumerable: true, configurable: true, writable: true });
  }
  return made;
}

function manyOf(item: unknown, count: number): unknown[] {
  return Array.from({ length: count }, () => item);
}

/** Where null will do as well, the schema of what else does. */
function known(schema: Schema): Schema {
  return schema.anyOf?.find(({ type }) => type !== 'null') ?? schema;
}
