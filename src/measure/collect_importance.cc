#include "measure/collect_importance.h"

#include <algorithm>
#include <utility>

#include "decode/batch.h"
#include "engine/measured_engine.h"
#include "measure/text_windows.h"
#include "model/activation_stats.h"

namespace edgevlm {
namespace {

class ImportanceCollection {
 public:
  ImportanceCollection(const ImportanceWork& work, const Engine& engine)
      : work_(work), engine_(engine) {}

  MaybeError Run() {
    std::vector<TextWindows> texts;
    for (const NamedFile& file : work_.texts) {
      const std::string_view text(reinterpret_cast<const char*>(file.bytes.data()),
                                  file.bytes.size());
      auto windows = TextWindows::Cut(engine_, text, work_.window_tokens, work_.max_windows);
      if (!windows) return windows.error().In(file.name);
      windows_ += windows->count();
      texts.push_back(*std::move(windows));
    }
    total_ = windows_ + static_cast<int>(work_.images.size());
    for (const TextWindows& windows : texts) {
      for (int i = 0; i < windows.count(); ++i) {
        ReadWindow(windows.Tokens(i));
        ReportOne();
      }
    }
    for (const NamedFile& image : work_.images) {
      if (auto error = AskAbout(image)) return error->In(image.name);
      ReportOne();
    }
    return {};
  }

  int windows() const { return windows_; }  // of all texts

 private:
  // With the logits of every row, so that the output matrix is seen too.
  void ReadWindow(std::span<const int> tokens) {
    const MeasuredEngine engine(engine_);
    const auto vocabulary = static_cast<std::size_t>(engine_.info().vocabulary_tokens);
    Sequence sequence(engine.decoder(), static_cast<int>(tokens.size()), engine.cache());
    sequence.ExpectRows(static_cast<int>(tokens.size()));
    Batch batch(engine.decoder(), engine.exits());
    std::vector<float> logits(Batch::kChunkRows * vocabulary);
    for (std::size_t first = 0; first < tokens.size(); first += Batch::kChunkRows) {
      const Input chunk = {
          .tokens = tokens.subspan(
              first, std::min<std::size_t>(Batch::kChunkRows, tokens.size() - first))};
      const auto rows = static_cast<int>(chunk.tokens.size());
      batch.AddAll(sequence, {&chunk, 1},
                   View<float>(logits.data(), rows, engine_.info().vocabulary_tokens),
                   engine.thread_groups().prefill);
    }
  }

  MaybeError AskAbout(const NamedFile& image) {
    Session session(engine_);
    if (auto error = session.SetImage(image.bytes)) return error;
    const DecodeOptions options = {.max_tokens = work_.reply_tokens};
    const auto reply =
        work_.question.empty() ? session.Caption(options) : session.Ask(work_.question, options);
    return reply ? MaybeError() : reply.error();
  }

  void ReportOne() {
    if (work_.on_done) work_.on_done(++done_, total_);
  }

  const ImportanceWork& work_;
  const Engine& engine_;
  int windows_ = 0;
  int total_ = 0;  // windows and images
  int done_ = 0;
};

}  // namespace

Result<ImportanceMatrix> CollectImportance(const ImportanceWork& work) {
  if (work.texts.empty() && work.images.empty()) {
    return Error{ErrorCode::kInvalid, "imatrix: expected texts or images, found neither"};
  }
  ActivationStats stats;
  const Result<Engine> engine = work.load(stats);
  if (!engine) return engine.error();
  ImportanceCollection collection(work, *engine);
  if (auto error = collection.Run()) return *error;
  ImportanceMatrix matrix = stats.Matrix();
  for (const auto* files : {&work.texts, &work.images}) {
    for (const NamedFile& file : *files) matrix.datasets.push_back(file.name);
  }
  matrix.chunks = static_cast<std::uint32_t>(collection.windows());
  matrix.chunk_tokens = static_cast<std::uint32_t>(work.window_tokens);
  return matrix;
}

}  // namespace edgevlm
