// Renders /openapi.json as a readable page.
import { getJson } from "./api.js";
import { byId, make } from "./element.js";
import { startLock } from "./lock.js";

const exampleOrigin = "http://localhost:8080"; // in the description's examples

let description = null;

function resolved(schema) {
  if (!schema.$ref) return schema;
  const name = schema.$ref.split("/").at(-1);
  return { name, ...description.components.schemas[name] };
}

// The properties of an object schema and of all its parts, and the required ones.
function fieldsOf(schema) {
  const whole = resolved(schema);
  const parts = [whole, ...(whole.allOf ?? []).map(fieldsOf)];
  return {
    properties: Object.assign({}, ...parts.map(part => part.properties)),
    required: parts.flatMap(part => part.required ?? []),
  };
}

function typeOf(schema) {
  const whole = resolved(schema);
  if (whole.const !== undefined) return JSON.stringify(whole.const);
  if (whole.enum) return whole.enum.map(value => JSON.stringify(value)).join(" | ");
  if (whole.oneOf) return whole.oneOf.map(typeOf).join(" or ");
  if (whole.type === "array") return `list of ${typeOf(whole.items)}`;
  if (whole.format === "binary") return "file";
  return [whole.type ?? "anything"].flat().join(" or ");
}

function limitsOf(schema) {
  const { minimum, exclusiveMinimum, maximum, default: usual } = resolved(schema);
  return [
    minimum === undefined ? null : `at least ${minimum}`,
    exclusiveMinimum === undefined ? null : `above ${exclusiveMinimum}`,
    maximum === undefined ? null : `at most ${maximum}`,
    usual === undefined ? null : `left out: ${usual}`,
  ]
    .filter(text => text !== null)
    .join(", ");
}

// The object schema of a field or of its items, shown below it; null if it has no known fields.
function innerOf(schema) {
  const whole = resolved(schema);
  if (whole.type === "array") return innerOf(whole.items);
  if (whole.oneOf) return whole.oneOf.map(innerOf).find(inner => inner !== null) ?? null;
  return whole.properties ? whole : null;
}

function rowsOf(schema, depth = 0) {
  const { properties, required } = fieldsOf(schema);
  return Object.entries(properties).flatMap(([name, field]) => {
    const about = [resolved(field).description, limitsOf(field)].filter(text => text).join("; ");
    const row = make(
      "tr",
      { class: `depth-${depth}` },
      make(
        "td",
        {},
        make("code", { text: name }),
        required.includes(name) ? make("b", { text: " needed" }) : "",
      ),
      make("td", { class: "type", text: typeOf(field) }),
      make("td", { text: about }),
    );
    const inner = depth < 3 ? innerOf(field) : null;
    return [row, ...(inner ? rowsOf(inner, depth + 1) : [])];
  });
}

function tableOf(title, schema) {
  const rows = rowsOf(schema);
  if (rows.length === 0) return [];
  return [
    make("h4", { text: title }),
    make(
      "div",
      { class: "wide", tabindex: "0", role: "region", "aria-label": title },
      make("table", {}, ...rows),
    ),
  ];
}

function sampleOf({ lang, source }) {
  const text = source
    .replaceAll(exampleOrigin, location.origin)
    .replaceAll(exampleOrigin.replace("http", "ws"), location.origin.replace("http", "ws"));
  const copy = make("button", {
    type: "button",
    text: "Copy",
    "aria-label": `Copy this ${lang} example`,
  });
  copy.onclick = async () => {
    await navigator.clipboard.writeText(text);
    copy.textContent = "Copied";
  };
  if (!navigator.clipboard) copy.hidden = true; // not over plain http
  return make(
    "div",
    { class: "sample" },
    make("pre", { tabindex: "0", "aria-label": `${lang} example` }, make("code", { text })),
    copy,
  );
}

function repliesOf(responses) {
  const parts = [];
  for (const [status, response] of Object.entries(responses)) {
    if (response.$ref) continue;
    const types = Object.keys(response.content ?? {});
    parts.push(
      make("h4", { text: `Reply ${status}${types.length ? `, ${types.join(" or ")}` : ""}` }),
      make("p", { text: response.description }),
    );
    const schema = response.content?.[types[0]]?.schema;
    const rows = schema ? rowsOf(schema) : [];
    if (rows.length > 0) {
      parts.push(
        make(
          "details",
          {},
          make("summary", { text: "Fields" }),
          make("div", { class: "wide" }, make("table", {}, ...rows)),
        ),
      );
    }
  }
  const errors = Object.keys(responses).filter(status => responses[status].$ref);
  if (errors.length > 0)
    parts.push(make("p", { class: "errors", text: `Errors: ${errors.join(", ")}` }));
  return parts;
}

const idOf = (method, path) => `${method}${path.replace(/[^a-z0-9]+/gi, "-")}`;

function articleOf(path, method, operation) {
  const article = make(
    "article",
    { id: idOf(method, path) },
    make(
      "h3",
      {},
      make("span", { class: "method", text: method.toUpperCase() }),
      make("code", { text: path }),
    ),
    make("p", {
      text: operation.summary + (operation.security?.length === 0 ? ". Needs no key" : "") + ".",
    }),
  );
  if (operation.description) article.append(make("p", { text: operation.description }));
  for (const sample of operation["x-codeSamples"]) article.append(sampleOf(sample));
  for (const [type, { schema }] of Object.entries(operation.requestBody?.content ?? {})) {
    article.append(...tableOf(`Fields of ${type}`, schema));
  }
  article.append(...repliesOf(operation.responses));
  return article;
}

async function enter() {
  description = await getJson("/openapi.json");
  byId("endpoints").replaceChildren(
    make("p", { class: "lead", text: description.info.description }),
  );
  for (const tag of description.tags) {
    byId("endpoints").append(make("h2", { text: tag.description }));
    const list = make("ul");
    byId("contents").append(make("h2", { text: tag.description }), list);
    for (const [path, methods] of Object.entries(description.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        if (operation.tags[0] !== tag.name) continue;
        byId("endpoints").append(articleOf(path, method, operation));
        list.append(make("li", {}, make("a", { href: `#${idOf(method, path)}`, text: path })));
      }
    }
  }
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

startLock(enter, message => {
  byId("endpoints").append(make("p", { class: "wrong", text: message }));
});
