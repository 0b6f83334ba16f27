// Any bytes as the body of a request to /v1/responses and /v1/messages: their items, blocks and
// images, and as a percent-encoded name. A crash or a sanitizer's report is the bug.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "server/api/anthropic_messages.h"
#include "server/api/embedding_inputs.h"
#include "server/api/response_items.h"
#include "server/parse/json.h"
#include "server/parse/percents.h"
#include "server/response_format.h"

namespace edgevlm {
namespace {

constexpr std::size_t kStoreBytes = 4096;

// Responses that continue the one before, as a client's conversation does.
void ReadAndStore(const Json& body, ResponseStore& store, const char* id) {
  const ServerRules rules;
  Problem problem;
  Fields fields(body, "", problem);
  RequestImages images(rules, problem);
  const auto messages = ReadResponseInput(fields, images, problem, {.store = store, .scope = "key"},
                                          edgevlm::ToolForm::kHermes);
  if (problem || messages.empty()) return;
  store.Add(id, {.scope = "key", .messages = messages, .object = ToText(body)});
}

void ReadMessages(const Json& body) {
  const ServerRules rules;
  Problem problem;
  Fields fields(body, "", problem);
  RequestImages images(rules, problem);
  const auto messages =
      ReadAnthropicMessages(fields, images, problem, edgevlm::ToolForm::kBareJson);
  CHECK(problem || !messages.empty());
  if (const Json* text = fields.Object("text")) {
    Fields inner(*text, "text", problem);
    static_cast<void>(ReadFlatFormat(inner, problem));
  }
}

void ReadInputs(const Json& body) {
  const ServerRules rules;
  Problem problem;
  Fields fields(body, "", problem);
  RequestImages images(rules, problem);
  CHECK(ReadEmbeddingInputs(fields, images, problem).size() <= kMaxEmbeddings);
}

}  // namespace
}  // namespace edgevlm

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  CHECK(edgevlm::DecodePercents(text).size() <= size);
  const edgevlm::Result<edgevlm::Json> body = edgevlm::ParseJson(text);
  if (!body) return 0;
  edgevlm::ResponseStore store(edgevlm::kStoreBytes);
  for (const char* id : {"resp_1", "resp_2", "resp_3"}) edgevlm::ReadAndStore(*body, store, id);
  edgevlm::ReadMessages(*body);
  edgevlm::ReadInputs(*body);
  return 0;
}
