#include "train/teach/teach.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <utility>
#include <vector>

#include "base/output_file.h"
#include "digest/sha256.h"
#include "edgevlm/edgevlm.h"
#include "engine/teacher_encoder.h"
#include "teacher/folder.h"
#include "train/loop/progress.h"
#include "train/teach/example_source.h"
#include "train/teach/teach_image.h"

namespace edgevlm::train {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kListedSkips = 20;  // in the summary
constexpr std::uint64_t kMaxParts = 1'000'000;

struct PartOfWork {
  std::uint64_t number = 1;
  std::uint64_t count = 1;
};

Result<PartOfWork> ParsePart(const std::string& text) {
  PartOfWork part;
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, part.number);
  bool fits = first.ec == std::errc() && first.ptr != end && *first.ptr == '/';
  if (fits) {
    const auto second = std::from_chars(first.ptr + 1, end, part.count);
    fits = second.ec == std::errc() && second.ptr == end;
  }
  fits = fits && part.number >= 1 && part.number <= part.count && part.count <= kMaxParts;
  if (fits) return part;
  return Error{ErrorCode::kInvalid, "--part: expected N/COUNT, such as 1/2, found " + text};
}

MaybeError ValidateEncoderAlone(const TeachOptions& options) {
  if (options.mmproj.empty()) {
    return Error{ErrorCode::kInvalid,
                 "--teacher: expected a model, or --mmproj with a vision encoder"};
  }
  if (options.self_instruct) {
    return Error{ErrorCode::kInvalid,
                 "--self-instruct: expected a language model (--teacher), found none"};
  }
  if (options.features && !options.projected && !options.logits && !options.visual) return {};
  return Error{ErrorCode::kInvalid,
               "--keep: expected features, and at most attention with them: there is no language "
               "model (--teacher)"};
}

MaybeError Validate(const TeachOptions& options) {
  const auto check = [](const char* name, long long value, long long least,
                        long long most) -> MaybeError {
    if (least <= value && value <= most) return std::nullopt;
    return Error{ErrorCode::kInvalid, std::string(name) + ": expected " + std::to_string(least) +
                                          " to " + std::to_string(most) + ", found " +
                                          std::to_string(value)};
  };
  if (auto error = check("--texts", options.texts, 1, 64)) return error;
  if (auto error = check("--top-k", options.top_k, 1, 1024)) return error;
  if (auto error = check("--shard", options.shard, 1, 100000)) return error;
  if (auto error = check("--samples", options.samples, 2, 64)) return error;
  if (auto error = check("--max-tokens", options.max_tokens, 1, 4096)) return error;
  if (!(options.temperature > 0 && options.temperature <= 10)) {
    return Error{ErrorCode::kInvalid, "--temperature: expected more than 0, up to 10, found " +
                                          std::to_string(options.temperature)};
  }
  if (options.teacher.empty()) return ValidateEncoderAlone(options);
  if (options.features || options.projected || options.logits || options.visual) {
    return std::nullopt;
  }
  return Error{ErrorCode::kInvalid, "--keep: expected something to keep, found nothing"};
}

// What the outputs depend on besides teacher and data; two runs with other options do not mix.
std::string OptionsText(const TeachOptions& options) {
  std::string text = "texts " + std::to_string(options.texts);
  if (options.logits || options.visual) text += ", top-k " + std::to_string(options.top_k);
  const std::pair<bool, const char*> parts[] = {{options.features, "features"},
                                                {options.projected, "projected"},
                                                {options.logits, "logits"},
                                                {options.visual, "visual"},
                                                {options.attention, "attention"}};
  for (const auto& [is_kept, name] : parts) {
    if (is_kept) text += std::string(", ") + name;
  }
  if (options.self_instruct) {
    char own[64];
    std::snprintf(own, sizeof(own), ", own answers of %d samples at %g", options.samples,
                  options.temperature);
    text += own;
  }
  return text;
}

MaybeError WriteFile(const std::string& path, std::span<const std::byte> bytes) {
  Result<OutputFile> file = OutputFile::Create(path);
  if (!file) return file.error();
  if (auto error = file->Append(bytes)) return error;
  return file->Commit();
}

// The work of one run: the shards of one part of a data set.
class TeachRun {
 public:
  TeachRun(const TeachOptions& options, ImageTeacher& teacher, const ExampleSource& examples,
           TeacherSetup setup)
      : options_(options), teacher_(teacher), examples_(examples), setup_(std::move(setup)) {}

