// Conversations with a tiny model. For tests.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "engine/testing/tiny_engine.h"

namespace edgevlm {

// Of caches that nothing is ever evicted from.
inline constexpr std::size_t kAmple = std::size_t{1} << 24;

// Sampled, so that all logits count.
inline DecodeOptions Hot(int max_tokens) {
  return {.max_tokens = max_tokens, .temperature = 1.5f, .seed = 4};
}

inline Message User(std::vector<Part> parts) {
  return {.role = Role::kUser, .parts = std::move(parts)};
}
inline Message Assistant(std::string text) {
  return {.role = Role::kAssistant, .parts = {{.text = std::move(text)}}};
}

inline Engine LoadTiny(const EngineOptions& options, unsigned seed = 7) {
  Result<Engine> engine = Engine::Load(TinyWithTokenizer(seed).ToBytes(), options);
  if (!engine) CheckFailed(__FILE__, __LINE__, engine.error().message.c_str());
  return *std::move(engine);
}

// A model without task tokens: it uses a chat template.
inline Engine ChatEngine(const EngineOptions& options = {.threads = 1}) {
  TinyModel model = TinyWithTokenizer();
  auto& tokens = std::get<std::vector<std::string>>(model.keys[std::string(keys::kTokens)]);
  for (const std::size_t task : {262u, 263u, 264u}) tokens[task] = "<|free" + std::to_string(task);
  Result<Engine> engine = Engine::Load(model.ToBytes(), options);
  if (!engine) CheckFailed(__FILE__, __LINE__, engine.error().message.c_str());
  return *std::move(engine);
}

}  // namespace edgevlm
