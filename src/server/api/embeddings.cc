// Embeddings: /v1/embeddings, llama.cpp's /embeddings and /embedding, Ollama's /api/embed and
// /api/embeddings.
#include <atomic>
#include <bit>
#include <chrono>
#include <cstring>
#include <functional>
#include <new>
#include <utility>

#include "base/base64.h"
#include "base/stopwatch.h"
#include "server/api/body.h"
#include "server/api/embedding_inputs.h"
#include "server/api/endpoints.h"
#include "server/parse/json.h"
#include "server/unsupported_fields.h"

namespace edgevlm {
namespace {

using nlohmann::json;

struct Embeddings {
  std::vector<Embedding> list;
  double total_ms = 0;

  int CountTokens() const {
    int tokens = 0;
    for (const Embedding& embedding : list) tokens += embedding.tokens;
    return tokens;
  }
};

struct EmbeddingTask {
  std::string path = {};  // of the request, for the form of errors
  std::vector<EmbeddingInput> inputs = {};
  bool cuts = false;  // inputs that are too long
  std::function<json(const Embeddings&)> write = {};
};

Result<Embedding> Embed(const Engine& engine, const EmbeddingInput& input, bool cuts) {
  std::vector<Part> parts;
  for (const RequestPart& part : input) {
    if (part.image == nullptr) {
      parts.push_back({.text = part.text, .image = part.encoded});
      continue;
    }
    auto image = engine.EncodeImage(std::as_bytes(std::span(*part.image)));
    if (!image) return image.error();
    parts.push_back({.image = std::make_shared<const EncodedImage>(*std::move(image))});
  }
  return engine.Embed(parts, cuts);
}

// The response, or an error. is_over: polled between two inputs.
Response EmbedAll(const ServerContext& context, const EmbeddingTask& task,
                  const std::function<bool()>& is_over) {
  Embeddings embeddings;
  const Stopwatch watch;
  for (std::size_t i = 0; i < task.inputs.size(); ++i) {
    if (is_over()) {
      return ErrorAt(task.path, {.status = 504, .message = "request: the time given is over"});
    }
    Result<Embedding> embedding = Embed(context.engine(), task.inputs[i], task.cuts);
    if (!embedding) {
      ApiError error = ToApiError(embedding.error());
      if (embedding.error().code == ErrorCode::kTooLarge) error.status = 400;
      error.message = "input " + std::to_string(i) + ": " + error.message;
      return ErrorAt(task.path, error);
    }
    embeddings.list.push_back(*std::move(embedding));
  }
  embeddings.total_ms = watch.Milliseconds();
  return {.body = ToText(task.write(embeddings))};
}

// Embeds on a thread of its own: a long list would keep a thread of the requests busy.
void EmbedLater(ServerContext& context, EmbeddingTask task,
                std::shared_ptr<ResponseWriter> writer) {
  const std::string path = task.path;
  const auto is_left = std::make_shared<std::atomic<bool>>(false);
  const auto deadline = std::chrono::steady_clock::now() + context.rules()->limits.time;
  auto work = [&context, task = std::move(task), writer, is_left, deadline] {
    const auto is_over = [&] {
      return *is_left || context.embedding_tasks().stopping() ||
             std::chrono::steady_clock::now() >= deadline;
    };
    try {
      writer->Send(EmbedAll(context, task, is_over));
    } catch (const std::bad_alloc&) {
      writer->Send(ErrorAt(task.path, {.status = 413, .message = "request: out of memory"}));
    }
  };
  writer->OnDisconnect([is_left] { *is_left = true; });
  if (context.embedding_tasks().Add(std::move(work))) return;
  context.metrics().OnRejected("queue_full");
  writer->Send(ErrorAt(path, {.status = 503,
                              .message = "queue: full of requests for embeddings",
                              .code = "queue_full",
                              .headers = {{"Retry-After", "2"}}}));
}

// Little-endian floats in base64, as OpenAI's clients request them.
std::string ToBase64(const std::vector<float>& values) {
  static_assert(std::endian::native == std::endian::little);
  std::string bytes(values.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return EncodeBase64(bytes);
}

// What this server cannot do with vectors.
void CheckForm(Fields& fields, const ModelInfo& model) {
  const std::int64_t width = model.embedding_length;
  fields.Whole("dimensions", {width, width}, width);
  constexpr std::int64_t kEuclid = 2;
  fields.Whole("embd_normalize", {kEuclid, kEuclid}, kEuclid);
}

json OpenAiEmbeddings(const Embeddings& embeddings, const std::string& model, bool is_base64) {
  json data = json::array();
  for (const Embedding& one : embeddings.list) {
    data.push_back({{"object", "embedding"},
                    {"index", data.size()},
                    {"embedding", is_base64 ? json(ToBase64(one.values)) : json(one.values)}});
  }
  const int tokens = embeddings.CountTokens();
  return {{"object", "list"},
          {"data", std::move(data)},
          {"model", model},
          {"usage", {{"prompt_tokens", tokens}, {"total_tokens", tokens}}}};
}

// llama.cpp's: a list, each with the rows of the vectors of its tokens; pooled, it is one.
json LlamaEmbeddings(const Embeddings& embeddings) {
  json list = json::array();
  for (const Embedding& one : embeddings.list) {
    list.push_back({{"index", list.size()}, {"embedding", json::array({one.values})}});
  }
  return list;
}

json OllamaEmbeddings(const Embeddings& embeddings, const std::string& model) {
  json list = json::array();
  for (const Embedding& one : embeddings.list) list.push_back(one.values);
  constexpr double kNanoseconds = 1e6;
  return {{"model", model},
          {"embeddings", std::move(list)},
          {"total_duration", static_cast<std::int64_t>(embeddings.total_ms * kNanoseconds)},
          {"load_duration", 0},
          {"prompt_eval_count", embeddings.CountTokens()}};
}

// What all endpoints for embeddings of inputs have in common. read: adds what only one of them has.
void Start(ServerContext& context, const Request& request, std::shared_ptr<ResponseWriter> writer,
           const std::function<void(Fields&, EmbeddingTask&)>& read) {
  const auto body = ReadJsonBody(request);
  if (const auto* error = std::get_if<ApiError>(&body)) {
    return writer->Send(ErrorAt(request.path, *error));
  }
  const auto rules = context.rules();
  Problem problem;
  Fields fields(std::get<Json>(body), "", problem);
  CheckModel(context, fields);
  RejectUnsupported(fields);
  CheckForm(fields, context.engine().info());
  EmbeddingTask task = {.path = request.path};
  read(fields, task);
  RequestImages images(*rules, problem);
  task.inputs = ReadEmbeddingInputs(fields, images, problem);
  if (problem) return writer->Send(ErrorAt(request.path, *problem));
  EmbedLater(context, std::move(task), std::move(writer));
}

}  // namespace

void StartEmbeddings(ServerContext& context, Request request,
                     std::shared_ptr<ResponseWriter> writer) {
  Start(context, request, std::move(writer), [&](Fields& fields, EmbeddingTask& task) {
    const std::string format = fields.Text("encoding_format", "float");
    if (format != "float" && format != "base64") {
      fields.Reject("encoding_format", "expected float or base64");
    }
    // llama.cpp's server has another form at its own paths, and for its own field.
    const bool is_llama = !request.path.starts_with("/v1/") || fields.has("content");
    task.write = [is_llama, is_base64 = format == "base64",
                  model = context.model_name()](const Embeddings& embeddings) {
      return is_llama ? LlamaEmbeddings(embeddings)
                      : OpenAiEmbeddings(embeddings, model, is_base64);
    };
  });
}

void StartOllamaEmbed(ServerContext& context, Request request,
                      std::shared_ptr<ResponseWriter> writer) {
  Start(context, request, std::move(writer), [&](Fields& fields, EmbeddingTask& task) {
    task.cuts = fields.Bool("truncate", true);
    task.write = [model = context.model_name()](const Embeddings& embeddings) {
      return OllamaEmbeddings(embeddings, model);
    };
  });
}

// Ollama's older endpoint, for one text; an empty one only loads the model.
void StartOllamaEmbedding(ServerContext& context, Request request,
                          std::shared_ptr<ResponseWriter> writer) {
  const auto body = ReadJsonBody(request);
  if (const auto* error = std::get_if<ApiError>(&body)) return writer->Send(OllamaError(*error));
  Problem problem;
  Fields fields(std::get<Json>(body), "", problem);
  CheckModel(context, fields);
  const std::string prompt = fields.Text("prompt", "");
  if (problem) return writer->Send(OllamaError(*problem));
  if (prompt.empty()) return writer->Send({.body = ToText({{"embedding", json::array()}})});
  EmbeddingTask task = {.path = request.path, .inputs = {{{.text = prompt}}}, .cuts = true};
  task.write = [](const Embeddings& embeddings) {
    return json{{"embedding", embeddings.list.front().values}};
  };
  EmbedLater(context, std::move(task), std::move(writer));
}

}  // namespace edgevlm
