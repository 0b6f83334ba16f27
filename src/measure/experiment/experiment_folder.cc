#include "measure/experiment/experiment_folder.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>

#include "base/mapped_file.h"
#include "base/output_file.h"
#include "measure/experiment/predictions.h"
#include "measure/experiment/samples_file.h"

namespace edgevlm {
namespace {

MaybeError WriteText(const std::string& path, const std::string& text) {
  auto file = OutputFile::Create(path);
  if (!file) return file.error();
  if (auto error = file->Append(std::as_bytes(std::span(text)))) return error;
  return file->Commit();
}

Result<RunRecord> ReadRecord(const std::string& path) {
  const auto file = MappedFile::Open(path);
  if (!file) return file.error();
  Result<RunRecord> record =
      ReadRunRecord({reinterpret_cast<const char*>(file->bytes().data()), file->bytes().size()});
  if (!record) return record.error().In(path);
  return record;
}

class Folder {
 public:
  explicit Folder(const FolderRun& run) : run_(run), record_(run.record) {
    record_.spec = run.spec.text;
    record_.seed = run.seed;
    record_.items = ItemsOf(run.spec, run.manifest);
  }

  Result<ExperimentResults> Run() {
    if (auto error = Prepare()) return *error;
    Result<SamplesFile> samples = SamplesFile::Open(PathOf("samples.jsonl"));
    if (!samples) return samples.error();
    const Result<RunCost> cost = RunExperiment(
        {.spec = run_.spec,
         .manifest = run_.manifest,
         .load = run_.load,
         .base = run_.base,
         .seed = run_.seed,
         .first = samples->next(),
         .on_sample = [&](const ExperimentSample& sample) { return samples->Append(sample); },
         .is_stopped = run_.is_stopped});
    if (!cost) return cost.error();
    return Finish(samples->next(), *cost);
  }

 private:
  std::string PathOf(const char* name) const {
    return (std::filesystem::path(run_.folder) / name).string();
  }

  MaybeError Prepare() const {
    std::error_code failed;
    std::filesystem::create_directories(run_.folder, failed);
    if (failed) {
      return Error{ErrorCode::kIo, run_.folder + ": cannot be made: " + failed.message()};
    }
    const std::string record = PathOf("run.json");
    if (!std::filesystem::exists(record, failed)) return WriteText(record, RunRecordJson(record_));
    if (!run_.resume) {
      return Error{ErrorCode::kInvalid,
                   run_.folder +
                       ": expected no samples, found those of a run; --resume goes on "
                       "with it, --out chooses another folder"};
    }
    const Result<RunRecord> before = ReadRecord(record);
    if (!before) return before.error();
    if (auto error = CheckSameRun(*before, record_)) {
      return error->In(run_.folder);
    }
    return {};
  }

  std::size_t MostChoices() const {
    std::size_t most = 0;
    if (run_.manifest == nullptr) return most;
    for (const ManifestRow& row : run_.manifest->rows) most = std::max(most, row.choices.size());
    return most;
  }

  // Reads all samples, whichever process took them, and writes their replies.
  MaybeError AddSamples(Summary& summary) const {
    const std::size_t choices = MostChoices();
    std::optional<OutputFile> predictions;
    const auto write = [&](const ExperimentSample& sample) -> MaybeError {
      if (!predictions) {
        Result<OutputFile> file = OutputFile::Create(PathOf("predictions.csv"));
        if (!file) return file.error();
        predictions.emplace(*std::move(file));
        const std::string header = PredictionsHeader(choices);
        if (auto error = predictions->Append(std::as_bytes(std::span(header)))) return error;
      }
      const std::string line = PredictionLine(sample, choices);
      return predictions->Append(std::as_bytes(std::span(line)));
    };
    if (auto error =
            ReadSamples(PathOf("samples.jsonl"), [&](ExperimentSample&& sample) -> MaybeError {
              if (sample.reply && sample.round == 0) {
                if (auto failed = write(sample)) return failed;
              }
              return summary.Add(sample);
            })) {
      return error;
    }
    return predictions ? predictions->Commit() : std::nullopt;
  }

  Result<ExperimentResults> Finish(std::int64_t taken, const RunCost& cost) const {
    Summary summary(ConditionsOf(run_.spec), run_.spec.scores);
    if (auto error = AddSamples(summary)) return *error;
    summary.Finish();
    Finding finding = JudgeExperiment(run_.spec, summary);
    ExperimentResults results = {.spec = run_.spec,
                                 .record = record_,
                                 .summary = std::move(summary),
                                 .finding = std::move(finding),
                                 .samples = taken,
                                 .planned = PlanOf(run_.spec, record_.items, run_.seed).size(),
                                 .cost = cost};
    for (const auto& [name, text] : {std::pair("results.json", ResultsJson(results)),
                                     std::pair("results.csv", ResultsCsv(results)),
                                     std::pair("report.html", ResultsHtml(results))}) {
      if (auto error = WriteText(PathOf(name), text)) return *error;
    }
    return results;
  }

  const FolderRun& run_;
  RunRecord record_;
};

}  // namespace

Result<ExperimentResults> RunInFolder(const FolderRun& run) { return Folder(run).Run(); }

}  // namespace edgevlm
