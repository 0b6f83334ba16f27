#include "train/torchscript/time.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>

#include "image/decode.h"
#include "train/data/sample.h"
#include "train/data/text_rows.h"
#include "train/loop/checkpoint.h"
#include "train/torchscript/module.h"

namespace edgevlm::train {
namespace {

// A module of ExportTorchScript with what it needs to caption.
struct Captioner {
  torch::jit::Module module;
  VlmShape shape;
  Tokenizer tokenizer;
};

Result<Captioner> Load(const std::string& path) {
  if (!std::filesystem::exists(path)) {
    return Error{ErrorCode::kNotFound, path + ": no such file"};
  }
  const Error not_ours{ErrorCode::kCorrupt,
                       path + ": expected a TorchScript file that edgevlm-train exported"};
  try {
    torch::jit::ExtraFilesMap files = {{kRunFile, ""}};
    torch::jit::Module module = torch::jit::load(path, torch::kCPU, files);
    if (files.at(kRunFile).empty()) return not_ours;  // any archive of LibTorch loads
    Result<Run> run = ParseRun(files.at(kRunFile), path + ": " + kRunFile);
    if (!run) return run.error();
    Result<Tokenizer> tokenizer = Tokenizer::Create(run->vocabulary);
    if (!tokenizer) return tokenizer.error();
    return Captioner{module, run->shape, *std::move(tokenizer)};
  } catch (const c10::Error&) {
    return not_ours;
  }
}

// [1, 3, S, S]
Result<torch::Tensor> ReadImage(std::span<const std::byte> file, int side, ThreadPool& pool) {
  const Preprocessing preprocessing = BuiltinPreprocessing(side);
  const Result<Image> image = Decode(file, {}, side);
  if (!image) return image.error();
  torch::Tensor pixels = torch::empty({1, side, side, 3});
  Preprocess(*image, preprocessing, View<float>(pixels.data_ptr<float>(), side * side, 3), pool);
  return pixels.permute({0, 3, 1, 2});
}

std::vector<std::int64_t> Time(int repetitions, const std::function<void()>& work) {
  using Clock = std::chrono::steady_clock;
  work();
  std::vector<std::int64_t> times;
  for (int i = 0; i < repetitions; ++i) {
    const Clock::time_point begin = Clock::now();
    work();
    times.push_back(std::chrono::nanoseconds(Clock::now() - begin).count());
  }
  return times;
}

}  // namespace

Result<TorchScriptTimes> TimeTorchScript(const std::string& path, std::span<const std::byte> image,
                                         int threads, int max_tokens, int repetitions) {
  torch::set_num_threads(threads);
  const torch::NoGradGuard no_grad;
  Result<Captioner> captioner = Load(path);
  if (!captioner) return captioner.error();
  torch::jit::Module& module = captioner->module;
  const Tokenizer& tokenizer = captioner->tokenizer;
  ThreadPool pool(threads);
  const auto pixels = [&] { return ReadImage(image, captioner->shape.image_side, pool); };
  if (const auto read = pixels(); !read) return read.error();

  const TextTokens tokens = TokensOf({}, tokenizer);
  const std::int64_t start = tokens.ids.front(), end = tokens.ids.back();
  const torch::Tensor prompt = torch::full({1, 1}, start, torch::kInt64);
  TorchScriptTimes times;
  times.image = Time(repetitions, [&] { module.get_method("encode")({*pixels()}); });
  times.pass = Time(repetitions, [&] { module.forward({*pixels(), prompt}); });
  torch::Tensor ids;
  times.caption = Time(repetitions, [&] {
    ids = module.get_method("generate")({*pixels(), prompt, end, std::int64_t{max_tokens}})
              .toTensor();
  });
  times.tokens = static_cast<int>(ids.numel());
  const auto* first = ids.data_ptr<std::int64_t>();
  times.text = tokenizer.Decode(std::vector<int>(first, first + ids.numel()));
  if (times.text.starts_with(' ')) times.text.erase(0, 1);  // as in TokensOf
  return times;
}

std::string TimesJson(const TorchScriptTimes& times) {
  return nlohmann::json{{"image_ns", times.image},
                        {"pass_ns", times.pass},
                        {"caption_ns", times.caption},
                        {"caption", times.text},
                        {"caption_tokens", times.tokens}}
      .dump();
}

}  // namespace edgevlm::train
