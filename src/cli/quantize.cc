// edgevlm quantize IN.gguf OUT.gguf TYPE: quantizes a model.
#include "convert/quantize.h"

#include <array>
#include <cstdio>
#include <string>

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
    app.add_flag("--force", replaces_, "replace OUT if it is there already");
    options_.DeclareThreads(app);
    DeclareJson(app, json_);
    app.footer("Types: " + TypeNames() +
               "\n"
               "_S, _M and _L give the more sensitive tensors some more bits.\n"
               "Examples:\n"
               "  edgevlm quantize model-f16.gguf model-Q4_K_M.gguf Q4_K_M\n"
               "  edgevlm quantize mmproj-f16.gguf mmproj-Q8_0.gguf q8_0");
  }

  ExitCode Run(Output& output) override {
    const auto type = ParseFileType(type_);
    if (!type) {
      PrintError(type.error().message);
      return ExitCode::kUsage;
    }
    const auto input = MappedParts::Open(input_);
    if (!input) return Fail(input.error());
    const auto report = Quantize(*input, *type);
    if (!report) return Fail(InFile(report.error()));
    if (json_) {
      output.PrintJson({{"type", type->name},
                        {"bytes_before", report->bytes_before},
                        {"bytes_after", report->bytes_after},
                        {"values", report->values},
                        {"bits_per_value", BitsPerValue(report->bytes_after, report->values)}});
    } else {
      output.Print(Printable(path_) + ": " + std::string(type->name) + ", " +
                   SizeText(report->bytes_after, report->values) + ", from " +
                   SizeText(report->bytes_before, report->values) + "\n");
    }
    return ExitCode::kDone;
  }

 private:
  Result<QuantizeReport> Quantize(const MappedParts& input, const FileType& type) const {
    ThreadPool pool(options_.threads);
    ProgressBar bar;
    const auto show = [&](std::int64_t done, std::int64_t total) {
      bar.Show(static_cast<int>((done + kValuesPerPart - 1) / kValuesPerPart),
               static_cast<int>((total + kValuesPerPart - 1) / kValuesPerPart));
    };
    const Existing existing = replaces_ ? Existing::kReplaced : Existing::kKept;
    return QuantizeFile(input, type, path_, existing, pool, show);
  }

  // File errors already name the file.
  Error InFile(const Error& error) const {
    if (error.message.starts_with(input_) || error.message.starts_with(path_)) return error;
    return {error.code, input_ + ": " + error.message};
  }

  std::string input_;
  std::string path_;
  std::string type_;
  ModelOptions options_;
  bool replaces_ = false;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeQuantizeCommand() { return std::make_unique<QuantizeCommand>(); }

}  // namespace edgevlm
