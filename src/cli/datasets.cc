// edgevlm datasets list|prepare|make: writes manifests of published and of generated data sets.
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/output_file.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/write_manifest.h"
#include "eval/datasets/make/generated_set.h"
#include "eval/datasets/prepare.h"
#include "eval/datasets/published_set.h"

namespace edgevlm {
namespace {

std::string FolderOf(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

// "expected one of a, b, found 'c'"
template <class Sets>
Error UnknownSet(const Sets& sets, const std::string& name) {
  std::string known;
  for (const auto& set : sets) known += (known.empty() ? "" : ", ") + std::string(set.name);
  return Error{ErrorCode::kNotFound,
               "data set: expected one of " + known + ", found '" + name + "'"};
}

std::string ColumnsOf(std::string_view name, std::string_view text) {
  constexpr std::size_t kWidth = 16;
  return "  " + std::string(name) + std::string(kWidth - std::min(kWidth - 1, name.size()), ' ') +
         std::string(text) + "\n";
}

std::string ListText() {
  std::string text = "published (edgevlm datasets prepare):\n";
  for (const PublishedSet& set : PublishedSets()) {
    text += ColumnsOf(set.name, std::string(set.title) + ", " + std::string(set.page));
  }
  text += "generated (edgevlm datasets make):\n";
  for (const GeneratedSet& set : GeneratedSets()) text += ColumnsOf(set.name, set.summary);
  return text;
}

nlohmann::json ListJson() {
  nlohmann::json published = nlohmann::json::array();
  for (const PublishedSet& set : PublishedSets()) {
    published.push_back({{"name", set.name},
                         {"title", set.title},
                         {"page", set.page},
                         {"splits", std::vector(set.splits.begin(), set.splits.end())}});
  }
  nlohmann::json generated = nlohmann::json::array();
  for (const GeneratedSet& set : GeneratedSets()) {
    generated.push_back({{"name", set.name}, {"summary", set.summary}});
  }
  return {{"published", published}, {"generated", generated}};
}

std::string HowToGet(const PublishedSet& set) {
  std::string splits;
  for (const std::string_view split : set.splits) {
    splits += (splits.empty() ? "" : ", ") + std::string(split);
  }
  return std::string(set.title) + " is to be downloaded by hand, under its own terms, from\n  " +
         std::string(set.page) + "\ninto a folder with\n" + std::string(set.files) +
         "Then: edgevlm datasets prepare " + std::string(set.name) +
         " --from FOLDER\nSplits: " + splits + "\n";
}

class DatasetsCommand final : public Command {
 public:
  void Declare(CLI::App& app) override {
    app.require_subcommand(1);
    list_ = app.add_subcommand("list", "List the data sets");
    DeclareJson(*list_, json_);
    DeclarePrepare(app);
    DeclareMake(app);
    app.footer(
        "A manifest has one question per row (docs/datasets.md).\n"
        "Examples:\n"
        "  edgevlm datasets prepare vqav2\n"
        "  edgevlm datasets prepare vqav2 --from /data/vqa --max-samples 500\n"
        "  edgevlm datasets make scenes --out scenes --count 50");
  }

  ExitCode Run(Output& output) override {
    if (prepare_->parsed()) return RunPrepare(output);
    if (make_->parsed()) return RunMake(output);
    if (json_) {
      output.PrintJson(ListJson());
    } else {
      output.Print(ListText());
    }
    return ExitCode::kDone;
  }

 private:
  void DeclarePrepare(CLI::App& app) {
    prepare_ = app.add_subcommand("prepare", "Write the manifest of a downloaded data set");
    prepare_->add_option("NAME", name_, "as `edgevlm datasets list` shows it")
        ->required()
        ->type_name("");
    prepare_->add_option("--from", from_, "folder of the download; without it: how to get it")
        ->type_name("FOLDER");
    prepare_->add_option("--out", out_, "manifest to write (default: FOLDER/manifest.csv)")
        ->type_name("FILE");
    prepare_->add_option("--split", split_, "part of the set (default: its usual test set)")
        ->type_name("NAME");
    prepare_->add_option("--max-samples", max_samples_, "choose N rows at random (default: all)")
        ->type_name("N")
        ->check(CLI::Range(1, 1 << 30).description(""));
    prepare_->add_option("--seed", seed_, "of the random choice")
        ->type_name("N")
        ->capture_default_str();
    prepare_->add_flag("--allow-missing", allow_missing_, "leave out rows whose media are missing");
    prepare_->add_flag("--force", replaces_, "replace the manifest if it is there already");
    DeclareJson(*prepare_, json_);
    prepare_->footer(
        "Nothing is downloaded. Samples are drawn from all rows alike, not by category; the same\n"
        "seed chooses the same rows on every machine. Paths in the manifest are relative to it if\n"
        "it lies in FOLDER or above, else absolute.\n"
        "Examples:\n"
        "  edgevlm datasets prepare pope\n"
        "  edgevlm datasets prepare pope --from /data/coco --split adversarial\n"
        "  edgevlm datasets prepare coco-captions --from /data/coco --max-samples 200 --out c.csv");
  }

  void DeclareMake(CLI::App& app) {
    make_ = app.add_subcommand("make", "Draw a small labeled data set");
    make_->add_option("NAME", name_, "scenes, captions, prompts or frames")
        ->required()
        ->type_name("");
    make_->add_option("--out", out_, "folder to write, with manifest.csv in it")
        ->required()
        ->type_name("FOLDER");
    make_->add_option("--count", count_, "images, texts or clips (default: by the set)")
        ->type_name("N")
        ->check(CLI::Range(1, kMaxGenerated).description(""));
    make_->add_option("--seed", seed_, "of all random choices")
        ->type_name("N")
        ->capture_default_str();
    make_->add_option("--size", size_, "width and height of images, in pixels")
        ->type_name("PIXELS")
        ->capture_default_str()
        ->check(CLI::Range(32, 4096).description(""));
    make_->add_flag("--force", replaces_, "replace files that are there already");
    DeclareJson(*make_, json_);
    make_->footer(
        "scenes    images of colored shapes and digits, with questions\n"
        "captions  the same images with five captions each\n"
        "prompts   texts of 64 to 4096 words with a sentence to find\n"
        "frames    clips of eight seconds, four images per second, with an event\n"
        "The same options give the same files on every machine.\n"
        "Examples:\n"
        "  edgevlm datasets make scenes --out scenes\n"
        "  edgevlm datasets make frames --out clips --count 20 --size 224");
  }

  Existing existing() const { return replaces_ ? Existing::kReplaced : Existing::kKept; }

  ExitCode RunPrepare(Output& output) {
    const PublishedSet* set = FindPublishedSet(name_);
    if (set == nullptr) return Fail(UnknownSet(PublishedSets(), name_));
    if (from_.empty()) {
      output.Print(HowToGet(*set));
      return ExitCode::kDone;
    }
    const std::string path = out_.empty() ? from_ + "/manifest.csv" : out_;
    std::error_code ignored;
    if (std::filesystem::is_directory(from_, ignored)) {
      if (auto error = CheckOutput(path, existing())) return Fail(*error);
    }
    const auto prepared = PrepareManifest(*set, {.folder = from_,
                                                 .split = split_,
                                                 .manifest_folder = FolderOf(path),
                                                 .max_samples = max_samples_,
                                                 .seed = seed_,
                                                 .allow_missing = allow_missing_});
    if (!prepared) return FailToPrepare(*set, prepared.error());
    if (auto error = WriteManifest(path, prepared->rows, existing())) return Fail(*error);
    return PrintPrepared(output, path, *prepared);
  }

  // Names the page where what is missing is to be had.
  static ExitCode FailToPrepare(const PublishedSet& set, Error error) {
    if (error.code == ErrorCode::kNotFound) {
      error.message += " (edgevlm datasets prepare " + std::string(set.name) +
                       " says what is needed; " + std::string(set.page) + ")";
    }
    return Fail(error);
  }

  ExitCode PrintPrepared(Output& output, const std::string& path, const Prepared& prepared) const {
    if (json_) {
      output.PrintJson({{"path", path},
                        {"split", prepared.split},
                        {"rows", prepared.rows.size()},
                        {"published_rows", prepared.published_rows},
                        {"missing_rows", prepared.missing_rows},
                        {"missing_media", prepared.missing_media}});
      return ExitCode::kDone;
    }
    std::string text = Printable(path) + ": " + std::to_string(prepared.rows.size()) + " of " +
                       std::to_string(prepared.published_rows) + " rows of the split " +
                       prepared.split;
    if (prepared.missing_rows > 0) {
      text += "; " + std::to_string(prepared.missing_media) + " media are missing, and with them " +
              std::to_string(prepared.missing_rows) + " rows";
    }
    output.Print(text + "\n");
    return ExitCode::kDone;
  }

  ExitCode RunMake(Output& output) {
    const GeneratedSet* set = FindGeneratedSet(name_);
    if (set == nullptr) return Fail(UnknownSet(GeneratedSets(), name_));
    const std::string path = out_ + "/manifest.csv";
    std::error_code failure;
    std::filesystem::create_directories(out_, failure);
    if (failure) {
      return Fail({ErrorCode::kIo, out_ + ": cannot be created: " + failure.message()});
    }
    if (auto error = CheckOutput(path, existing())) return Fail(*error);
    const int count = count_ > 0 ? count_ : set->default_count;
    const auto rows = MakeMedia(*set, count);
    if (!rows) return Fail(rows.error());
    // Last, so that a folder with a manifest is complete.
    if (auto error = WriteManifest(path, *rows, existing())) return Fail(*error);
    if (json_) {
      output.PrintJson({{"path", path}, {"rows", rows->size()}, {"count", count}});
    } else {
      output.Print(Printable(path) + ": " + std::to_string(rows->size()) + " rows\n");
    }
    return ExitCode::kDone;
  }

  Result<std::vector<ManifestRow>> MakeMedia(const GeneratedSet& set, int count) const {
    ProgressBar bar;
    return set.make({.folder = out_,
                     .count = count,
                     .seed = seed_,
                     .side_pixels = size_,
                     .on_done = [&bar](int done, int total) { bar.Show(done, total); }});
  }

  CLI::App* list_ = nullptr;
  CLI::App* prepare_ = nullptr;
  CLI::App* make_ = nullptr;
  std::string name_;
  std::string from_;
  std::string out_;
  std::string split_;
  std::size_t max_samples_ = 0;
  std::uint64_t seed_ = 0;
  int count_ = 0;
  int size_ = 448;
  bool allow_missing_ = false;
  bool replaces_ = false;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeDatasetsCommand() { return std::make_unique<DatasetsCommand>(); }

}  // namespace edgevlm
