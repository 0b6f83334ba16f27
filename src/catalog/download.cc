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
// Left free on the disk, for everything else that runs there.
constexpr std::uint64_t kSpareBytes = 16 << 20;

constexpr int kRangeNotSatisfiable = 416;
constexpr int kTooManyRequests = 429;
constexpr int kServerError = 500;

std::string Text(std::uint64_t number) { return std::to_string(number); }

// Writes what comes into the part, as long as it is what was promised.
class PartSink final : public HttpSink {
 public:
  PartSink(const DownloadOptions& options, PartFile& part) : options_(options), part_(part) {}

  // From the redirecting host, for a server that does not say how large the file is.
  void Promise(std::uint64_t bytes) { linked_bytes_ = bytes; }

  MaybeError Begin(const HttpResponse& response) override {
    if (auto error = SetTotal(response)) return error;
    if (response.from) {
      must_restart_ = *response.from != part_.size() || part_.size() == 0 ||
                      part_.size() > total_ ||
                      (!response.etag.empty() && response.etag != part_.etag());
      if (must_restart_) return Wrong("the server sent another part than was asked for");
    } else if (auto error = part_.Restart(response.etag)) {
      return error;
    }
    return CheckRoom();
  }

  MaybeError Write(std::span<const std::byte> bytes) override {
    if (bytes.size() > total_ - part_.size()) {
      // Whose beginning these bytes are is not known any more.
      if (auto error = part_.Restart({})) return error;
      return Error{ErrorCode::kTooLarge,
                   options_.url + ": expected " + Text(total_) + " bytes, the server sends more"};
    }
    if (auto error = part_.Append(bytes)) return error;
    if (options_.progress) options_.progress(part_.size(), total_);
    return {};
  }

  bool IsComplete() const { return total_ > 0 && part_.size() == total_; }
  // The bytes that are there can not be gone on with.
  bool must_restart() const { return must_restart_; }

 private:
  Error Wrong(const std::string& why) const {
    return Error{ErrorCode::kInvalid, options_.url + ": " + why};
  }

  MaybeError SetTotal(const HttpResponse& response) {
    const auto promised = response.bytes ? response.bytes : linked_bytes_;
    if (!promised && !options_.bytes) return Wrong("the server does not say how large the file is");
    total_ = options_.bytes.value_or(promised.value_or(0));
    if (promised.value_or(total_) != total_) {
      return Wrong("expected " + Text(total_) + " bytes, the server has " + Text(*promised));
    }
    if (total_ == 0) return Wrong("expected a file with content, the server has an empty one");
    return {};
  }

  MaybeError CheckRoom() const {
    std::error_code failed;
    const auto folder = std::filesystem::path(part_.path()).parent_path();
    const auto space = std::filesystem::space(folder.empty() ? "." : folder, failed);
    if (failed) return {};  // then the write will tell
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

// `place`: a redirect's address may be long and good for one download only, so its host will do.
Error Refusal(const std::string& asked, const std::string& place, int status) {
  const std::string answer = asked + ": " + (place == asked ? "the server" : HostOf(place)) +
                             " answers " + std::to_string(status);
  if (status == 404 || status == 410) return {ErrorCode::kNotFound, answer + " (no such file)"};
  if (status == 401 || status == 403) {
    return {ErrorCode::kIo, answer + " (it wants a login, or its licence accepted on its page)"};
  }
  return {ErrorCode::kIo, answer};
}

// One try: from the first address over its redirects to the last byte.
struct Attempt {
  MaybeError failure;
  bool is_passing = false;
  bool must_restart = false;
  std::string host_sha256;
};

// What an answer that did not bring the last byte says about the attempt.
void Judge(HttpOutcome outcome, const PartSink& sink, const std::string& asked,
           const std::string& url, Attempt& attempt) {
  const int status = outcome.response.status;
  attempt.failure = std::move(outcome.failure);
  attempt.is_passing = outcome.is_passing;
  attempt.must_restart = sink.must_restart() || status == kRangeNotSatisfiable;
  if (attempt.failure || sink.IsComplete()) return;
  if (status == 200 || status == 206) {
    attempt.failure = Error{ErrorCode::kIo, HostOf(url) + ": the answer ended early"};
    attempt.is_passing = true;
  } else {
    attempt.failure = Refusal(asked, url, status);
    attempt.is_passing = status >= kServerError || status == kTooManyRequests;
  }
}

Attempt Try(const DownloadOptions& options, PartFile& part) {
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
    if (response.linked_bytes) sink.Promise(*response.linked_bytes);
    if (!response.redirect_url.empty() && !outcome.failure) {
      previous = std::exchange(url, response.redirect_url);
      continue;
    }
    // How a connection ends after the last byte does not matter.
    if (outcome.is_passing && sink.IsComplete()) return attempt;
    // Asked for what follows the last byte: all was there, but the program ended before its check.
    if (response.status == kRangeNotSatisfiable && response.bytes == part.size()) return attempt;
    Judge(std::move(outcome), sink, options.url, url, attempt);
    return attempt;
  }
  attempt.failure =
      Error{ErrorCode::kInvalid, options.url + ": expected at most " +
                                     std::to_string(kMaxRedirects) + " redirects, found more"};
  return attempt;
}

}  // namespace

Result<Downloaded> Download(const DownloadOptions& options, PartFile& part) {
  // All there, but the program ended before it was checked.
  if (options.bytes && part.size() == *options.bytes) return Downloaded{};
  if (options.bytes && part.size() > *options.bytes) {
    if (auto error = part.Restart({})) return *error;
  }
  bool restarted = false;
  for (int failures = 0;;) {
    const std::uint64_t before = part.size();
    Attempt attempt = Try(options, part);
    if (!attempt.failure) return Downloaded{.host_sha256 = std::move(attempt.host_sha256)};
    if (attempt.must_restart && !restarted) {
      restarted = true;
      if (auto error = part.Restart({})) return *error;
      continue;
    }
    failures = part.size() > before ? 1 : failures + 1;
    if (!attempt.is_passing || failures >= options.attempts) return *attempt.failure;
    const int wait_ms = options.retry_wait_ms << std::min(failures - 1, kMaxDoublings);
    std::this_thread::sleep_for(std::chrono::milliseconds(wait_ms));
  }
}

}  // namespace edgevlm
