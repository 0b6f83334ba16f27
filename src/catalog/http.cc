#include "catalog/http.h"

#include <array>
#include <chrono>
#include <memory>
#include <string_view>

#include "base/check.h"
#include "catalog/curl_library.h"
#include "catalog/http_headers.h"
#include "catalog/url.h"

namespace edgevlm {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kOk = 200;
constexpr int kPartialContent = 206;
// Interval of the check whether the transfer stalls.
constexpr int kPollMs = 100;
constexpr std::size_t kMaxPageBytes = 64 << 10;
constexpr long kReceiveBufferBytes = 256 << 10;

bool HasFile(int status) { return status == kOk || status == kPartialContent; }

// Performs one request.
class Transfer {
 public:
  Transfer(const CurlLibrary& curl, const HttpRequest& request, HttpSink& sink)
      : curl_(curl),
        request_(request),
        sink_(sink),
        easy_(curl_.easy_init(), curl_.easy_cleanup),
        multi_(curl_.multi_init(), curl_.multi_cleanup),
        headers_(nullptr, curl_.slist_free_all),
        resolve_(nullptr, curl_.slist_free_all) {
    CHECK(easy_ != nullptr && multi_ != nullptr);
    error_text_[0] = '\0';
  }

  HttpOutcome Perform() {
    Prepare();
    CHECK(curl_.multi_add_handle(multi_.get(), easy_.get()) == CURLM_OK);
    const CURLcode code = RunLoop();
    char* redirect = nullptr;
    curl_.easy_getinfo(easy_.get(), CURLINFO_REDIRECT_URL, &redirect);
    if (redirect != nullptr) outcome_.response.redirect_url = redirect;
    if (!outcome_.failure && code != CURLE_OK && !IsLongPage(code)) {
      outcome_.failure = Error{ErrorCode::kIo, HostOf(request_.url) + ": " + Reason(code)};
      outcome_.is_transient = IsTransient(code);
    }
    curl_.multi_remove_handle(multi_.get(), easy_.get());
    return std::move(outcome_);
  }

 private:
  template <class Value>
  void Set(CURLoption option, Value value) {
    CHECK(curl_.easy_setopt(easy_.get(), option, value) == CURLE_OK);
  }

  void Prepare() {
    Set(CURLOPT_URL, request_.url.c_str());
    Set(CURLOPT_PROTOCOLS_STR, "http,https");
    Set(CURLOPT_FOLLOWLOCATION, 0L);
    Set(CURLOPT_NOSIGNAL, 1L);
    Set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);  // of a proxy
    Set(CURLOPT_USERAGENT, "edgevlm");
    Set(CURLOPT_BUFFERSIZE, kReceiveBufferBytes);
    Set(CURLOPT_ERRORBUFFER, error_text_.data());
    if (IsLoopback(request_.url)) Set(CURLOPT_PROXY, "");
    if (!request_.connect_to.empty()) {
      resolve_.reset(curl_.slist_append(nullptr, request_.connect_to.c_str()));
      Set(CURLOPT_RESOLVE, resolve_.get());
      Set(CURLOPT_PROXY, "");
    }
    if (request_.whole_timeout_ms > 0) {
      Set(CURLOPT_TIMEOUT_MS, static_cast<long>(request_.whole_timeout_ms));
    }
    Set(CURLOPT_HEADERFUNCTION, &Transfer::OnHeader);
    Set(CURLOPT_HEADERDATA, this);
    Set(CURLOPT_WRITEFUNCTION, &Transfer::OnBody);
    Set(CURLOPT_WRITEDATA, this);
    if (!request_.json.empty()) {
      Set(CURLOPT_POSTFIELDSIZE, static_cast<long>(request_.json.size()));
      Set(CURLOPT_POSTFIELDS, request_.json.c_str());
      AddHeader("Content-Type: application/json");
      Set(CURLOPT_HTTPHEADER, headers_.get());
    }
    if (request_.from == 0) return;
    // As headers: with CURLOPT_RESUME_FROM libcurl fails if the response is not a range.
    AddHeader("Range: bytes=" + std::to_string(request_.from) + "-");
    if (!request_.if_range.empty()) AddHeader("If-Range: " + request_.if_range);
    Set(CURLOPT_HTTPHEADER, headers_.get());
  }

  void AddHeader(const std::string& header) {
    curl_slist* longer = curl_.slist_append(headers_.get(), header.c_str());
    CHECK(longer != nullptr);
    (void)headers_.release();  // now part of `longer`
    headers_.reset(longer);
  }

