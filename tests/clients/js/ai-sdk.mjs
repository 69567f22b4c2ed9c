// The Vercel AI SDK with OpenRouter's provider against the gateway: node ai-sdk.mjs ORIGIN MODEL
import assert from "node:assert/strict";
import { createOpenRouter } from "@openrouter/ai-sdk-provider";
import { embed, generateText, streamText } from "ai";

const [origin, model] = process.argv.slice(2);
const openrouter = createOpenRouter({ baseURL: `${origin}/api/v1`, apiKey: "any" });
const prompt = "What is the capital of France?";
const options = { maxOutputTokens: 20, temperature: 0, maxRetries: 0 };

const reply = await generateText({ model: openrouter.chat(model), prompt, ...options });
assert.ok(reply.text);
assert.ok(reply.usage.outputTokens > 0);

const stream = streamText({ model: openrouter.chat(model), prompt, ...options });
let text = "";
for await (const part of stream.textStream) text += part;
assert.equal(text, reply.text);
assert.ok((await stream.usage).outputTokens > 0);

const completion = await generateText({ model: openrouter.completion(model), prompt: "The sky is", ...options });
assert.ok(completion.text);

const embedded = await embed({ model: openrouter.textEmbeddingModel(model), value: "hello", maxRetries: 0 });
assert.ok(embedded.embedding.length > 100);

await assert.rejects(generateText({ model: openrouter.chat("acme/none"), prompt, maxRetries: 0 }), /acme\/none/);
console.log("ok");
