#include "train/teach/example_source.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "base/mapped_file.h"
#include "digest/sha256.h"
#include "eval/dataset.h"
#include "eval/datasets/manifest.h"
#include "eval/datasets/published_set.h"
#include "image/decode.h"

namespace edgevlm::train {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxScenes = 1'000'000'000;
constexpr const char* kScenes = "scenes:";

// What a caption is called in kTextKinds, and a question of a data set that has no kinds.
constexpr const char* kCaptionKind = "caption";
constexpr const char* kQuestionKind = "what";

class SceneSource final : public ExampleSource {
 public:
  SceneSource(std::uint64_t seed, std::uint64_t count, int texts, const Glyphs& glyphs)
      : seed_(seed), count_(count), glyphs_(glyphs) {
    options_.captions = 1;
    options_.questions = texts - 1;
    options_.varied = glyphs.styles() > 1 ? kVariedFraction : 0.0f;
  }

  std::uint64_t size() const override { return count_; }
  std::string Identity() const override {
    return kScenes + std::to_string(seed_) + ":" + std::to_string(count_);
  }

  Result<Example> Read(std::uint64_t number) const override {
    std::seed_seq mix{seed_, seed_ >> 32, number, number >> 32};
    std::mt19937_64 rng(mix);
    return MakeExample(options_, glyphs_, rng);
  }

 private:
  SampleOptions options_;
  std::uint64_t seed_;
  std::uint64_t count_;
  const Glyphs& glyphs_;
};

// An image's file with its texts.
struct LabeledFile {
  std::string path;
  std::string name;  // within the data set
  std::vector<Text> texts = {};
};

class FileSource final : public ExampleSource {
 public:
  // most: texts of an image.
  FileSource(std::vector<LabeledFile> files, int most) : files_(std::move(files)) {
    for (LabeledFile& file : files_) {
      std::erase_if(file.texts, [&](const Text& text) {
        const bool is_empty = text.reply.find_first_not_of(" \t\r\n") == std::string::npos;
        empty_texts_ += is_empty ? 1 : 0;
        return is_empty;
      });
      if (file.texts.size() > static_cast<std::size_t>(most)) {
        file.texts.resize(static_cast<std::size_t>(most));
      }
    }
  }

  std::uint64_t size() const override { return files_.size(); }
  std::uint64_t empty_texts() const override { return empty_texts_; }

  std::string Identity() const override {
    Sha256 digest;
    for (const LabeledFile& file : files_) {
      std::error_code failure;  // a missing file has no size on any machine
      AddText(file.name, digest);
      AddNumber(fs::file_size(file.path, failure), digest);
      AddNumber(file.texts.size(), digest);
      for (const Text& text : file.texts) {
        AddNumber(static_cast<std::uint64_t>(text.kind), digest);
        AddText(text.question, digest);
        AddText(text.reply, digest);
      }
    }
    return digest.HexDigest();
  }

  Result<Example> Read(std::uint64_t number) const override {
    const LabeledFile& labeled = files_[number];
    const Result<MappedFile> file = MappedFile::Open(labeled.path);
    if (!file) return file.error();
    Result<Image> image = Decode(file->bytes(), DecodeLimits());
    if (!image) {
      return image.error().In(labeled.path);
    }
    return Example{.name = labeled.path, .image = *std::move(image), .texts = labeled.texts};
  }

 private:
  static void AddNumber(std::uint64_t number, Sha256& digest) {
    digest.Update(std::as_bytes(std::span(&number, 1)));
  }
  static void AddText(const std::string& text, Sha256& digest) {
    AddNumber(text.size(), digest);
    digest.Update(std::as_bytes(std::span(text)));
  }

  std::vector<LabeledFile> files_;
  std::uint64_t empty_texts_ = 0;
};

// The kind of a text, for the evaluation: the data set's if the trainer knows it.
int KindOf(const std::string& kind, const std::string& question) {
  if (const std::optional<int> known = FindTextKind(kind)) return *known;
  return *FindTextKind(question.empty() ? kCaptionKind : kQuestionKind);
}

// Line breaks separate turns in the trainer's questions.
std::string OnOneLine(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  std::ranges::replace(text, '\r', ' ');
  return text;
}

Text TextOf(const std::string& kind, const std::string& question, const std::string& reply) {
  return {
      .kind = KindOf(kind, question), .question = OnOneLine(question), .reply = OnOneLine(reply)};
}

// Rows about one image become one example, in the order of their first rows.
class FileList {
 public:
  LabeledFile& At(const std::string& path, const std::string& name) {
    const auto [found, is_new] = index_.emplace(path, files_.size());
    if (is_new) files_.push_back({.path = path, .name = name});
    return files_[found->second];
  }
  std::vector<LabeledFile> Take() { return std::move(files_); }

