#include "cli/torchscript_report.h"

#include <nlohmann/json.hpp>

#include "cli/format.h"

namespace edgevlm {
namespace {

constexpr double kNsPerMs = 1e6;

double MedianMs(const Measurement& measurement) {
  return SpreadOf(measurement.samples_ns).median / kNsPerMs;
}

std::string Line(const std::string& name, const Measurement& ours, const Measurement& theirs) {
  const double our_ms = MedianMs(ours), their_ms = MedianMs(theirs);
  return "| " + name + " | " + Format("%.2f", our_ms) + " | " + Format("%.2f", their_ms) + " | " +
         Format("%.2f", their_ms / our_ms) + " |\n";
}

nlohmann::ordered_json ToJson(const ImageWork& work) {
  return {{"image_ms", MedianMs(work.image)},
          {"pass_ms", MedianMs(work.pass)},
          {"caption_ms", MedianMs(work.caption)},
          {"caption", work.text},
          {"caption_tokens", work.caption.generated_tokens}};
}

}  // namespace

std::string TorchScriptMarkdown(const TorchScriptComparison& comparison) {
  const auto& [engine, torchscript] = comparison;
  return "| work on one image | EdgeVLM, ms | TorchScript, ms | times as fast |\n"
         "| --- | ---: | ---: | ---: |\n" +
         Line("to its embeddings", engine.image, torchscript.image) +
         Line("one forward pass", engine.pass, torchscript.pass) +
         Line("a whole caption", engine.caption, torchscript.caption) +
         "\nEdgeVLM:     " + engine.text + "\nTorchScript: " + torchscript.text + "\n";
}

std::string TorchScriptJson(const TorchScriptComparison& comparison) {
  return nlohmann::ordered_json{{"edgevlm", ToJson(comparison.engine)},
                                {"torchscript", ToJson(comparison.torchscript)}}
             .dump() +
         "\n";
}

}  // namespace edgevlm
