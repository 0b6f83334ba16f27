#include "catalog/download.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <thread>
#include <utility>

#include "catalog/http.h"
#include "catalog/url.h"

namespace edgevlm {
namespace {

constexpr int kMaxRedirects = 8;
constexpr int kMaxDoublings = 5;
// Disk space to leave free for everything else.
constexpr std::uint64_t kSpareBytes = 16 << 20;

constexpr int kRangeNotSatisfiable = 416;
constexpr int kTooManyRequests = 429;
constexpr int kServerError = 500;

std::string Text(std::uint64_t number) { return std::to_string(number); }

// Appends the body to the part, after checking that it is the expected one.
class PartSink final : public HttpSink {
 public:
  PartSink(const DownloadOptions& options, PartFile& part) : options_(options), part_(part) {}

  // The size from the redirecting host, for a server that does not report one.
  void SetLinkedBytes(std::uint64_t bytes) { linked_bytes_ = bytes; }

  MaybeError OnHeaders(const HttpResponse& response) override {
    if (auto error = SetTotal(response)) return error;
    if (response.from) {
      must_restart_ = *response.from != part_.size() || part_.size() == 0 ||
                      part_.size() > total_ ||
                      (!response.etag.empty() && response.etag != part_.etag());
      if (must_restart_) return Wrong("the server sent another range than requested");
    } else if (auto error = part_.Restart(response.etag)) {
      return error;
    }
    return CheckDiskSpace();
  }

  MaybeError OnBody(std::span<const std::byte> bytes) override {
    if (bytes.size() > total_ - part_.size()) {
      // It is no longer known which file the bytes belong to.
      if (auto error = part_.Restart({})) return error;
      return Error{ErrorCode::kTooLarge,
                   options_.url + ": expected " + Text(total_) + " bytes, the server sends more"};
    }
    if (auto error = part_.Append(bytes)) return error;
    if (options_.progress) options_.progress(part_.size(), total_);
    return {};
  }

  bool IsComplete() const { return total_ > 0 && part_.size() == total_; }
  // The bytes in the part cannot be continued.
  bool must_restart() const { return must_restart_; }

 private:
  Error Wrong(const std::string& why) const {
    return Error{ErrorCode::kInvalid, options_.url + ": " + why};
  }

  MaybeError SetTotal(const HttpResponse& response) {
    const auto announced = response.bytes ? response.bytes : linked_bytes_;
    if (!announced && !options_.bytes) {
      return Wrong("the server does not report the size of the file");
    }
    total_ = options_.bytes.value_or(announced.value_or(0));
    if (announced.value_or(total_) != total_) {
      return Wrong("expected " + Text(total_) + " bytes, the server has " + Text(*announced));
    }
    if (total_ == 0) return Wrong("expected a file with content, the server has an empty one");
    return {};
  }

  MaybeError CheckDiskSpace() const {
    std::error_code failed;
    const auto folder = std::filesystem::path(part_.path()).parent_path();
    const auto space = std::filesystem::space(folder.empty() ? "." : folder, failed);
    if (failed) return {};  // then the write fails if the disk is full
    const std::uint64_t wanted = total_ - part_.size();
    if (space.available >= kSpareBytes && space.available - kSpareBytes >= wanted) return {};
    return Error{ErrorCode::kTooLarge, folder.string() + ": " + Text(wanted >> 20) +
                                           " MiB are needed, the disk has " +
                                           Text(space.available >> 20) + " MiB left"};
  }

