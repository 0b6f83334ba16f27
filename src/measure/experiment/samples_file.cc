#include "measure/experiment/samples_file.h"

#include <fstream>
#include <utility>

namespace edgevlm {

Result<SamplesFile> SamplesFile::Open(const std::string& path) {
  Result<LineFile> file = LineFile::Open(path, "experiment");
  if (!file) return file.error();
  if (file->bytes() == 0) return SamplesFile(*std::move(file), 0);
  const Result<std::string> line = file->LastLine();
  if (!line) return line.error();
  const auto last = ReadSampleLine(*line);
  if (!last) return Error{ErrorCode::kCorrupt, path + ": last line: " + last.error().message};
  return SamplesFile(*std::move(file), last->index + 1);
}

MaybeError SamplesFile::Append(const ExperimentSample& sample) {
  if (auto error = file_.Append(SampleLine(sample))) return error;
  next_ = sample.index + 1;
  return {};
}

MaybeError ReadSamples(const std::string& path,
                       const std::function<MaybeError(ExperimentSample&&)>& on_sample) {
  std::ifstream file(path);
  if (!file) return Error{ErrorCode::kNotFound, path + ": cannot be read"};
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (file.eof()) break;  // not completed
    Result<ExperimentSample> sample = ReadSampleLine(line);
    if (!sample) {
      return sample.error().In(path + ":" + std::to_string(number));
    }
    if (auto error = on_sample(*std::move(sample))) return error;
  }
  return {};
}

}  // namespace edgevlm
