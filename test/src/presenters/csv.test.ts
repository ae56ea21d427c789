import { text } from 'node:stream/consumers';
import { csvLine, csvStream } from '../../../src/presenters/csv';

it.each([
  [['a', 1, null, 'b c'], 'a,1,,b c\r\n'],
  [['a,b', 'say "yes"', 'two\nlines'], '"a,b","say ""yes""","two\nlines"\r\n'],
  [[' around '], '" around "\r\n'],
  [['=1+1', '+1', '-1', '@SUM(A1)'], "'=1+1,'+1,'-1,'@SUM(A1)\r\n"],
  [['\t=1', '\r=1', '\n=1'], '"\'\t\'=1","\'\r\'=1","\'\n\'=1"\r\n'],
  // To a spreadsheet that separates by semicolons, or tabs, these are several cells.
  [['Bob;=1+1;', 'Bob\t@A1', 'Bob; ; -1'], '"Bob;\'=1+1;","Bob\t\'@A1","Bob; ; \'-1"\r\n'],
  [['two\r\n=lines', 'a; b = c'], '"two\r\n\'=lines","a; b = c"\r\n'],
  [[' =1', '\u00a0@SUM(A1)', ' a=b'], '\' =1,\'\u00a0@SUM(A1)," a=b"\r\n'],
  [['＝1', '=HYPERLINK("http://x","y")'], '\'＝1,"\'=HYPERLINK(""http://x"",""y"")"\r\n'],
  [['Ünïcode 😀', 'a=b', -5], 'Ünïcode 😀,a=b,-5\r\n'],
  [[], '\r\n'],
])('%j is written as %j', (cells, expected) => {
  expect(csvLine(cells)).toBe(expected);
});

it('begins with a byte order mark and its head, and asks for batches only as they are read', async () => {
  let asked = 0;
  async function* batches() {
    for (let batch = 1; batch <= 1_000; batch += 1) {
      asked = batch;
      await Promise.resolve();
      yield Array.from({ length: 100 }, () => ['x'.repeat(100), batch]);
    }
  }
  const stream = csvStream(['text', 'batch'], batches());
  for await (const chunk of stream) {
    expect((chunk as Buffer).toString()).toBe('\uFEFFtext,batch\r\n');
    break;
  }
  expect(asked).toBeLessThan(20);
  expect(stream.destroyed).toBe(true);
  // A BOM is no text: it is gone from what is decoded.
  expect((await text(csvStream(['text', 'batch'], batches()))).split('\r\n')).toHaveLength(100_002);
});
