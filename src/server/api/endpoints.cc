#include "server/api/endpoints.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <utility>

namespace edgevlm {

ReplyMetadata MakeReplyMetadata(ServerContext& context, const char* prefix,
                                std::vector<ImageSummary> images) {
  const auto seconds = [](auto time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
  };
  // With the start time, so that ids of different runs differ too.
  std::array<char, 64> id;
  std::snprintf(id.data(), id.size(), "%s-%llx-%llx", prefix,
                static_cast<unsigned long long>(seconds(context.start_time())),
                static_cast<unsigned long long>(context.NextNumber()));
  return {.id = id.data(),
          .model = context.model_name(),
          .created = seconds(std::chrono::system_clock::now()),
          .images = std::move(images)};
}

}  // namespace edgevlm
