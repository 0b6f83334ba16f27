#include "cli/eval_text.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <string_view>
#include <utility>

#include "cli/format.h"
#include "cli/input.h"
#include "cli/progress.h"
#include "engine/precision_names.h"
#include "measure/text_divergence.h"

namespace edgevlm {
namespace {

constexpr std::string_view kFloat32 = "f32";

// The model that predictions are compared with: in float32, with a cache that keeps everything.
ModelOptions ReferenceFor(const EvalTextOptions& options, const ModelOptions& model) {
  ModelOptions reference;
  reference.model = options.against == kFloat32 ? model.model : options.against;
  reference.mmproj = kNoMmproj;
  reference.context_tokens = model.context_tokens;
  reference.threads = model.threads;
  reference.precision = Precision::kFloat32;
  return reference;
}

std::string Row(const char* name, const std::string& value) {
  std::array<char, 128> text;
  std::snprintf(text.data(), text.size(), "%-26s %9s\n", name, value.c_str());
  return text.data();
}

std::string Table(const EvalTextOptions& options, const TextDivergence& result) {
  const DivergenceSummary& summary = result.summary;
  const std::string reference =
      options.against == kFloat32 ? "perplexity in float32" : "perplexity of reference";
  return Row("windows", std::to_string(result.windows)) +
         Row("tokens predicted", std::to_string(result.rows)) +
         Row("KL divergence, mean", Format("%.5f", summary.mean)) +
         Row("KL divergence, p99", Format("%.4f", summary.p99)) +
         Row("same most likely token", Format("%.2f %%", 100 * summary.same_token)) +
         Row("perplexity", Format("%.3f", summary.perplexity)) +
         Row(reference.c_str(), Format("%.3f", summary.reference_perplexity));
}

nlohmann::json ToJson(const EvalTextOptions& options, const ModelOptions& model,
                      const TextDivergence& result) {
  const DivergenceSummary& summary = result.summary;
  return {{"against", options.against},
          {"precision", PrecisionName(model.precision)},
          {"cache", CacheText(model.cache)},
          {"single_tokens", options.single_tokens},
          {"windows", result.windows},
          {"window_tokens", options.window_tokens},
          {"tokens", result.rows},
          {"mean_kl", summary.mean},
          {"p99_kl", summary.p99},
          {"same_token", summary.same_token},
          {"perplexity", summary.perplexity},
          {"reference_perplexity", summary.reference_perplexity}};
}

}  // namespace

void EvalTextOptions::Declare(CLI::App& app) {
  CLI::Option* const option =
      app.add_option(
             "--against", against,
             "evaluate a text in place of a dataset: how far the predictions are from those "
             "of\nthe same model in float32 (f32), or of another one with the same "
             "vocabulary")
          ->type_name("f32|FILE|NAME")
          ->excludes("--blank")
          ->excludes("--limit")
          ->excludes("--samples")
          ->excludes("--max-tokens");
  app.add_option("--windows", windows, "parts of the text, each read from an empty cache")
      ->type_name("N")
      ->capture_default_str()
      ->needs(option)
      ->check(CLI::Range(1, 1 << 20).description(""));
  app.add_option("--window-tokens", window_tokens,
                 "tokens of a part; predictions in its second half count")
      ->type_name("N")
      ->capture_default_str()
      ->needs(option)
      ->check(CLI::Range(2, 1 << 20).description(""));
  app.add_flag("--single-tokens", single_tokens,
               "read the second halves token by token, as replies are made;\n"
               "left out: like a prompt")
      ->needs(option);
}

ExitCode EvalText(const std::string& path, const EvalTextOptions& options,
                  const ModelOptions& model, bool json, Output& output) {
  const auto text = ReadInput(path);
  if (!text) return Fail(text.error());
  ModelOptions measured = model;
  if (measured.mmproj.empty()) measured.mmproj = kNoMmproj;
  const ModelOptions reference = ReferenceFor(options, measured);
  std::optional<ProgressBar> bar(std::in_place);
  const Result<TextDivergence> result =
      MeasureTextDivergence({.load_reference = [&] { return LoadEngine(reference); },
                             .load_measured = [&] { return LoadEngine(measured); },
                             .text = {reinterpret_cast<const char*>(text->data()), text->size()},
                             .window_tokens = options.window_tokens,
                             .windows = options.windows,
                             .single_tokens = options.single_tokens,
                             .on_rows = [&](int done, int total) { bar->Show(done, total); }});
  bar.reset();
  if (!result) return Fail(result.error());
  if (json) {
    output.PrintJson(ToJson(options, measured, *result));
  } else {
    output.Print(Table(options, *result));
  }
  return ExitCode::kDone;
}

}  // namespace edgevlm
