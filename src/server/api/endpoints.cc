#include "server/api/endpoints.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <utility>

namespace edgevlm {

ReplyFacts FactsFor(Site& site, const char* prefix, std::vector<ShownPicture> pictures) {
  const auto seconds = [](auto time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
  };
  // Unlike those of an earlier run, too.
  std::array<char, 64> id;
  std::snprintf(id.data(), id.size(), "%s-%llx-%llx", prefix,
                static_cast<unsigned long long>(seconds(site.begin_date())),
                static_cast<unsigned long long>(site.NextNumber()));
  return {.id = id.data(),
          .model = site.model_name(),
          .created = seconds(std::chrono::system_clock::now()),
          .pictures = std::move(pictures)};
}

namespace {

// Of all dialects together. What has no word here and no effect does not change what is said: who
// asks, what is stored, how long a model stays loaded.
constexpr const char* kUnsupported[] = {
    "logprobs",  "top_logprobs", "logit_bias", "tools",    "functions", "audio",  "mirostat",
    "reasoning", "think",        "suffix",     "template", "raw",       "context"};

// Fields often stand there with values that ask for nothing.
bool AsksForNothing(const nlohmann::json& value) {
  return value == false || value == 0 || value.empty() || value == "";
}

}  // namespace

void RefuseUnsupported(Fields& fields) {
  for (const char* name : {"n", "best_of"}) {
    if (fields.has(name)) fields.Whole(name, {1, 1}, 1);
  }
  for (const char* name : kUnsupported) {
    const nlohmann::json* value = fields.Any(name);
    if (value != nullptr && !AsksForNothing(*value)) {
      fields.Refuse(name, "this server does not do that", "unsupported");
    }
  }
}

}  // namespace edgevlm
