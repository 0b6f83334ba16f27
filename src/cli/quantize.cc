// edgevlm quantize IN.gguf OUT.gguf TYPE: quantizes a model.
#include "convert/quantize.h"

#include <array>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/mapped_file.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/progress.h"

namespace edgevlm {
namespace {

// Progress is counted in units of this many values, so that an int is enough for any model.
constexpr std::int64_t kValuesPerPart = 1 << 20;

double BitsPerValue(std::int64_t bytes, std::int64_t values) {
  return values == 0 ? 0.0 : 8.0 * static_cast<double>(bytes) / static_cast<double>(values);
}

std::string SizeText(std::int64_t bytes, std::int64_t values) {
  std::array<char, 80> text;
  std::snprintf(text.data(), text.size(), "%.1f MB (%.2f bits per value)",
                static_cast<double>(bytes) * 1e-6, BitsPerValue(bytes, values));
  return text.data();
}

std::string TypeNames() {
  std::string names;
  for (const FileType& type : FileTypes()) {
    names += (names.empty() ? "" : ", ") + std::string(type.name);
  }
  return names;
}

class QuantizeCommand final : public Command {
 public:
  void Declare(CLI::App& app) override {
    app.add_option("IN", input_, "GGUF file with F32, F16 or BF16 weights")
        ->required()
        ->type_name("");
    app.add_option("OUT", path_, "GGUF file to write")->required()->type_name("");
    app.add_option("TYPE", type_, "what to make of it, see below")->required()->type_name("");
    app.add_option("--imatrix", imatrix_,
                   "what matters, as `edgevlm imatrix` or llama-imatrix measured it")
        ->type_name("FILE");
    app.add_option("--tensor-type", rules_,
                   "another type for tensors whose name matches a regular expression;\n"
                   "of several matches the last counts")
        ->type_name("PATTERN=TYPE");
    app.add_flag("--force", replaces_, "replace OUT if it is there already");
    options_.DeclareThreads(app);
    DeclareJson(app, json_);
    app.footer("Types: " + TypeNames() +
               "\n"
               "_S, _M and _L give the more sensitive tensors some more bits.\n"
               "Examples:\n"
               "  edgevlm quantize model-f16.gguf model-Q4_K_M.gguf Q4_K_M\n"
               "  edgevlm quantize mmproj-f16.gguf mmproj-Q8_0.gguf q8_0\n"
               "  edgevlm quantize --imatrix imatrix.gguf model-f16.gguf small.gguf IQ4_XS\n"
               "  edgevlm quantize --tensor-type 'ffn_down=q6_k' model-f16.gguf m.gguf q4_k_m");
  }

  ExitCode Run(Output& output) override {
    const auto type = ParseFileType(type_);
    if (!type) {
      PrintError(type.error().message);
      return ExitCode::kUsage;
    }
    QuantizeOptions options = {.type = *type,
                               .existing = replaces_ ? Existing::kReplaced : Existing::kKept};
    for (const std::string& text : rules_) {
      auto rule = TypeRule::Parse(text);
      if (!rule) {
        PrintError("--" + rule.error().message);
        return ExitCode::kUsage;
      }
      options.rules.push_back(*std::move(rule));
    }
    const auto input = MappedParts::Open(input_);
    if (!input) return Fail(input.error());
    const auto importance = ReadImportance();
    if (!importance) return Fail(importance.error());
    if (*importance) options.importance = &**importance;
    const auto report = Quantize(*input, options);
    if (!report) return Fail(InFile(report.error()));
    if (json_) {
      output.PrintJson({{"type", type->name},
                        {"bytes_before", report->bytes_before},
                        {"bytes_after", report->bytes_after},
                        {"values", report->values},
                        {"weighted_tensors", report->weighted_tensors},
                        {"bits_per_value", BitsPerValue(report->bytes_after, report->values)}});
    } else {
      output.Print(Printable(path_) + ": " + std::string(type->name) + ", " +
                   SizeText(report->bytes_after, report->values) + ", from " +
                   SizeText(report->bytes_before, report->values) + "\n");
    }
    return ExitCode::kDone;
  }

 private:
  // Nothing without --imatrix.
  Result<std::optional<ImportanceMatrix>> ReadImportance() const {
    if (imatrix_.empty()) return std::optional<ImportanceMatrix>();
    const auto file = MappedFile::Open(imatrix_);
    if (!file) return file.error();
    auto matrix = ImportanceMatrix::Parse(file->bytes());
    if (!matrix) return matrix.error().In(imatrix_);
    return std::optional(*std::move(matrix));
  }

  Result<QuantizeReport> Quantize(const MappedParts& input, const QuantizeOptions& options) const {
    ThreadPool pool(options_.threads);
    ProgressBar bar;
    const auto show = [&](std::int64_t done, std::int64_t total) {
      bar.Show(static_cast<int>((done + kValuesPerPart - 1) / kValuesPerPart),
               static_cast<int>((total + kValuesPerPart - 1) / kValuesPerPart));
    };
    return QuantizeFile(input, options, path_, pool, show);
  }

  // File errors already name the file.
  Error InFile(const Error& error) const {
    if (error.message.starts_with(input_) || error.message.starts_with(path_)) return error;
    return error.In(input_);
  }

  std::string input_;
  std::string path_;
  std::string type_;
  std::string imatrix_;
  std::vector<std::string> rules_;
  ModelOptions options_;
  bool replaces_ = false;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeQuantizeCommand() { return std::make_unique<QuantizeCommand>(); }

}  // namespace edgevlm
