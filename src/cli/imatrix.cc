// edgevlm imatrix OUT.gguf: measures how much each input of a model's matrices matters.
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "catalog/folder.h"
#include "cli/command.h"
#include "cli/help.h"
#include "cli/input.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "measure/collect_importance.h"

namespace edgevlm {
namespace {

// Files, read into memory.
class InputFiles {
 public:
  // Errors: those of ReadInput.
  static Result<InputFiles> Read(const std::vector<std::string>& paths) {
    InputFiles files;
    for (const std::string& path : paths) {
      auto bytes = ReadInput(path);
      if (!bytes) return bytes.error();
      files.bytes_.push_back(*std::move(bytes));
      files.files_.push_back({path, files.bytes_.back()});
    }
    return files;
  }

  const std::vector<NamedFile>& get() const { return files_; }

 private:
  std::vector<std::vector<std::byte>> bytes_;  // moving them leaves their bytes where they are
  std::vector<NamedFile> files_;
};

class ImatrixCommand final : public Command {
 public:
  void Declare(CLI::App& app) override {
    app.add_option("OUT", path_, "GGUF file to write")->required()->type_name("");
    app.add_option("--text", texts_, "text files, - reads standard input")->type_name("FILE...");
    app.add_option("--image", images_, "JPEG, PNG, WebP or PPM files")->type_name("FILE...");
    app.add_option("-q,--question", question_, "ask this about each image (default: a caption)")
        ->type_name("TEXT");
    app.add_option("--windows", max_windows_, "parts of each text to read (default: all)")
        ->type_name("N")
        ->check(CLI::Range(1, 1 << 20).description(""));
    app.add_option("--window-tokens", window_tokens_, "tokens of a part")
        ->type_name("N")
        ->capture_default_str()
        ->check(CLI::Range(2, 1 << 20).description(""));
    app.add_option("--max-tokens", reply_tokens_, "longest reply about an image, in tokens")
        ->type_name("N")
        ->capture_default_str()
        ->check(CLI::Range(1, 1 << 20).description(""));
    app.add_flag("--force", replaces_, "replace OUT if it is there already");
    model_.DeclareModel(app);
    model_.DeclareThreads(app);
    model_.DeclareVision(app);
    DeclareJson(app, json_);
    app.footer(
        "Sums the squares of what each matrix of the model reads, in float32. `edgevlm quantize\n"
        "--imatrix` and llama-quantize then spend bits where errors would reach furthest. Take\n"
        "texts and images like those that the model will see, and the unquantized file.\n"
        "Examples:\n"
        "  edgevlm imatrix imatrix.gguf -m model-f16.gguf --text notes.txt book.txt\n"
        "  edgevlm imatrix imatrix.gguf -m model-f16.gguf --image photos/*.jpg --text notes.txt\n"
        "  edgevlm quantize --imatrix imatrix.gguf model-f16.gguf model-Q4_K_M.gguf Q4_K_M");
  }

  ExitCode Run(Output& output) override {
    if (texts_.empty() && images_.empty()) {
      PrintError("imatrix: expected --text or --image, found neither (see edgevlm imatrix --help)");
      return ExitCode::kUsage;
    }
    const Existing existing = replaces_ ? Existing::kReplaced : Existing::kKept;
    if (auto error = CheckOutput(path_, existing)) return Fail(*error);
    if (auto error = CheckInputs()) return Fail(*error);
    const auto texts = InputFiles::Read(texts_);
    if (!texts) return Fail(texts.error());
    const auto images = InputFiles::Read(images_);
    if (!images) return Fail(images.error());
    const auto matrix = Collect(texts->get(), images->get());
    if (!matrix) return Fail(matrix.error());
    if (auto error = matrix->Write(path_, existing)) return Fail(*error);
    const auto images_read = static_cast<int>(images_.size());
    if (json_) {
      output.PrintJson({{"path", path_},
                        {"tensors", matrix->entries.size()},
                        {"windows", matrix->chunks},
                        {"window_tokens", matrix->chunk_tokens},
                        {"images", images_read}});
    } else {
      output.Print(Printable(path_) + ": " + std::to_string(matrix->entries.size()) +
                   " tensors, from " + std::to_string(matrix->chunks) + " windows of text and " +
                   std::to_string(images_read) + " images\n");
    }
    return ExitCode::kDone;
  }

 private:
  // OUT must be none of the files that are read.
  MaybeError CheckInputs() const {
    std::vector<std::string> inputs = texts_;
    inputs.insert(inputs.end(), images_.begin(), images_.end());
    inputs.push_back(model_.mmproj);
    if (!model_.model.empty()) {
      const auto found = FindModel(model_.model);
      if (!found) return found.error();
      inputs.insert(inputs.end(), {found->model, found->mmproj});
    }
    for (const std::string& input : inputs) {
      std::error_code ignored;
      if (!std::filesystem::equivalent(path_, input, ignored)) continue;
      return Error{ErrorCode::kInvalid,
                   path_ + ": expected another file than those that are read, found one of them"};
    }
    return {};
  }

  Result<ImportanceMatrix> Collect(const std::vector<NamedFile>& texts,
                                   const std::vector<NamedFile>& images) const {
    const auto load = [&](ActivationStats& stats) {
      ModelOptions options = model_;
      options.precision = Precision::kFloat32;
      options.activation_stats = &stats;
      if (images.empty() && options.mmproj.empty()) options.mmproj = kNoMmproj;
      return LoadEngine(options);
    };
    ProgressBar bar;
    return CollectImportance({.load = load,
                              .texts = texts,
                              .images = images,
                              .question = question_,
                              .window_tokens = window_tokens_,
                              .max_windows = max_windows_,
                              .reply_tokens = reply_tokens_,
                              .on_done = [&](int done, int total) { bar.Show(done, total); }});
  }

  std::string path_;
  std::vector<std::string> texts_;
  std::vector<std::string> images_;
  std::string question_;
  int max_windows_ = 1 << 20;
  int window_tokens_ = 512;
  int reply_tokens_ = 32;
  bool replaces_ = false;
  bool json_ = false;
  ModelOptions model_;
};

}  // namespace

std::unique_ptr<Command> MakeImatrixCommand() { return std::make_unique<ImatrixCommand>(); }

}  // namespace edgevlm
