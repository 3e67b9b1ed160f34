// The official npm client against a running server: OPENAI_BASE_URL says where. Run by OpenAiNodeTest.
import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import OpenAI, { toFile } from 'openai';

const endpoint = '/v1/chat/completions';
const client = new OpenAI({ apiKey: 'any' });
let folder;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightjar-node-'));
});
after(() => rm(folder, { recursive: true }));

const lines = (count) =>
  Array.from({ length: count }, (_, i) =>
    JSON.stringify({
      custom_id: `row-${i}`,
      method: 'POST',
      url: endpoint,
      body: { model: 'sim', messages: [{ role: 'user', content: `Question ${i}` }] },
    }),
  ).join('\n');

const upload = async (text = lines(3)) =>
  client.files.create({ file: await toFile(Buffer.from(text), 'in.jsonl'), purpose: 'batch' });

const create = (file, more = {}) =>
  client.batches.create({
    input_file_id: file.id,
    endpoint,
    completion_window: '24h',
    ...more,
  });

async function ended(batch) {
  const limit = Date.now() + 60_000;
  while (!['completed', 'failed', 'expired', 'cancelled'].includes(batch.status)) {
    assert.ok(Date.now() < limit, `${batch.id} is ${batch.status}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    batch = await client.batches.retrieve(batch.id);
  }
  return batch;
}

async function all(page) {
  const found = [];
  for await (const item of page) {
    found.push(item.id);
  }
  return found;
}

test('pages of 0, 1, 2 and 45 batches are walked once each', async () => {
  assert.deepEqual(await all(client.batches.list()), []);
  const file = await upload(lines(1));
  const ids = [];
  for (const count of [1, 2, 45]) {
    while (ids.length < count) {
      ids.unshift((await create(file)).id);
    }
    assert.deepEqual(await all(client.batches.list({ limit: 20 })), ids);
  }
});

test('pages of files are walked once each', async () => {
  const ids = [(await upload()).id];
  for (let i = 0; i < 4; i++) {
    ids.unshift((await upload()).id);
  }
  const walked = await all(client.files.list({ limit: 2, purpose: 'batch' }));
  assert.deepEqual(walked.slice(0, 5), ids);
  assert.equal(new Set(walked).size, walked.length);
});

test('files are uploaded by path, from bytes and without a name', async () => {
  const path = join(folder, 'in.jsonl');
  await writeFile(path, lines(3));
  const fromPath = await client.files.create({ file: createReadStream(path), purpose: 'batch' });
  const fromBytes = await upload();
  const unnamed = await client.files.create({
    purpose: 'batch',
    file: new File([lines(3)], 'unknown_file'),
  });
  for (const file of [fromPath, fromBytes, unnamed]) {
    assert.equal(file.object, 'file');
    assert.equal(file.status, 'processed');
    assert.equal(file.bytes, lines(3).length);
    assert.equal(await (await client.files.content(file.id)).text(), lines(3));
  }
  assert.equal(fromPath.filename, 'in.jsonl');
  assert.equal((await client.files.waitForProcessing(fromPath.id)).id, fromPath.id);
});

test('files expire when they are told to', async () => {
  const file = await client.files.create({
    file: await toFile(Buffer.from('notes'), 'notes.txt'),
    purpose: 'user_data',
    expires_after: { anchor: 'created_at', seconds: 3600 },
  });
  assert.equal(file.expires_at, file.created_at + 3600);
});

test('a batch runs to its end, and its content is saved to a file', async () => {
  const batch = await ended(await create(await upload(lines(20)), { metadata: { job: '7' } }));
  assert.equal(batch.status, 'completed');
  assert.deepEqual(batch.request_counts, { total: 20, completed: 20, failed: 0 });
  assert.deepEqual(batch.metadata, { job: '7' });
  assert.equal(batch.error_file_id, null);
  assert.equal(batch.usage.total_tokens, batch.usage.input_tokens + batch.usage.output_tokens);
  const path = join(folder, 'out.jsonl');
  const content = await client.files.content(batch.output_file_id);
  await writeFile(path, content.body);
  const answers = (await readFile(path, 'utf8')).trim().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(
    answers.map((answer) => answer.custom_id),
    Array.from({ length: 20 }, (_, i) => `row-${i}`),
  );
  for (const [i, answer] of answers.entries()) {
    assert.equal(answer.response.status_code, 200);
    assert.match(answer.response.body.choices[0].message.content, new RegExp(`Question ${i}$`));
  }
});

test('a file with problems makes a failed batch that lists them', async () => {
  const batch = await ended(await create(await upload(`${lines(1)}\nnot json`)));
  assert.equal(batch.status, 'failed');
  assert.equal(batch.errors.data[0].code, 'invalid_json_line');
  assert.equal(batch.errors.data[0].line, 2);
});

test('a batch is cancelled', async () => {
  const batch = await create(await upload(lines(2000)));
  const cancelling = await client.batches.cancel(batch.id);
  assert.ok(['cancelling', 'cancelled'].includes(cancelling.status));
  const cancelled = await ended(cancelling);
  assert.equal(cancelled.status, 'cancelled');
  assert.equal((await client.batches.cancel(batch.id)).status, 'cancelled');
});

test('errors are typed, and a conflict is not tried again', async () => {
  await assert.rejects(client.files.retrieve('file-none'), OpenAI.NotFoundError);
  await assert.rejects(client.batches.retrieve('batch_none'), (error) => {
    assert.ok(error instanceof OpenAI.NotFoundError);
    assert.equal(error.type, 'invalid_request_error');
    assert.match(error.message, /No batch found with id 'batch_none'/);
    assert.ok(error.requestID);
    return true;
  });
  await assert.rejects(create({ id: 'file-none' }, { completion_window: 'soon' }), (error) => {
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.equal(error.param, 'completion_window');
    return true;
  });
  const done = await ended(await create(await upload(lines(1))));
  let requests = 0;
  const counting = new OpenAI({
    apiKey: 'any',
    fetch: (...call) => {
      requests++;
      return fetch(...call);
    },
  });
  await assert.rejects(counting.batches.cancel(done.id), OpenAI.ConflictError);
  assert.equal(requests, 1);
  await assert.rejects(client.get('/_stainless_unknown_path'), OpenAI.NotFoundError);
});

test('a deleted file is gone', async () => {
  const file = await upload();
  assert.deepEqual(await client.files.delete(file.id), {
    id: file.id,
    object: 'file',
    deleted: true,
  });
  await assert.rejects(client.files.content(file.id), OpenAI.NotFoundError);
});

test('an upload in parts becomes a file, its parts in the order of part_ids', async () => {
  const whole = `${lines(2)}\n`;
  const halves = [whole.slice(0, 100), whole.slice(100)];
  const begin = () =>
    client.uploads.create({
      filename: 'in.jsonl',
      purpose: 'batch',
      bytes: whole.length,
      mime_type: 'application/jsonl',
    });
  const add = async (id, text) =>
    (await client.uploads.parts.create(id, { data: await toFile(Buffer.from(text)) })).id;

  const begun = await begin();
  const [second, first] = await Promise.all([add(begun.id, halves[1]), add(begun.id, halves[0])]);
  const upload = await client.uploads.complete(begun.id, { part_ids: [first, second] });
  assert.equal(upload.status, 'completed');
  assert.equal(await (await client.files.content(upload.file.id)).text(), whole);

  const cancelled = await client.uploads.cancel((await begin()).id);
  assert.equal(cancelled.status, 'cancelled');
  await assert.rejects(add(cancelled.id, 'x'), OpenAI.BadRequestError);
});
