#include "catalog/url.h"

#include <memory>

#include "catalog/curl_library.h"

namespace edgevlm {
namespace {

struct UrlParts {
  std::string scheme;
  std::string host;
  bool has_user = false;
};

std::string PartOf(const CurlLibrary& curl, CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl.url_get(url, part, &text, 0) != CURLUE_OK) return {};
  std::string copy(text);
  curl.free(text);
  return copy;
}

// All empty for what is not a URL.
UrlParts Split(const std::string& url) {
  const CurlLibrary* curl = LoadCurl();
  if (curl == nullptr) return {};
  const std::unique_ptr<CURLU, decltype(curl->url_cleanup)> handle(curl->url(), curl->url_cleanup);
  if (handle == nullptr ||
      curl->url_set(handle.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) {
    return {};
  }
  return {.scheme = PartOf(*curl, handle.get(), CURLUPART_SCHEME),
          .host = PartOf(*curl, handle.get(), CURLUPART_HOST),
          .has_user = !PartOf(*curl, handle.get(), CURLUPART_USER).empty()};
}

// Only digits and dots after 127, so not 127.0.0.1.example.org.
bool IsLoopbackHost(const std::string& host) {
  if (host == "localhost" || host == "[::1]") return true;
  return host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string::npos;
}

Error UrlError(const std::string& url, const std::string& why) {
  return Error{ErrorCode::kInvalid, url + ": " + why};
}

}  // namespace

MaybeError CheckUrl(const std::string& url, const std::string& previous, bool allow_http) {
  if (LoadCurl() == nullptr) {
    return Error{ErrorCode::kIo,
                 "downloads: expected libcurl.so.4, 7.85 or later (package libcurl4), found none"};
  }
  const UrlParts parts = Split(url);
  if (parts.host.empty()) return UrlError(url, "expected an https address");
  if (parts.has_user) return UrlError(url, "expected an address without a user name, found one");
  if (parts.scheme == "https") return {};
  if (parts.scheme != "http") return UrlError(url, "expected https, found " + parts.scheme);
  if (!previous.empty() && Split(previous).scheme == "https") {
    return UrlError(url, "a redirect from https: expected https, found http");
  }
  if (IsLoopbackHost(parts.host) || allow_http) return {};
  return UrlError(url, "expected https, found http (--allow-http permits it)");
}

bool IsLoopback(const std::string& url) { return IsLoopbackHost(Split(url).host); }

std::string HostOf(const std::string& url) {
  std::string host = Split(url).host;
  return host.empty() ? url : host;
}

}  // namespace edgevlm
