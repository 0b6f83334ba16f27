#include "measure/torchscript.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "video/child_process.h"

namespace edgevlm {
namespace {

using nlohmann::json;

constexpr const char* kProgram = "edgevlm-train";
constexpr double kNsPerSecond = 1e9;

Result<std::string> RunProgram(const std::string& path, std::span<const std::byte> image,
                               int threads, int max_tokens, int repetitions) {
  const std::optional<std::string> program = FindProgram(kProgram);
  if (!program) {
    return Error{ErrorCode::kUnsupported, std::string("torchscript: expected the program ") +
                                              kProgram +
                                              " beside edgevlm, found none: it is built "
                                              "with EDGEVLM_TRAIN=ON, which needs "
                                              "LibTorch (Debian: libtorch-dev)"};
  }
  const OwnedFd file = MemoryFile("image", image);
  if (file.get() < 0) {
    return Error{ErrorCode::kIo, "torchscript: the image cannot be passed on"};
  }
  const auto descriptor = [](int fd) { return "/dev/fd/" + std::to_string(fd); };
  Result<ChildProcess> child = ChildProcess::Start(
      *program,
      {"time", path, descriptor(kChildSourceFd), "--out", descriptor(kChildOutputFd), "--threads",
       std::to_string(threads), "--max-tokens", std::to_string(max_tokens), "--repetitions",
       std::to_string(repetitions)},
      file.get());
  if (!child) return child.error();
  std::string answer;
  std::vector<std::byte> block(1 << 16);
  for (;;) {
    const Result<std::size_t> count = child->Read(block);
    if (!count) return count.error();
    if (*count == 0) break;
    answer.append(reinterpret_cast<const char*>(block.data()), *count);
  }
  if (!answer.empty()) return answer;
  return Error{ErrorCode::kIo,
               std::string("torchscript: ") + kProgram + " was ended by " + child->End()};
}

Measurement TimesOf(const json& times, std::string test, int tokens) {
  Measurement measurement;
  measurement.test = std::move(test);
  measurement.generated_tokens = tokens;
  for (const json& ns : times) {
    measurement.samples_ns.push_back(ns);
    measurement.samples_ts.push_back(tokens * kNsPerSecond / ns.get<double>());
  }
  return measurement;
}

Result<ImageWork> ParseAnswer(const std::string& answer) {
  const json parsed = json::parse(answer, nullptr, false);
  try {
    if (parsed.contains("error")) return Error{ErrorCode::kInvalid, parsed.at("error")};
    const int tokens = parsed.at("caption_tokens");
    return ImageWork{.image = TimesOf(parsed.at("image_ns"), "img", 0),
                     .pass = TimesOf(parsed.at("pass_ns"), "pass", 1),
                     .caption = TimesOf(parsed.at("caption_ns"), "cap", tokens),
                     .text = parsed.at("caption")};
  } catch (const json::exception&) {
    return Error{ErrorCode::kCorrupt,
                 std::string("torchscript: expected times from ") + kProgram + ", found others"};
  }
}

Result<ImageWork> RunEngine(const Engine& engine, std::span<const std::byte> file, int max_tokens,
                            int repetitions) {
  Result<Measurement> image = MeasureImage(engine, file, repetitions);
  if (!image) return image.error();
  Result<Measurement> pass = MeasureCaption(engine, file, 1, repetitions);
  if (!pass) return pass.error();
  pass->test = "pass";
  Result<Measurement> caption = MeasureCaption(engine, file, max_tokens, repetitions);
  if (!caption) return caption.error();
  Session session(engine);
  if (auto error = session.SetImage(file)) return *error;
  DecodeOptions decode;
  decode.max_tokens = max_tokens;
  const auto reply = session.Caption(decode);
  if (!reply) return reply.error();
  return ImageWork{*std::move(image), *std::move(pass), *std::move(caption), reply->text};
}

}  // namespace

Result<TorchScriptComparison> CompareTorchScript(const Engine& engine, const std::string& path,
                                                 std::span<const std::byte> image, int threads,
                                                 int max_tokens, int repetitions) {
  const Result<std::string> answer = RunProgram(path, image, threads, max_tokens, repetitions);
  if (!answer) return answer.error();
  Result<ImageWork> torchscript = ParseAnswer(*answer);
  if (!torchscript) return torchscript.error();
  Result<ImageWork> ours = RunEngine(engine, image, max_tokens, repetitions);
  if (!ours) return ours.error();
  return TorchScriptComparison{*std::move(ours), *std::move(torchscript)};
}

}  // namespace edgevlm
