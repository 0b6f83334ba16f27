#include "server/api/endpoints.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <utility>

namespace edgevlm {

ReplyFacts FactsFor(ServerContext& context, const char* prefix, std::vector<ShownImage> images) {
  const auto seconds = [](auto time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
  };
  // Unlike those of an earlier run, too.
  std::array<char, 64> id;
  std::snprintf(id.data(), id.size(), "%s-%llx-%llx", prefix,
                static_cast<unsigned long long>(seconds(context.begin_date())),
                static_cast<unsigned long long>(context.NextNumber()));
  return {.id = id.data(),
          .model = context.model_name(),
          .created = seconds(std::chrono::system_clock::now()),
          .images = std::move(images)};
}

}  // namespace edgevlm