  const DownloadOptions& options_;
  PartFile& part_;
  std::optional<std::uint64_t> linked_bytes_;
  std::uint64_t total_ = 0;
  bool must_restart_ = false;
};

// Names only the host of a redirect's target, whose URL may be long and valid for one download
// only.
Error StatusError(const std::string& requested, const std::string& url, int status) {
  const std::string answer = requested + ": " + (url == requested ? "the server" : HostOf(url)) +
                             " answers " + std::to_string(status);
  if (status == 404 || status == 410) return {ErrorCode::kNotFound, answer + " (no such file)"};
  if (status == 401 || status == 403) {
    return {ErrorCode::kIo, answer + " (it needs a login, or its license accepted on its page)"};
  }
  return {ErrorCode::kIo, answer};
}

// One attempt: from the first URL through its redirects to the last byte.
struct Attempt {
  MaybeError failure;
  bool is_transient = false;
  bool must_restart = false;
  std::string host_sha256;
};

// Sets the failure of an attempt whose response did not complete the file.
void SetFailure(HttpOutcome outcome, const PartSink& sink, const std::string& requested,
                const std::string& url, Attempt& attempt) {
  const int status = outcome.response.status;
  attempt.failure = std::move(outcome.failure);
  attempt.is_transient = outcome.is_transient;
  attempt.must_restart = sink.must_restart() || status == kRangeNotSatisfiable;
  if (attempt.failure || sink.IsComplete()) return;
  if (status == 200 || status == 206) {
    attempt.failure = Error{ErrorCode::kIo, HostOf(url) + ": the response ended early"};
    attempt.is_transient = true;
  } else {
    attempt.failure = StatusError(requested, url, status);
    attempt.is_transient = status >= kServerError || status == kTooManyRequests;
  }
}

Attempt DownloadOnce(const DownloadOptions& options, PartFile& part) {
  Attempt attempt;
  PartSink sink(options, part);
  std::string url = options.url;
  std::string previous;
  for (int redirects = 0; redirects <= kMaxRedirects; ++redirects) {
    if ((attempt.failure = CheckUrl(url, previous, options.allow_http))) return attempt;
    HttpRequest request{.url = url, .stall_timeout_ms = options.stall_timeout_ms};
    if (!part.etag().empty()) {
      request.from = part.size();
      request.if_range = part.etag();
    }
    HttpOutcome outcome = HttpGet(request, sink);
    const HttpResponse& response = outcome.response;
    if (!response.linked_sha256.empty()) attempt.host_sha256 = response.linked_sha256;
    if (response.linked_bytes) sink.SetLinkedBytes(*response.linked_bytes);
    if (!response.redirect_url.empty() && !outcome.failure) {
      previous = std::exchange(url, response.redirect_url);
      continue;
    }
    // A connection error after the last byte does not matter.
    if (outcome.is_transient && sink.IsComplete()) return attempt;
    // The part was already complete, but the program ended before verifying it.
    if (response.status == kRangeNotSatisfiable && response.bytes == part.size()) return attempt;
    SetFailure(std::move(outcome), sink, options.url, url, attempt);
    return attempt;
  }
  attempt.failure =
      Error{ErrorCode::kInvalid, options.url + ": expected at most " +
                                     std::to_string(kMaxRedirects) + " redirects, found more"};
  return attempt;
}

}  // namespace

Result<Downloaded> Download(const DownloadOptions& options, PartFile& part) {
  // Complete, but the program ended before verifying it.
  if (options.bytes && part.size() == *options.bytes) return Downloaded{};
  if (options.bytes && part.size() > *options.bytes) {
    if (auto error = part.Restart({})) return *error;
  }
  bool restarted = false;
  for (int failures = 0;;) {
    const std::uint64_t before = part.size();
    Attempt attempt = DownloadOnce(options, part);
    if (!attempt.failure) return Downloaded{.host_sha256 = std::move(attempt.host_sha256)};
    if (attempt.must_restart && !restarted) {
      restarted = true;
      if (auto error = part.Restart({})) return *error;
      continue;
    }
    failures = part.size() > before ? 1 : failures + 1;
    if (!attempt.is_transient || failures >= options.attempts) return *attempt.failure;
    const int wait_ms = options.retry_wait_ms << std::min(failures - 1, kMaxDoublings);
    std::this_thread::sleep_for(std::chrono::milliseconds(wait_ms));
  }
}

}  // namespace edgevlm