  // Whether the folder has no shards of another run. Errors: kInvalid.
  MaybeError CheckFolder() const {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(options_.out, ignored)) {
      if (entry.path().extension() != ".teach") continue;
      const Result<Shard> head = ReadShardHead(entry.path().string());
      if (!head) continue;  // will be computed again
      return CheckSetup(entry.path().string(), head->setup);
    }
    return std::nullopt;
  }

  MaybeError Do(const PartOfWork& part) {
    for (std::uint64_t i = part.number - 1; i < setup_.shards(); i += part.count) {
      ++shards_;
      images_ += End(i) - Begin(i);
    }
    for (std::uint64_t i = part.number - 1; i < setup_.shards(); i += part.count) {
      if (auto error = DoShard(i)) {
        progress_.EndLine();
        return Error{error->code, error->message + "; " + std::to_string(shards_done_) + " of " +
                                      std::to_string(shards_) +
                                      " shards are complete: the same command continues"};
      }
      ++shards_done_;
    }
    progress_.EndLine();
    return std::nullopt;
  }

  // Whether the teacher could read any image. Errors: the reason of the first one.
  MaybeError CheckTaught() const {
    if (skipped_.empty() || skipped_.size() < images_) return std::nullopt;
    return Error{ErrorCode::kInvalid,
                 "no image could be read, the first one: " + skipped_.front().reason};
  }

  void PrintSummary() const {
    std::printf("%llu images in %llu shards, %llu of them from before; %zu left out\n",
                static_cast<unsigned long long>(images_), static_cast<unsigned long long>(shards_),
                static_cast<unsigned long long>(images_before_), skipped_.size());
    if (own_.asked > 0) {
      std::printf("own answers: %llu of %llu kept (%.1f %%)\n",
                  static_cast<unsigned long long>(own_.kept),
                  static_cast<unsigned long long>(own_.asked),
                  100.0 * static_cast<double>(own_.kept) / static_cast<double>(own_.asked));
    }
    if (examples_.empty_texts() > 0) {
      std::printf("%llu empty texts left out\n",
                  static_cast<unsigned long long>(examples_.empty_texts()));
    }
    for (std::size_t i = 0; i < std::min(skipped_.size(), kListedSkips); ++i) {
      std::printf("left out: image %llu: %s\n", static_cast<unsigned long long>(skipped_[i].item),
                  skipped_[i].reason.c_str());
    }
    if (skipped_.size() > kListedSkips) {
      std::printf("left out: %zu more\n", skipped_.size() - kListedSkips);
    }
  }

 private:
  std::uint64_t Begin(std::uint64_t shard) const { return shard * setup_.shard_items; }
  std::uint64_t End(std::uint64_t shard) const { return std::min(Begin(shard + 1), setup_.items); }

  MaybeError CheckSetup(const std::string& path, const TeacherSetup& found) const {
    const std::string difference = DifferenceOf(setup_, found);
    if (difference.empty()) return std::nullopt;
    return Error{ErrorCode::kInvalid,
                 path + ": it is of another run: " + difference + "; choose another --out"};
  }

  // Whether the folder has the shard already. Errors: kInvalid (one of another run).
  Result<bool> IsDone(std::uint64_t index) {
    const std::string path = ShardPath(options_.out, index);
    std::error_code ignored;
    if (!fs::exists(path, ignored)) return false;
    const Result<Shard> head = ReadShardHead(path);
    if (!head) {
      std::fprintf(stderr, "edgevlm-train: %s; it is computed again\n",
                   head.error().message.c_str());
      return false;
    }
    if (auto error = CheckSetup(path, head->setup)) return *error;
    Count(*head);
    images_before_ += End(index) - Begin(index);
    return true;
  }

  void Count(const Shard& shard) {
    skipped_.insert(skipped_.end(), shard.skipped.begin(), shard.skipped.end());
    own_.asked += shard.own_asked;
    own_.kept += shard.own_kept;
    images_done_ += End(shard.index) - Begin(shard.index);
  }

  MaybeError DoShard(std::uint64_t index) {
    const Result<bool> is_done = IsDone(index);
    if (!is_done) return is_done.error();
    if (*is_done) return std::nullopt;
    Shard shard = {.setup = setup_, .index = index};
    OwnAnswers own;
    for (std::uint64_t item = Begin(index); item < End(index); ++item) {
      const Result<Example> example = examples_.Read(item);
      Result<TeacherRecord> record =
          example ? teacher_.Teach(item, *example, own) : example.error();
      if (record) {
        shard.records.push_back(*std::move(record));
      } else {
        shard.skipped.push_back({item, record.error().message});
      }
      ++images_now_;
      Report(item - Begin(index) + 1);
    }
    shard.own_asked = own.asked;
    shard.own_kept = own.kept;
    if (auto error = WriteFile(ShardPath(options_.out, index), ShardBytes(shard))) return error;
    Count(shard);
    return std::nullopt;
  }

  void Report(std::uint64_t in_shard) {
    const double seconds = std::chrono::duration<double>(Clock::now() - started_).count();
    const double rate = static_cast<double>(images_now_) / seconds;
    const auto done = static_cast<double>(images_done_ + in_shard);
    char facts[96];
    std::snprintf(facts, sizeof(facts), "%.1f images/s, %zu left out", rate, skipped_.size());
    progress_.Show(done / static_cast<double>(images_), facts,
                   (static_cast<double>(images_) - done) / rate);
  }

  const TeachOptions& options_;
  ImageTeacher& teacher_;
  const ExampleSource& examples_;
  const TeacherSetup setup_;
  Progress progress_{"teach"};
  const Clock::time_point started_ = Clock::now();
  std::vector<SkippedItem> skipped_;
  OwnAnswers own_;
  std::uint64_t shards_ = 0;  // of this part
  std::uint64_t shards_done_ = 0;
  std::uint64_t images_ = 0;         // of this part
  std::uint64_t images_done_ = 0;    // in complete shards
  std::uint64_t images_before_ = 0;  // of those, computed by earlier runs
  std::uint64_t images_now_ = 0;     // computed by this run
};

