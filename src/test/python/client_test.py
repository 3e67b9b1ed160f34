"""The official Python client against a running server: OPENAI_BASE_URL says where. Run by OpenAiPythonTest."""

import http.server
import json
import queue
import threading
import time
import unittest

import openai

ENDPOINT = "/v1/chat/completions"
ENDED = ("completed", "failed", "expired", "cancelled")
client = openai.OpenAI(api_key="any", _strict_response_validation=True)


def lines(count):
    return "\n".join(
        json.dumps(
            {
                "custom_id": f"row-{i}",
                "method": "POST",
                "url": ENDPOINT,
                "body": {"model": "sim", "messages": [{"role": "user", "content": f"Question {i}"}]},
            }
        )
        for i in range(count)
    )


def upload(text=None, name="in.jsonl"):
    return client.files.create(file=(name, (text or lines(3)).encode()), purpose="batch")


def create(file_id, **more):
    wanted = {"endpoint": ENDPOINT, "completion_window": "24h", **more}
    return client.batches.create(input_file_id=file_id, **wanted)


def ended(batch):
    limit = time.monotonic() + 120
    while batch.status not in ENDED:
        assert time.monotonic() < limit, f"{batch.id} is {batch.status}"
        time.sleep(0.02)
        batch = client.batches.retrieve(batch.id)
    return batch


class Receiver(http.server.BaseHTTPRequestHandler):
    messages = queue.Queue()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Receiver.messages.put((body.decode(), dict(self.headers)))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


class ClientTest(unittest.TestCase):
    def test_files_are_uploaded_listed_read_and_deleted(self):
        made = [upload(name=name) for name in ("in.jsonl", "b.jsonl", "c.jsonl")]
        walked = [file.id for file in client.files.list(limit=2, purpose="batch")]
        self.assertEqual(len(walked), len(set(walked)))
        for file in made:
            self.assertIn(file.id, walked)
            self.assertEqual(client.files.content(file.id).text, lines(3))
            self.assertEqual(client.files.wait_for_processing(file.id).bytes, len(lines(3)))
        self.assertTrue(client.files.delete(made[0].id).deleted)
        with self.assertRaises(openai.NotFoundError):
            client.files.retrieve(made[0].id)

    def test_files_expire_when_they_are_told_to(self):
        file = client.files.create(
            file=("notes.txt", b"notes"),
            purpose="user_data",
            expires_after={"anchor": "created_at", "seconds": 3600},
        )
        self.assertEqual(file.expires_at, file.created_at + 3600)

    def test_parts_become_a_file_in_the_order_of_their_ids(self):
        whole = lines(2) + "\n"
        begun = client.uploads.create(
            filename="in.jsonl", purpose="batch", bytes=len(whole), mime_type="application/jsonl"
        )
        second = client.uploads.parts.create(begun.id, data=whole[100:].encode())
        first = client.uploads.parts.create(begun.id, data=whole[:100].encode())
        done = client.uploads.complete(begun.id, part_ids=[first.id, second.id])
        self.assertEqual(done.status, "completed")
        self.assertEqual(client.files.content(done.file.id).text, whole)
        other = client.uploads.create(
            filename="in.jsonl", purpose="batch", bytes=9, mime_type="application/jsonl"
        )
        self.assertEqual(client.uploads.cancel(other.id).status, "cancelled")

    def test_a_batch_runs_to_its_end(self):
        batch = ended(create(upload(lines(20)).id, metadata={"job": "7"}))
        self.assertEqual(batch.status, "completed")
        self.assertEqual(batch.request_counts.completed, 20)
        self.assertEqual(batch.metadata, {"job": "7"})
        self.assertIsNone(batch.error_file_id)
        text = client.files.content(batch.output_file_id).text
        answers = [json.loads(line) for line in text.splitlines()]
        self.assertEqual([a["custom_id"] for a in answers], [f"row-{i}" for i in range(20)])
        self.assertIn(batch.id, [one.id for one in client.batches.list(limit=2)])

    def test_problems_of_a_file_are_listed(self):
        batch = ended(create(upload(lines(1) + "\nnot json").id))
        self.assertEqual(batch.status, "failed")
        self.assertEqual(batch.errors.data[0].code, "invalid_json_line")
        self.assertEqual(batch.errors.data[0].line, 2)

    def test_a_batch_is_cancelled(self):
        batch = client.batches.cancel(create(upload(lines(2000)).id).id)
        self.assertIn(batch.status, ("cancelling", "cancelled"))
        self.assertEqual(ended(batch).status, "cancelled")

    def test_errors_are_typed(self):
        with self.assertRaises(openai.NotFoundError) as none:
            client.batches.retrieve("batch_none")
        self.assertEqual(none.exception.type, "invalid_request_error")
        self.assertTrue(none.exception.request_id)
        with self.assertRaises(openai.BadRequestError) as wrong:
            create("file-none", completion_window="soon")
        self.assertEqual(wrong.exception.param, "completion_window")
        with self.assertRaises(openai.BadRequestError):
            upload("no lines of JSON")
        done = ended(create(upload(lines(1)).id))
        with self.assertRaises(openai.ConflictError):
            client.batches.cancel(done.id)

    def test_webhooks_are_unwrapped(self):
        types = client.get("/webhook_event_types", cast_to=object)
        self.assertIn("batch.completed", json.dumps(types))
        with http.server.HTTPServer(("127.0.0.1", 0), Receiver) as receiver:
            threading.Thread(target=receiver.serve_forever, daemon=True).start()
            endpoint = client.post(
                "/webhook_endpoints",
                cast_to=object,
                body={
                    "name": "mine",
                    "url": f"http://127.0.0.1:{receiver.server_port}/hook",
                    "event_types": ["batch.completed"],
                },
            )
            batch = ended(create(upload(lines(1)).id))
            body, headers = Receiver.messages.get(timeout=60)
            event = client.webhooks.unwrap(body, headers, secret=endpoint["signing_secret"])
            self.assertEqual((event.type, event.data.id), ("batch.completed", batch.id))
            with self.assertRaises(openai.InvalidWebhookSignatureError):
                client.webhooks.unwrap(body + " ", headers, secret=endpoint["signing_secret"])
            client.delete(f"/webhook_endpoints/{endpoint['id']}", cast_to=object)
            receiver.shutdown()

    @unittest.skipUnless(hasattr(client.webhooks, "create"), "as of 3.x")
    def test_webhook_endpoints_have_methods_of_their_own(self):
        self.assertIn("batch.failed", client.webhooks.event_types.list().to_json())
        made = client.webhooks.create(
            name="mine", url="http://127.0.0.1:9/hook", event_types=["batch.failed"]
        )
        self.assertEqual(client.webhooks.retrieve(made.id).url, made.url)
        self.assertIn(made.id, [one.id for one in client.webhooks.list()])
        self.assertTrue(client.webhooks.delete(made.id).deleted)


if __name__ == "__main__":
    unittest.main()
