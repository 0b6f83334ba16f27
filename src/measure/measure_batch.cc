#include <string>
#include <utility>

#include "edgevlm/count_tokens.h"
#include "fleet/reply_pipeline.h"
#include "measure/measurement.h"
#include "measure/repeat.h"

namespace edgevlm {
namespace {

// Enough that the start and the end, when fewer than `together` are decoded, weigh little.
constexpr int kImagesEach = 4;

}  // namespace

Result<Measurement> MeasureBatch(const Engine& engine, std::span<const std::byte> file,
                                 int max_tokens, int together, int repetitions) {
  Measurement measurement;
  measurement.test = "capx" + std::to_string(together);
  const int images = kImagesEach * together;
  const PipelineOptions options = {.asked = {.decode = {.max_tokens = max_tokens}},
                                   .running = together};
  const auto run = [&]() -> Result<int> {
    int next = 0;
    int tokens = 0;
    const auto error = RunPipeline(
        engine, options,
        {.next = [&](bool) -> NextImage {
           if (next == images) return NoImage::kEver;
           return PipelineImage{.index = next++,
                                .file = std::vector<std::byte>(file.begin(), file.end())};
         },
         .on_replies = [&](PipelineReplies replies) -> MaybeError {
           if (!replies.replies) return replies.replies.error();
           tokens += replies.replies->front().reply_tokens;
           measurement.prompt_tokens = replies.replies->front().prompt_tokens;
           return {};
         }});
    if (error) return *error;
    return tokens;
  };
  if (auto error = Repeat(repetitions, measurement, run)) return *error;
  for (std::int64_t& sample : measurement.samples_ns) sample /= images;
  measurement.generated_tokens /= images;
  const Result<int> tokens = CountImageTokens(engine, file);
  if (!tokens) return tokens.error();
  measurement.image_tokens = *tokens;
  return measurement;
}

}  // namespace edgevlm
