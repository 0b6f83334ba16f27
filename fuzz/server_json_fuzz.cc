// Any bytes as the body of a chat request: its fields, its images, its response format, and
// a text in that format. A crash or a sanitizer's report is the bug.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "edgevlm/edgevlm.h"
#include "edgevlm/grammar.h"
#include "server/api/chat_messages.h"
#include "server/decode_fields.h"
#include "server/parse/json.h"
#include "server/response_format.h"
#include "server/unsupported_fields.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const edgevlm::Result<edgevlm::Json> body = edgevlm::ParseJson(text);
  if (!body) return 0;
  static const edgevlm::Result<edgevlm::Engine> engine = edgevlm::Engine::LoadBuiltin();
  const edgevlm::ServerRules rules;
  edgevlm::Problem problem;
  edgevlm::Fields fields(*body, "", problem);
  const edgevlm::DecodeOptions decode = edgevlm::ReadDecodeFields(fields, rules, *engine);
  edgevlm::RejectUnsupported(fields);
  const auto form = edgevlm::ReadResponseFormat(fields, problem);
  edgevlm::RequestImages images(rules, problem);
  edgevlm::ReadChatMessages(fields, images, problem, edgevlm::ToolForm::kFunctionTags);
  if (!problem) CHECK(!edgevlm::Validate(decode));
  edgevlm::ReadOllamaOptions(fields, rules, *engine);
  if (form == nullptr) return 0;
  CHECK(!edgevlm::BeginsWithItself(*form));
  for (const char* reply :
       {"{}", "[[1, null], \"a\", {\"b\": [true]}]", "[[[[[[[[", "{\"a\":{\"a\":"}) {
    static_cast<void>(edgevlm::Fits(*form, reply));
  }
  return 0;
}
