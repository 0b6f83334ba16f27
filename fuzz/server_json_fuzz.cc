// Any bytes as the body of a chat request. A crash or a sanitizer's report is the bug.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "server/api/chat_messages.h"
#include "server/decode_fields.h"
#include "server/parse/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const edgevlm::Result<nlohmann::json> body = edgevlm::ParseJson(text);
  if (!body) return 0;
  const edgevlm::ServerRules rules;
  edgevlm::Problem problem;
  edgevlm::Fields fields(*body, "", problem);
  const edgevlm::DecodeOptions decode = edgevlm::ReadDecodeFields(fields, rules);
  edgevlm::Pictures pictures(rules, problem);
  edgevlm::ReadChatMessages(fields, pictures, problem);
  if (!problem) CHECK(!edgevlm::Validate(decode));
  return 0;
}