 private:
  std::map<std::string, std::size_t> index_;
  std::vector<LabeledFile> files_;
};

// locate: gives the path of an image by its name in the data set.
std::vector<LabeledFile> FilesOf(const std::vector<ManifestRow>& rows,
                                 const std::function<std::string(const std::string&)>& locate) {
  FileList files;
  for (const ManifestRow& row : rows) {
    if (row.type != MediaType::kImage) continue;
    // Absolute names are those of one machine.
    const fs::path name(row.path);
    LabeledFile& file =
        files.At(locate(row.path), name.is_absolute() ? name.filename().string() : row.path);
    // All captions are true; of the answers to a question, one is enough.
    const std::size_t count = row.question.empty() ? row.answers.size() : 1;
    for (std::size_t i = 0; i < std::min(count, row.answers.size()); ++i) {
      file.texts.push_back(TextOf(row.category, row.question, row.answers[i]));
    }
  }
  return files.Take();
}

Result<std::vector<LabeledFile>> FilesOfManifest(const std::string& path) {
  const Result<Manifest> manifest = ReadManifest(path);
  if (!manifest) return manifest.error();
  return FilesOf(manifest->rows, [&](const std::string& name) {
    return (fs::path(manifest->folder) / name).string();
  });
}

// The first of the usual places in which an image of a JSON file lies; else beside the file, where
// it will be reported as missing.
std::string FindImage(const fs::path& file, const std::string& name) {
  const fs::path folder = file.parent_path();
  std::string split = file.stem().string();  // "captions_val2017"
  split.erase(0, split.find('_') == std::string::npos ? 0 : split.find('_') + 1);
  for (const fs::path& place : {folder, folder / split, folder / "images", folder / "train2017",
                                folder.parent_path() / split, folder.parent_path() / "images",
                                folder.parent_path() / "train2017"}) {
    std::error_code ignored;
    if (fs::exists(place / name, ignored)) return (place / name).string();
  }
  return (folder / name).string();
}

Result<std::vector<LabeledFile>> FilesOfJson(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return Error{ErrorCode::kNotFound, path + ": no such file"};
  char first = ' ';
  while (in.get(first) && (first == ' ' || first == '\n' || first == '\t' || first == '\r')) {
  }
  // COCO's file is an object, LLaVA's an array.
  const Result<std::vector<ManifestRow>> rows =
      first == '[' ? ReadConversations(path) : ReadCocoFile(path);
  if (!rows) return rows.error();
  for (const ManifestRow& row : *rows) {
    const fs::path name(row.path);
    if (name.is_absolute() || std::ranges::find(name, "..") != name.end()) {
      return Error{ErrorCode::kCorrupt,
                   path + ": expected images inside of the folder, found " + row.path};
    }
  }
  return FilesOf(*rows, [&](const std::string& name) { return FindImage(path, name); });
}

Result<std::vector<LabeledFile>> FilesOfLabels(const std::string& folder) {
  const Result<Dataset> dataset = LoadDataset(folder, 0);
  if (!dataset) return dataset.error();
  std::vector<LabeledFile> files;
  for (const LabeledImage& image : dataset->images) {
    LabeledFile file = {.path = folder + "/" + image.image, .name = image.image};
    for (const std::string& caption : image.captions) {
      file.texts.push_back(TextOf(kCaptionKind, "", caption));
    }
    for (const LabeledQuestion& question : image.questions) {
      file.texts.push_back(TextOf(question.kind, question.question, question.answer));
    }
    files.push_back(std::move(file));
  }
  return files;
}

bool IsImageName(const fs::path& path) {
  std::string extension = path.extension().string();
  std::ranges::transform(extension, extension.begin(), [](char c) {
    return 'A' <= c && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  constexpr const char* kExtensions[] = {".jpg", ".jpeg", ".png", ".webp", ".ppm"};
  return std::ranges::find(kExtensions, extension) != std::end(kExtensions);
}

Result<std::vector<LabeledFile>> ImagesIn(const std::string& folder) {
  std::error_code failure;
  std::vector<LabeledFile> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder, failure)) {
    if (!IsImageName(entry.path())) continue;
    files.push_back({.path = entry.path().string(),
                     .name = entry.path().lexically_relative(folder).generic_string()});
  }
  if (failure) return Error{ErrorCode::kIo, folder + ": " + failure.message()};
  std::ranges::sort(files, {}, &LabeledFile::name);
  return files;
}

Result<std::vector<LabeledFile>> ReadFiles(const std::string& data) {
  const fs::path path(data);
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    if (fs::exists(path / "labels.jsonl", ignored)) return FilesOfLabels(data);
    if (fs::exists(path / "manifest.csv", ignored)) {
      return FilesOfManifest((path / "manifest.csv").string());
    }
    return ImagesIn(data);
  }
  if (path.extension() == ".csv") return FilesOfManifest(data);
  if (path.extension() == ".json") return FilesOfJson(data);
  return Error{
      ErrorCode::kInvalid,
      "--data: expected scenes:SEED:COUNT, a folder, a .csv or a .json file, found " + data};
}

// A number that is all of the text.
std::optional<std::uint64_t> ParseNumber(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Result<std::unique_ptr<ExampleSource>> OpenScenes(const ExampleOptions& options,
                                                  const Glyphs& glyphs) {
  const std::string_view rest = std::string_view(options.data).substr(std::string(kScenes).size());
  const std::size_t colon = std::min(rest.find(':'), rest.size());
  const auto seed = ParseNumber(rest.substr(0, colon));
  const auto count = ParseNumber(rest.substr(std::min(colon + 1, rest.size())));
  if (!seed || !count || *count < 1 || *count > kMaxScenes) {
    return Error{
        ErrorCode::kInvalid,
        "--data: expected scenes:SEED:COUNT with 1 to 1000000000 scenes, found " + options.data};
  }
  return std::unique_ptr<ExampleSource>(
      std::make_unique<SceneSource>(*seed, *count, options.texts, glyphs));
}

}  // namespace

Result<std::unique_ptr<ExampleSource>> OpenExamples(const ExampleOptions& options,
                                                    const Glyphs& glyphs) {
  if (options.data.starts_with(kScenes)) return OpenScenes(options, glyphs);
  Result<std::vector<LabeledFile>> files = ReadFiles(options.data);
  if (!files) return files.error();
  if (files->empty()) {
    return Error{ErrorCode::kNotFound, options.data + ": expected images, found none"};
  }
  return std::unique_ptr<ExampleSource>(
      std::make_unique<FileSource>(*std::move(files), options.texts));
}

}  // namespace edgevlm::train
