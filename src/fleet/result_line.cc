#include "fleet/result_line.h"

#include <nlohmann/json.hpp>

namespace edgevlm {
namespace {

// A member that is a text; null if there is none.
const std::string* TextIn(const nlohmann::json& object, const char* name) {
  const auto member = object.find(name);
  return member == object.end() ? nullptr : member->get_ptr<const std::string*>();
}

Error WrongLine() { return {ErrorCode::kCorrupt, "expected a result of a batch"}; }

}  // namespace

std::string ResultLine(const std::string& image, const std::string& renamed,
                       std::span<const std::string> questions, std::span<const Reply> replies) {
  nlohmann::ordered_json object = {{"image", image}};
  if (!renamed.empty()) object["renamed"] = renamed;
  const auto add = [](const Reply& reply, const char* name, nlohmann::ordered_json& to) {
    to[name] = reply.text;
    to["finish_reason"] = FinishReasonName(reply.finish_reason);
    to["reply_tokens"] = reply.reply_tokens;
  };
  if (questions.empty()) add(replies.front(), "caption", object);
  for (std::size_t i = 0; i < questions.size(); ++i) {
    nlohmann::ordered_json answer = {{"question", questions[i]}};
    add(replies[i], "answer", answer);
    object["answers"].push_back(std::move(answer));
  }
  return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

Result<ResultText> ReadResultLine(std::string_view line) {
  const nlohmann::json object = nlohmann::json::parse(line, nullptr, false);
  if (!object.is_object()) return WrongLine();
  const std::string* const image = TextIn(object, "image");
  if (image == nullptr) return WrongLine();
  const std::string* const renamed = TextIn(object, "renamed");
  ResultText result = {.image = *image, .path = renamed == nullptr ? *image : *renamed, .text = {}};
  if (const std::string* const caption = TextIn(object, "caption")) {
    result.text = *caption;
    return result;
  }
  const auto answers = object.find("answers");
  if (answers == object.end() || !answers->is_array()) return WrongLine();
  for (const nlohmann::json& entry : *answers) {
    const std::string* const answer = entry.is_object() ? TextIn(entry, "answer") : nullptr;
    if (answer == nullptr) return WrongLine();
    result.text.append(result.text.empty() ? "" : "\n").append(*answer);
  }
  return result;
}

std::string TextOf(std::span<const Reply> replies) {
  std::string text;
  for (const Reply& reply : replies) text.append(text.empty() ? "" : "\n").append(reply.text);
  return text;
}

}  // namespace edgevlm
