// The official npm `openai` package against the gateway: node openai.mjs ORIGIN MODEL
import assert from "node:assert/strict";
import OpenAI from "openai";

const [origin, model] = process.argv.slice(2);
const client = new OpenAI({ baseURL: `${origin}/api/v1`, apiKey: "any", maxRetries: 0 });
const messages = [{ role: "user", content: "What is the capital of France?" }];

const reply = await client.chat.completions.create({ model, messages, max_tokens: 20, temperature: 0 });
assert.ok(reply.choices[0].message.content);
assert.ok(reply.usage.completion_tokens > 0);

let text = "", usages = 0;
for await (const chunk of await client.chat.completions.create({ model, messages, max_tokens: 20, temperature: 0, stream: true })) {
  text += chunk.choices[0]?.delta?.content ?? "";
  usages += chunk.usage ? 1 : 0;
}
assert.equal(text, reply.choices[0].message.content);
assert.equal(usages, 1);

const embeddings = await client.embeddings.create({ model, input: "hello" });
assert.ok(embeddings.data[0].embedding.length > 100);

const models = [];
for await (const listed of client.models.list()) models.push(listed.id);
assert.ok(models.includes(model));

await assert.rejects(client.chat.completions.create({ model: "acme/none", messages }), (error) => {
  assert.equal(error.status, 400);
  assert.match(error.message, /acme\/none/);
  return true;
});
console.log("ok");
