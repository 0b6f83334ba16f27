#include "fleet/queue_message.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

namespace edgevlm {
namespace {

using nlohmann::json;

Error Wrong(const std::string& what) {
  return {ErrorCode::kCorrupt, "message of the queue: " + what};
}

std::string Text(const json& object) {
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

// An object on one line.
Result<json> ReadObject(std::string_view line) {
  if (line.size() > kMaxQueueLineBytes) {
    return Error{ErrorCode::kTooLarge, "message of the queue: line: expected at most " +
                                           std::to_string(kMaxQueueLineBytes) + " bytes, found " +
                                           std::to_string(line.size())};
  }
  json object = json::parse(line, nullptr, false);
  if (!object.is_object()) return Wrong("expected an object of JSON");
  return object;
}

std::optional<std::string> TextIn(const json& object, const char* name) {
  const auto member = object.find(name);
  if (member == object.end() || !member->is_string()) return std::nullopt;
  return member->get<std::string>();
}

template <class Number>
bool ReadNumber(const json& object, const char* name, Number& to) {
  const auto member = object.find(name);
  if (member == object.end() || !member->is_number()) return false;
  const double value = member->get<double>();
  // Not below: the largest int is not a float, and the comparison would round it up.
  if (!(std::abs(value) < static_cast<double>(std::numeric_limits<int>::max()))) return false;
  to = static_cast<Number>(value);
  return true;
}

MaybeError CheckQueueVersion(const json& object) {
  int version = 0;
  if (!ReadNumber(object, "version", version)) return Wrong("version: expected a number");
  if (version == kQueueVersion) return {};
  return Error{ErrorCode::kUnsupported, "message of the queue: version: expected " +
                                            std::to_string(kQueueVersion) + ", found " +
                                            std::to_string(version) +
                                            "; all devices need the same version of EdgeVLM"};
}

bool ReadTexts(const json& object, const char* name, std::vector<std::string>& to) {
  const auto member = object.find(name);
  if (member == object.end() || !member->is_array() || member->size() > kMaxQueueQuestions) {
    return false;
  }
  for (const json& text : *member) {
    if (!text.is_string()) return false;
    to.push_back(text.get<std::string>());
  }
  return true;
}

bool ReadDecode(const json& object, DecodeOptions& to) {
  if (object.contains("seed")) {
    const auto seed = object.find("seed");
    if (!seed->is_number_unsigned()) return false;
    to.seed = seed->get<std::uint64_t>();
  }
  return ReadNumber(object, "max_tokens", to.max_tokens) &&
         ReadNumber(object, "temperature", to.temperature) &&
         ReadNumber(object, "top_k", to.top_k) && ReadNumber(object, "top_p", to.top_p) &&
         ReadNumber(object, "min_p", to.min_p) &&
         ReadNumber(object, "repetition_penalty", to.repetition_penalty) &&
         ReadNumber(object, "presence_penalty", to.presence_penalty) &&
         ReadNumber(object, "frequency_penalty", to.frequency_penalty) &&
         ReadNumber(object, "penalty_window", to.penalty_window) &&
         ReadTexts(object, "stop", to.stop);
}

constexpr std::array kReasons = {FinishReason::kEndOfText, FinishReason::kMaxTokens,
                                 FinishReason::kStopString, FinishReason::kContextFull};

bool ReadReply(const json& object, Reply& to) {
  if (!object.is_object()) return false;
  const auto text = TextIn(object, "text");
  const auto reason = TextIn(object, "finish_reason");
  if (!text || !reason || !ReadNumber(object, "reply_tokens", to.reply_tokens)) return false;
  const auto found = std::ranges::find(kReasons, *reason, FinishReasonName);
  if (found == kReasons.end()) return false;
  to.text = *text;
  to.finish_reason = *found;
  return true;
}

// A line of the message; what follows stays.
std::optional<std::string_view> CutLine(std::string_view& message) {
  const std::size_t end = message.substr(0, kMaxQueueLineBytes + 1).find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = message.substr(0, end);
  message.remove_prefix(end + 1);
  return line;
}

}  // namespace

std::string WorkLine(const QueueWork& work) {
  const DecodeOptions& decode = work.asked.decode;
  json object = {{"version", kQueueVersion},
                 {"questions", work.asked.questions},
                 {"schema", work.schema},
                 {"max_tokens", decode.max_tokens},
                 {"temperature", decode.temperature},
                 {"top_k", decode.top_k},
                 {"top_p", decode.top_p},
                 {"min_p", decode.min_p},
                 {"repetition_penalty", decode.repetition_penalty},
                 {"presence_penalty", decode.presence_penalty},
                 {"frequency_penalty", decode.frequency_penalty},
                 {"penalty_window", decode.penalty_window},
                 {"stop", decode.stop}};
  if (decode.seed) object["seed"] = *decode.seed;
  return Text(object);
}

Result<QueueWork> ReadWorkLine(std::string_view line) {
  const Result<json> object = ReadObject(line);
  if (!object) return object.error();
  if (auto error = CheckQueueVersion(*object)) return *error;
  QueueWork work;
  const auto schema = TextIn(*object, "schema");
  if (!schema || !ReadTexts(*object, "questions", work.asked.questions) ||
      !ReadDecode(*object, work.asked.decode)) {
    return Wrong("expected what to ask, found a member that is missing or of another type");
  }
  work.schema = *schema;
  if (auto error = Validate(work.asked.decode)) return *error;
  return work;
}

std::string ImageMessage(std::string_view work, std::string_view id, std::string_view batch,
                         const std::string& name, std::span<const std::byte> file) {
  std::string message(work);
  message += '\n';
  message += Text({{"id", id}, {"batch", batch}, {"image", name}});
  message += '\n';
  message.append(reinterpret_cast<const char*>(file.data()), file.size());
  return message;
}

Result<QueueImage> ReadImageMessage(std::string_view message) {
  const auto work = CutLine(message);
  const auto image = CutLine(message);
  if (!work || !image) return Wrong("expected two lines and an image");
  const Result<json> object = ReadObject(*image);
  if (!object) return object.error();
  const auto id = TextIn(*object, "id");
  const auto batch = TextIn(*object, "batch");
  const auto name = TextIn(*object, "image");
  if (!id || !batch || !name) return Wrong("expected id, batch and image");
  return QueueImage{.work = *work, .id = *id, .batch = *batch, .name = *name, .file = message};
}

std::string RepliesMessage(const QueueReplies& replies) {
  json object = {{"version", kQueueVersion}, {"id", replies.id}, {"worker", replies.worker}};
  if (!replies.replies) {
    object["error"] = replies.replies.error().message;
    return Text(object);
  }
  object["replies"] = json::array();
  for (const Reply& reply : *replies.replies) {
    object["replies"].push_back({{"text", reply.text},
                                 {"finish_reason", FinishReasonName(reply.finish_reason)},
                                 {"reply_tokens", reply.reply_tokens}});
  }
  return Text(object);
}

Result<QueueReplies> ReadRepliesMessage(std::string_view message) {
  const Result<json> object = ReadObject(message);
  if (!object) return object.error();
  if (auto error = CheckQueueVersion(*object)) return *error;
  const auto id = TextIn(*object, "id");
  const auto worker = TextIn(*object, "worker");
  if (!id || !worker) return Wrong("expected id and worker");
  QueueReplies read = {.id = *id, .worker = *worker, .replies = std::vector<Reply>()};
  if (const auto error = TextIn(*object, "error")) {
    read.replies = Error{ErrorCode::kInvalid, *error};
    return read;
  }
  const auto replies = object->find("replies");
  if (replies == object->end() || !replies->is_array() || replies->empty() ||
      replies->size() > kMaxQueueQuestions) {
    return Wrong("expected replies or an error");
  }
  for (const json& reply : *replies) {
    if (!ReadReply(reply, (*read.replies).emplace_back())) return Wrong("expected a reply");
  }
  return read;
}

}  // namespace edgevlm
