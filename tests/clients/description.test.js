// Tests openapi.json against the server: its examples and those of the documents work unchanged, and
// replies match their schemas.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { ducks, root, serve } from "./served.js";

const run = promisify(execFile);

let server, folder, description;
before(async () => {
  server = await serve("--profile");
  folder = mkdtempSync(join(tmpdir(), "edgevlm-curl-"));
  writeFileSync(join(folder, "photo.jpg"), ducks); // the bytes determine the format
  description = await (await fetch(`${server.url}/openapi.json`)).json();
});
after(async () => {
  rmSync(folder, { recursive: true });
  await server.end();
});

// Resolves to the response; rejects for a status of 400 or more.
async function shell(command) {
  const here = command
    .replaceAll(/http:\/\/(localhost|127\.0\.0\.1):8080/g, server.url)
    .replace("curl ", "curl -sS --fail-with-body ");
  return (await run("bash", ["-c", here], { cwd: folder })).stdout;
}

function resolved(schema) {
  return schema.$ref ? description.components.schemas[schema.$ref.split("/").at(-1)] : schema;
}

const kinds = {
  object: value => typeof value === "object" && value !== null && !Array.isArray(value),
  array: Array.isArray,
  string: value => typeof value === "string",
  integer: Number.isInteger,
  number: value => typeof value === "number",
  boolean: value => typeof value === "boolean",
  null: value => value === null,
};

// Checks that `value` has the described types, no undescribed fields, and all required ones.
function check(value, schema, where) {
  const { type, properties, required = [], items, enum: values, const: only } = resolved(schema);
  assert.ok(
    [type].flat().some(name => kinds[name](value)),
    `${where}: ${JSON.stringify(value)} is no ${type}`,
  );
  if (values) assert.ok(values.includes(value), `${where}: ${value}`);
  if (only !== undefined) assert.equal(value, only, where);
  for (const name of required) assert.ok(name in value, `${where} lacks ${name}`);
  for (const [name, inner] of Object.entries(properties ? value : {})) {
    assert.ok(properties[name], `${where}.${name} is not described`);
    check(inner, properties[name], `${where}.${name}`);
  }
  if (items) value.forEach((inner, i) => check(inner, items, `${where}[${i}]`));
}

function checkReply(text, types, where) {
  if (text.startsWith("event: ")) {
    assert.ok("text/event-stream" in types, where);
    assert.match(text, /^event: (response\.(?:completed|incomplete)|message_stop)$/m, where);
  } else if (text.startsWith("data: ")) {
    assert.ok("text/event-stream" in types, where);
    assert.ok(text.endsWith("data: [DONE]\n\n"), where);
  } else if ("application/x-ndjson" in types) {
    const lines = text.trim().split("\n").map(JSON.parse);
    for (const line of lines) check(line, types["application/x-ndjson"].schema, where);
    assert.ok(lines.at(-1).done ?? lines.at(-1).status === "success", where);
  } else if ("application/json" in types && (/^[{[]/.test(text) || Object.keys(types).length < 2)) {
    check(JSON.parse(text), types["application/json"].schema, where);
  } else {
    assert.ok(text.length > 100, where);
  }
}

test("the description's examples", async () => {
  let count = 0;
  for (const [path, methods] of Object.entries(description.paths)) {
    if (path.startsWith("/v1/audio/")) continue; // a Whisper's: tests/serve_speech_test.cc
    for (const operation of Object.values(methods)) {
      for (const { lang, source } of operation["x-codeSamples"]) {
        if (lang !== "curl") continue;
        checkReply(await shell(source), operation.responses["200"].content, path);
        ++count;
      }
    }
  }
  assert.ok(count > 25);
});

// The curl commands in code blocks, each with all its lines.
function examplesOf(file) {
  const blocks =
    readFileSync(join(root, file), "utf8").match(/(?<=^```[a-z]*\n)[^]*?(?=^```$)/gm) ?? [];
  return blocks.flatMap(block =>
    block.split(/^(?=curl |edgevlm )/m).filter(command => command.startsWith("curl ")),
  );
}

test("the documents' examples", async () => {
  const examples = ["README.md", "docs/server.md"].flatMap(examplesOf);
  assert.ok(examples.length >= 5);
  for (const example of examples) assert.ok((await shell(example)).length > 0, example);
});

test("errors are as described", async () => {
  const wrong = [
    ["/caption", "Error"],
    ["/v1/chat/completions", "Error"],
    ["/v1/responses", "Error"],
    ["/v1/messages", "AnthropicError"],
    ["/api/chat", "OllamaError"],
    ["/nowhere", "Error"],
  ];
  for (const [path, name] of wrong) {
    const response = await fetch(`${server.url}${path}`, {
      method: "POST",
      body: "{",
      headers: { "Content-Type": "application/json" },
    });
    assert.ok(response.status >= 400);
    check(await response.json(), description.components.schemas[name], path);
  }
});