  CURLcode RunLoop() {
    last_byte_ = Clock::now();
    for (int running = 1;;) {
      CHECK(curl_.multi_perform(multi_.get(), &running) == CURLM_OK);
      if (running == 0) break;
      if (Clock::now() - last_byte_ > std::chrono::milliseconds(request_.stall_timeout_ms)) {
        return CURLE_OPERATION_TIMEDOUT;
      }
      CHECK(curl_.multi_poll(multi_.get(), nullptr, 0, kPollMs, nullptr) == CURLM_OK);
    }
    int left = 0;
    const CURLMsg* message = curl_.multi_info_read(multi_.get(), &left);
    CHECK(message != nullptr && message->msg == CURLMSG_DONE);
    return message->data.result;
  }

  static std::size_t OnHeader(char* data, std::size_t, std::size_t size, void* user) {
    auto& self = *static_cast<Transfer*>(user);
    self.last_byte_ = Clock::now();
    const std::string_view line(data, size);
    ReadHeader(line, self.outcome_.response);
    if (line == "\r\n" || line == "\n") self.EndHeaders();
    return self.outcome_.failure ? size + 1 : size;
  }

  // Returning anything but `size` makes libcurl abort the transfer.
  static std::size_t OnBody(char* data, std::size_t, std::size_t size, void* user) {
    auto& self = *static_cast<Transfer*>(user);
    self.last_byte_ = Clock::now();
    if (!HasFile(self.outcome_.response.status)) {
      // The body of a redirect or an error is an HTML page, which must be read to reach its end.
      self.page_bytes_ += size;
      return self.page_bytes_ <= kMaxPageBytes ? size : size + 1;
    }
    self.outcome_.failure = self.sink_.OnBody(std::as_bytes(std::span(data, size)));
    return self.outcome_.failure ? size + 1 : size;
  }

  void EndHeaders() {
    long status = 0;
    curl_.easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    if (headers_done_ || status < kOk) return;  // trailers; "100 Continue"
    headers_done_ = true;
    outcome_.response.status = static_cast<int>(status);
    if (HasFile(outcome_.response.status)) outcome_.failure = sink_.OnHeaders(outcome_.response);
  }

  // OnBody aborted a long page; the status is all that is needed.
  bool IsLongPage(CURLcode code) const {
    return code == CURLE_WRITE_ERROR && page_bytes_ > kMaxPageBytes;
  }

  std::string Reason(CURLcode code) const {
    if (code == CURLE_OPERATION_TIMEDOUT) {
      return "no data for " + std::to_string(request_.stall_timeout_ms / 1000) + " s";
    }
    if (code == CURLE_PARTIAL_FILE) return "the connection was cut";
    return error_text_[0] != '\0' ? error_text_.data() : curl_.easy_strerror(code);
  }

  static bool IsTransient(CURLcode code) {
    switch (code) {
      case CURLE_PARTIAL_FILE:
      case CURLE_OPERATION_TIMEDOUT:
      case CURLE_RECV_ERROR:
      case CURLE_SEND_ERROR:
      case CURLE_GOT_NOTHING:
      case CURLE_HTTP2:
      case CURLE_HTTP2_STREAM:
        return true;
      default:  // unknown host, connection refused, invalid certificate
        return false;
    }
  }

  const CurlLibrary& curl_;
  const HttpRequest& request_;
  HttpSink& sink_;
  const std::unique_ptr<CURL, decltype(CurlLibrary::easy_cleanup)> easy_;
  const std::unique_ptr<CURLM, decltype(CurlLibrary::multi_cleanup)> multi_;
  std::unique_ptr<curl_slist, decltype(CurlLibrary::slist_free_all)> headers_;
  std::unique_ptr<curl_slist, decltype(CurlLibrary::slist_free_all)> resolve_;
  std::array<char, CURL_ERROR_SIZE> error_text_;
  HttpOutcome outcome_;
  Clock::time_point last_byte_;
  bool headers_done_ = false;
  std::size_t page_bytes_ = 0;
};

}  // namespace

HttpOutcome HttpGet(const HttpRequest& request, HttpSink& sink) {
  const CurlLibrary* curl = LoadCurl();
  CHECK(curl != nullptr);
  return Transfer(*curl, request, sink).Perform();
}

MaybeError PostJson(const std::string& url, const std::string& json) {
  class Ignored final : public HttpSink {
    MaybeError OnHeaders(const HttpResponse&) override { return std::nullopt; }
    MaybeError OnBody(std::span<const std::byte>) override { return std::nullopt; }
  };
  constexpr int kTimeoutMs = 10'000;
  constexpr int kRedirects = 300;
  if (auto error = CheckUrl(url, "", true)) return error;
  Ignored ignored;
  const HttpOutcome outcome = HttpGet(
      {.url = url, .stall_timeout_ms = kTimeoutMs, .whole_timeout_ms = kTimeoutMs, .json = json},
      ignored);
  if (outcome.failure) return outcome.failure;
  const int status = outcome.response.status;
  if (kOk <= status && status < kRedirects) return std::nullopt;
  return Error{ErrorCode::kIo,
               HostOf(url) + ": expected status 200, found " + std::to_string(status)};
}

}  // namespace edgevlm
