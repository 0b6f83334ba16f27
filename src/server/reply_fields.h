// JSON objects that several API formats share.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "edgevlm/scheduler.h"
#include "server/request_images.h"
#include "server/video/video_summary.h"

namespace edgevlm {

// What is known of a reply before it is generated.
struct ReplyMetadata {
  std::string id;            // of the request, unique
  std::string model;         // name of the model
  std::int64_t created = 0;  // seconds since 1970
  std::vector<ImageSummary> images = {};
  // Filled before the reply is written (ChooseFrames).
  std::vector<std::shared_ptr<const VideoSummary>> videos = {};
};

// "stop" or "length".
const char* FinishName(FinishReason reason);

// Of a request for several replies: reply i. REQUIRES: there is one.
const Reply& ReplyAt(const RequestReply& request, int i);
// Their number.
int CountReplies(const RequestReply& request);

// {"prompt_tokens", "completion_tokens", "total_tokens", "prompt_tokens_details":
// {"cached_tokens"}}
nlohmann::json UsageJson(const RequestReply& request);

// [{"token", "logprob", "bytes", "top_logprobs": [{"token", "logprob", "bytes"}]}]
nlohmann::json ChoicesJson(std::span<const TokenChoice> choices);
// A log probability as JSON, which has no infinities.
double FiniteLogProbability(const TokenProbability& token);

// The names of llama.cpp's server (cache_n, prompt_n, prompt_ms, prompt_per_second, predicted_n,
// ...), those of vLLM and lmms-eval (ttft_ms, tpot_ms, itl_ms, e2e_ms, encoder_forward_ms), and
// fetch_ms, queue_ms, decode_ms, preprocess_ms, encode_ms, prefill_ms, total_ms.
nlohmann::json TimingsJson(const RequestReply& reply);

// A seed as requests give it: a signed number. Null: none, decoding was greedy.
nlohmann::json SeedJson(std::optional<std::uint64_t> seed);

// For each image {"id", "format", "width", "height", "tokens", "cache": "hit" or "miss"}.
nlohmann::json ImagesJson(const ReplyMetadata& metadata, const RequestReply& reply);

// Adds "videos", a list, if the request has some.
void AddVideos(const ReplyMetadata& metadata, nlohmann::json& object);

// {"stage": "videos|queue|pictures|prompt", "done": ..., "total": ...}
nlohmann::json ProgressJson(const Progress& progress);

}  // namespace edgevlm
