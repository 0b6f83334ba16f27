// Time spent on padding, and on encoding an image again.
#include "base/stopwatch.h"
#include "edgevlm/probe.h"
#include "engine/measured_engine.h"
#include "measure/experiment/workload.h"

namespace edgevlm {
namespace {

class WasteWorkload final : public Workload {
 public:
  Result<Outcome> Run(const Engine& engine, const Setup& setup, const Item& item) override {
    if (item.images.size() != 1) {
      return Error{ErrorCode::kUnsupported,
                   item.id + ": expected one image, found " + std::to_string(item.images.size())};
    }
    const std::vector<std::byte>& file = item.images.front();
    const Result<ImageFileInfo> info = ProbeImage(file);
    if (!info) return info.error();
    const Result<double> shown =
        MeasuredEngine(engine).ShownShare({.width = info->width, .height = info->height});
    if (!shown) return shown.error();

    Session session(engine);
    const Stopwatch watch;
    if (auto error = session.SetImage(file)) return *error;
    const double encode_ms = session.image()->timings.encode_ms;
    const Result<Reply> reply =
        session.Ask(item.question, {.max_tokens = setup.request.max_tokens});
    const double request_ms = watch.Milliseconds();
    if (!reply) return reply.error();
    const double padding_ms = encode_ms * (1 - *shown);
    return Outcome{.metrics = {{"request_ms", request_ms},
                               {"encode_ms", encode_ms},
                               {"padding_ms", padding_ms},
                               {"padding_share", padding_ms / request_ms},
                               {"repeated_ms", encode_ms},
                               {"repeated_share", encode_ms / request_ms}}};
  }
};

}  // namespace

std::unique_ptr<Workload> MakeWasteWorkload(const LoadModel&) {
  return std::make_unique<WasteWorkload>();
}

}  // namespace edgevlm
