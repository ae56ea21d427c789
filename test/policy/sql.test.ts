import ts from 'typescript';
import { projectFiles, readProjectFile } from '../support/repository';

/**
 * What MySQL 8 and 9 or MariaDB 10.11 lacks. Searched in the texts of string and template literals; words that are English too
 * count in capitals, or wherever the text begins like a statement.
 */
const LACKING: readonly (readonly [string, RegExp])[] = [
  ['->>', /->>/],
  ['INSERT … AS new', /\)\s*AS\s+\w+(\s*\([^)]*\))?\s*ON\s+DUPLICATE\s+KEY/],
  ['FOR SHARE', /\bFOR\s+SHARE\b/],
  ['FOR UPDATE OF', /\bFOR\s+UPDATE\s+OF\b/],
  ['RETURNING', /\bRETURNING\b/],
  ['CAST AS JSON', /\bAS\s+JSON\b/],
  ['utf8mb4_0900_*', /utf8mb4_0900_/],
  ['@@transaction_isolation', /@@((session|global)\.)?(transaction|tx)_isolation/],
  // Not without a component from MySQL 9.6 on.
  ['MD5 and SHA1', /\b(MD5|SHA1?)\(/],
  ['functional index', /\b(KEY|INDEX)\b[^()]*\(\s*\(/],
];

const STATEMENT = /^\s*(SELECT|INSERT|UPDATE|DELETE|REPLACE|CREATE|ALTER|WITH|SET|SHOW)\s/i;

interface Finding {
  readonly what: string;
  readonly where: string;
}

function lint(file: string, source: string): Finding[] {
  const parsed = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const findings: Finding[] = [];
  const look = (node: ts.Node): void => {
    const text = textOf(node);
    if (text !== null) {
      const line = parsed.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      findings.push(...lackingIn(text).map((what) => ({ what, where: `${file}:${line}` })));
    }
    ts.forEachChild(node, look);
  };
  look(parsed);
  return findings;
}

/** The text of a literal; what is put into a template counts as one word. */
function textOf(node: ts.Node): string | null {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return null;
  return [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join('x');
}

function lackingIn(text: string): string[] {
  const flags = STATEMENT.test(text) ? 'i' : '';
  return LACKING.filter(([, pattern]) => new RegExp(pattern.source, flags).test(text)).map(([what]) => what);
}

describe('our SQL', () => {
  const files = projectFiles().filter((file) => /^(src|migrations|activities)\/.*\.ts$/.test(file));

  it('uses nothing that MySQL 8, MySQL 9 or MariaDB 10.11 lacks', () => {
    const statements = files.filter((file) => /`\s*(SELECT|INSERT|UPDATE|CREATE TABLE)\s/.test(readProjectFile(file)));
    expect(statements.length).toBeGreaterThan(5);
    expect(files.flatMap((file) => lint(file, readProjectFile(file)))).toEqual([]);
  });
});

describe('the lint', () => {
  it.each([
    ['->>', "SELECT body->>'$.event' FROM webhook_events"],
    ['INSERT … AS new', 'INSERT INTO t (a, b) VALUES (1, 2) AS new ON DUPLICATE KEY UPDATE b = new.b'],
    ['INSERT … AS new', 'insert into t (a) values (1)\n as fresh(a)\n on duplicate key update a = fresh.a'],
    ['FOR SHARE', 'SELECT id FROM t WHERE id = 1 FOR SHARE'],
    ['FOR SHARE', 'FOR SHARE'],
    ['FOR UPDATE OF', 'SELECT t.id FROM t JOIN u FOR UPDATE OF t'],
    ['RETURNING', 'DELETE FROM t WHERE id = 1 RETURNING id'],
    ['RETURNING', 'insert into t (a) values (1) returning id'],
    ['CAST AS JSON', "SELECT CAST(COALESCE(body, '{}') AS JSON)"],
    ['utf8mb4_0900_*', 'CREATE TABLE t (a TEXT) COLLATE=utf8mb4_0900_ai_ci'],
    ['@@transaction_isolation', 'SELECT @@transaction_isolation'],
    ['@@transaction_isolation', 'SET @@session.transaction_isolation = 1'],
    ['MD5 and SHA1', 'SELECT MD5(name) FROM t'],
    ['MD5 and SHA1', 'update t set a = sha(b)'],
    ['functional index', 'CREATE TABLE t (a INT, KEY t_a ((a + 1)))'],
    ['functional index', 'CREATE INDEX t_lower ON t ((LOWER(a)))'],
  ])('finds %s: %s', (what, sql) => {
    for (const source of [`db.query(\`${sql}\`);`, `const sql = \`${sql} \${more}\`;`, `q(${JSON.stringify(sql)});`]) {
      expect(lint('planted.ts', `\n${source}`)).toEqual([{ what, where: 'planted.ts:2' }]);
    }
  });

  it.each([
    'SELECT id FROM t WHERE id = ? FOR UPDATE SKIP LOCKED',
    'SELECT SHA2(name, 256) FROM t',
    'SELECT id FROM t LOCK IN SHARE MODE',
    "SELECT JSON_UNQUOTE(JSON_EXTRACT(body, '$.event')) FROM t",
    'INSERT INTO t (a) VALUES (1) ON DUPLICATE KEY UPDATE a = VALUES(a)',
    'INSERT INTO t (a) SELECT x.a FROM (SELECT 1 AS a) AS x',
    'CREATE TABLE t (id INT, UNIQUE KEY t_id (id), KEY t_more (a, b(10)))',
    'The teacher is returning for share options',
  ])('has nothing against: %s', (text) => {
    expect(lint('fine.ts', `const text = ${JSON.stringify(text)};`)).toEqual([]);
  });

  it('looks at no comments and no code', () => {
    expect(lint('fine.ts', '// RETURNING is not there on MySQL\nconst RETURNING = a ->> 2; /* FOR SHARE */')).toEqual(
      [],
    );
  });
});
