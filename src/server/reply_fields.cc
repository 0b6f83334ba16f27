#include "server/reply_fields.h"

#include <cmath>
#include <utility>

namespace edgevlm {
namespace {

constexpr double kMillisecondsPerSecond = 1000;

double Each(double milliseconds, int count) { return count > 0 ? milliseconds / count : 0; }
double PerSecond(double milliseconds, int count) {
  return milliseconds > 0 ? count / milliseconds * kMillisecondsPerSecond : 0;
}

}  // namespace

const char* FinishName(FinishReason reason) {
  const bool is_cut = reason == FinishReason::kMaxTokens || reason == FinishReason::kContextFull;
  return is_cut ? "length" : "stop";
}

const Reply& ReplyAt(const RequestReply& request, int i) {
  return i == 0 ? request.reply : request.others[static_cast<std::size_t>(i) - 1];
}

int CountReplies(const RequestReply& request) {
  return 1 + static_cast<int>(request.others.size());
}

nlohmann::json UsageJson(const RequestReply& request) {
  const Reply& first = request.reply;
  int reply_tokens = first.reply_tokens;
  for (const Reply& other : request.others) reply_tokens += other.reply_tokens;
  nlohmann::json details = {{"cached_tokens", first.reused_tokens}};
  if (request.sound_tokens > 0) details["audio_tokens"] = request.sound_tokens;
  return {{"prompt_tokens", first.prompt_tokens},
          {"completion_tokens", reply_tokens},
          {"total_tokens", first.prompt_tokens + reply_tokens},
          {"prompt_tokens_details", std::move(details)}};
}

double FiniteLogProbability(const TokenProbability& token) {
  constexpr double kLeast = -9999;
  return std::isfinite(token.log_probability) ? token.log_probability : kLeast;
}

nlohmann::json ChoicesJson(std::span<const TokenChoice> choices) {
  const auto write = [](const TokenProbability& token) {
    nlohmann::json bytes = nlohmann::json::array();
    for (const char c : token.text) bytes.push_back(static_cast<unsigned char>(c));
    return nlohmann::json{{"token", token.text},
                          {"logprob", FiniteLogProbability(token)},
                          {"bytes", std::move(bytes)}};
  };
  nlohmann::json list = nlohmann::json::array();
  for (const TokenChoice& choice : choices) {
    nlohmann::json likeliest = nlohmann::json::array();
    for (const TokenProbability& token : choice.likeliest) likeliest.push_back(write(token));
    nlohmann::json entry = write(choice.chosen);
    entry["top_logprobs"] = std::move(likeliest);
    list.push_back(std::move(entry));
  }
  return list;
}

nlohmann::json TimingsJson(const RequestReply& request) {
  const Reply& reply = request.reply;
  const Timings& t = reply.timings;
  const int read = reply.prompt_tokens - reply.reused_tokens;
  nlohmann::json object = {{"cache_n", reply.reused_tokens},
                           {"prompt_n", read},
                           {"prompt_ms", t.prefill_ms},
                           {"prompt_per_token_ms", Each(t.prefill_ms, read)},
                           {"prompt_per_second", PerSecond(t.prefill_ms, read)},
                           {"predicted_n", reply.reply_tokens},
                           {"predicted_ms", t.generate_ms},
                           {"predicted_per_token_ms", Each(t.generate_ms, reply.reply_tokens)},
                           {"predicted_per_second", PerSecond(t.generate_ms, reply.reply_tokens)},
                           {"draft_n", reply.drafted_tokens},
                           {"draft_n_accepted", reply.accepted_tokens},
                           {"fetch_ms", request.fetch_ms},
                           {"queue_ms", request.queue_ms},
                           {"decode_ms", t.decode_ms},
                           {"preprocess_ms", t.preprocess_ms},
                           {"encode_ms", t.encode_ms},
                           {"prefill_ms", t.prefill_ms},
                           {"ttft_ms", request.first_token_ms},
                           {"total_ms", t.total_ms},
                           {"e2e_ms", t.total_ms},
                           {"encoder_forward_ms", t.encode_ms}};
  if (reply.reply_tokens > 1) {
    object["tpot_ms"] = (t.total_ms - request.first_token_ms) / (reply.reply_tokens - 1);
  }
  if (const auto& gaps = reply.gaps) {
    object["itl_ms"] = {{"p50", gaps->p50_ms}, {"p99", gaps->p99_ms}, {"max", gaps->max_ms}};
  }
  return object;
}

nlohmann::json SeedJson(std::optional<std::uint64_t> seed) {
  return seed ? nlohmann::json(static_cast<std::int64_t>(*seed)) : nlohmann::json();
}

nlohmann::json ImagesJson(const ReplyMetadata& metadata, const RequestReply& reply) {
  nlohmann::json list = nlohmann::json::array();
  for (std::size_t i = 0; i < metadata.images.size() && i < reply.images.size(); ++i) {
    const ImageSummary& image = metadata.images[i];
    const ImageReply& encoded = reply.images[i];
    list.push_back({{"id", image.id},
                    {"format", image.info.format},
                    {"width", image.info.width},
                    {"height", image.info.height},
                    {"tokens", encoded.tokens},
                    {"cache", encoded.is_reused ? "hit" : "miss"}});
  }
  return list;
}

void AddVideos(const ReplyMetadata& metadata, nlohmann::json& object) {
  for (const auto& video : metadata.videos) object["videos"].push_back(ToJson(*video));
}

nlohmann::json ProgressJson(const Progress& progress) {
  const char* stage = progress.stage == RequestStage::kVideos   ? "videos"
                      : progress.stage == RequestStage::kQueue  ? "queue"
                      : progress.stage == RequestStage::kImages ? "pictures"
                                                                : "prompt";
  return {{"stage", stage}, {"done", progress.done}, {"total", progress.total}};
}

}  // namespace edgevlm
