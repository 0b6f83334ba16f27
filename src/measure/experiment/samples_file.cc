#include "measure/experiment/samples_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include "base/mapped_file.h"

namespace edgevlm {

Result<SamplesFile> SamplesFile::Open(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  SamplesFile samples(path, file);
  if (file < 0) return samples.Failure(errno);
  if (flock(file, LOCK_EX | LOCK_NB) != 0) {
    return Error{ErrorCode::kInvalid, path +
                                          ": expected to be the only experiment that writes it, "
                                          "found another process"};
  }
  if (auto error = samples.GoToEnd()) return *error;
  return samples;
}

SamplesFile::SamplesFile(std::string path, int file) : path_(std::move(path)), file_(file) {}

SamplesFile::SamplesFile(SamplesFile&& other) noexcept
    : path_(std::move(other.path_)),
      file_(std::exchange(other.file_, -1)),
      bytes_(other.bytes_),
      next_(other.next_) {}

SamplesFile::~SamplesFile() {
  if (file_ >= 0) close(file_);
}

Error SamplesFile::Failure(int number) const {
  return {ErrorCode::kIo, path_ + ": " + std::strerror(number)};
}

MaybeError SamplesFile::GoToEnd() {
  struct stat status {};
  if (fstat(file_, &status) != 0) return Failure(errno);
  if (status.st_size > 0) {
    const auto mapped = MappedFile::Open(path_);
    if (!mapped) return mapped.error();
    const std::string_view text(reinterpret_cast<const char*>(mapped->bytes().data()),
                                mapped->bytes().size());
    const std::size_t end = text.rfind('\n');
    if (end != std::string_view::npos) {
      const std::size_t before = end == 0 ? std::string_view::npos : text.rfind('\n', end - 1);
      const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
      const auto last = ReadSampleLine(text.substr(begin, end - begin));
      if (!last) {
        return Error{ErrorCode::kCorrupt, path_ + ": last line: " + last.error().message};
      }
      next_ = last->index + 1;
      bytes_ = static_cast<std::int64_t>(end) + 1;
    }
  }
  if (ftruncate(file_, bytes_) != 0) return Failure(errno);
  if (lseek(file_, bytes_, SEEK_SET) < 0) return Failure(errno);
  return {};
}

MaybeError SamplesFile::Append(const ExperimentSample& sample) {
  const std::string line = SampleLine(sample);
  std::size_t written = 0;
  while (written < line.size()) {
    const ssize_t count = write(file_, line.data() + written, line.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      const Error failure = Failure(errno);
      if (ftruncate(file_, bytes_) == 0) lseek(file_, bytes_, SEEK_SET);
      return failure;
    }
    written += static_cast<std::size_t>(count);
  }
  bytes_ += static_cast<std::int64_t>(line.size());
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
      return Error{sample.error().code,
                   path + ":" + std::to_string(number) + ": " + sample.error().message};
    }
    if (auto error = on_sample(*std::move(sample))) return error;
  }
  return {};
}

}  // namespace edgevlm
