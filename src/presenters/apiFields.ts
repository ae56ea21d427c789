import { z } from 'zod';

/** One field of what is sent or answered, for the page that explains the API. */
export interface ApiField {
  /** such as `guests[].email` */
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
}

interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

/** The fields of a schema, those inside others after them. */
export function apiFields(schema: z.ZodType): ApiField[] {
  return fieldsIn(z.toJSONSchema(schema, { io: 'input', reused: 'inline' }) as JsonSchema, '');
}

function fieldsIn(schema: JsonSchema, inside: string): ApiField[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const full = `${inside}${name}`;
    const kinds = (field.anyOf ?? [field]).filter(({ type }) => type !== 'null');
    const [only = field] = kinds;
    const nested =
      only.type === 'array'
        ? fieldsIn(only.items ?? {}, `${full}[].`)
        : kinds.flatMap((one) => fieldsIn(one, `${full}.`));
    const description = field.description ?? only.description ?? '';
    return [
      { name: full, type: typeOf(field), required: schema.required?.includes(name) ?? false, description },
      ...nested,
    ];
  });
}

function typeOf({ anyOf, type = 'text', enum: values, items }: JsonSchema): string {
  if (anyOf) return [...new Set(anyOf.map((one) => typeOf(one)))].join(' or ');
  if (values) return values.join(', ');
  if (type === 'array') return `list of ${items ? typeOf(items) : 'anything'}`;
  return type === 'string' ? 'text' : type;
}