// What a teacher is, for the setup.
struct TeacherIdentity {
  std::string path;  // of its file
  std::string identity;
  TeacherTokens tokens = {};
  int vocabulary = 1;  // of a vision encoder, which has no tokens: the least that a shard may say
};

Result<TeacherSetup> SetupOf(const TeachOptions& options, const TeacherIdentity& teacher,
                             const ExampleSource& examples) {
  Result<std::string> digest = Sha256OfFile(teacher.path);
  if (!digest) return digest.error();
  std::string data = options.data;
  std::error_code ignored;
  // Training reads the images again, perhaps from another folder.
  if (fs::exists(data, ignored)) data = fs::canonical(data, ignored).string();
  return TeacherSetup{.teacher = fs::path(teacher.path).filename().string(),
                      .teacher_sha256 = *std::move(digest),
                      .identity = teacher.identity,
                      .tokenizer_sha256 = DigestOf(teacher.tokens),
                      .data = std::move(data),
                      .data_identity = examples.Identity(),
                      .items = examples.size(),
                      .shard_items = static_cast<std::uint64_t>(options.shard),
                      .vocabulary = teacher.vocabulary,
                      .options = OptionsText(options)};
}

MaybeError TeachWith(const TeachOptions& options, const PartOfWork& part, ImageTeacher& teacher,
                     const TeacherIdentity& identity, const ExampleSource& examples) {
  Result<TeacherSetup> setup = SetupOf(options, identity, examples);
  if (!setup) return setup.error();
  std::error_code failure;
  fs::create_directories(options.out, failure);
  if (failure) return Error{ErrorCode::kIo, options.out + ": " + failure.message()};
  TeachRun run(options, teacher, examples, *std::move(setup));
  // The shards tell whether the folder is this run's, before its tokens are replaced.
  if (auto error = run.CheckFolder()) return error;
  const std::string tokens = options.out + "/" + kTokenFileName;
  if (auto error = WriteFile(tokens, TokenFileBytes(identity.tokens))) return error;
  if (auto error = run.Do(part)) return error;
  run.PrintSummary();
  return run.CheckTaught();
}

// With a vision encoder alone.
MaybeError TeachFeatures(const TeachOptions& options, const PartOfWork& part,
                         const ExampleSource& examples) {
  Result<TeacherEncoder> encoder = TeacherEncoder::Load(options.mmproj, options.threads);
  if (!encoder) return encoder.error();
  const TeacherIdentity identity = {.path = options.mmproj, .identity = encoder->identity()};
  EncoderTeacher teacher(*std::move(encoder), options);
  return TeachWith(options, part, teacher, identity, examples);
}

MaybeError TeachAll(const TeachOptions& options, const PartOfWork& part,
                    const ExampleSource& examples) {
  const Result<Engine> engine =
      Engine::Load(options.teacher, {.threads = options.threads, .mmproj = options.mmproj});
  if (!engine) return engine.error();
  if (engine->info().vision_encoder.empty()) {
    return Error{ErrorCode::kUnsupported,
                 options.teacher + ": expected a model that reads images; found none (--mmproj)"};
  }
  const TeacherEngine whole(*engine);
  const TeacherIdentity identity = {.path = options.teacher,
                                    .identity = whole.identity(),
                                    .tokens = TeacherTokensOf(whole.tokenizer()),
                                    .vocabulary = engine->info().vocabulary_tokens};
  EngineTeacher teacher(*engine, options);
  return TeachWith(options, part, teacher, identity, examples);
}

}  // namespace

MaybeError Teach(const TeachOptions& options) {
  if (auto error = Validate(options)) return error;
  const Result<PartOfWork> part = ParsePart(options.part);
  if (!part) return part.error();
  const Result<Glyphs> glyphs = Glyphs::Load(options.glyphs);
  if (!glyphs) return glyphs.error();
  const auto examples = OpenExamples({.data = options.data, .texts = options.texts}, *glyphs);
  if (!examples) return examples.error();
  return options.teacher.empty() ? TeachFeatures(options, *part, **examples)
                                 : TeachAll(options, *part, **examples);
}

}  // namespace edgevlm::train
