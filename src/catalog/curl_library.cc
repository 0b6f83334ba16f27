#include "catalog/curl_library.h"

#include <dlfcn.h>

#include <optional>

namespace edgevlm {
namespace {

// The same API, built with OpenSSL or with GnuTLS.
constexpr const char* kNames[] = {"libcurl.so.4", "libcurl-gnutls.so.4"};
constexpr unsigned int kOldestVersion = 0x075500;  // 7.85: CURLOPT_PROTOCOLS_STR

template <class Function>
bool Find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

std::optional<CurlLibrary> Load(const char* name) {
  void* library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return std::nullopt;
  decltype(&curl_version_info) version_info = nullptr;
  CurlLibrary curl;
  const bool complete =
      Find(library, "curl_version_info", version_info) &&
      Find(library, "curl_easy_init", curl.easy_init) &&
      Find(library, "curl_easy_cleanup", curl.easy_cleanup) &&
      Find(library, "curl_easy_setopt", curl.easy_setopt) &&
      Find(library, "curl_easy_getinfo", curl.easy_getinfo) &&
      Find(library, "curl_easy_strerror", curl.easy_strerror) &&
      Find(library, "curl_multi_init", curl.multi_init) &&
      Find(library, "curl_multi_cleanup", curl.multi_cleanup) &&
      Find(library, "curl_multi_add_handle", curl.multi_add_handle) &&
      Find(library, "curl_multi_remove_handle", curl.multi_remove_handle) &&
      Find(library, "curl_multi_perform", curl.multi_perform) &&
      Find(library, "curl_multi_poll", curl.multi_poll) &&
      Find(library, "curl_multi_info_read", curl.multi_info_read) &&
      Find(library, "curl_slist_append", curl.slist_append) &&
      Find(library, "curl_slist_free_all", curl.slist_free_all) &&
      Find(library, "curl_url", curl.url) && Find(library, "curl_url_cleanup", curl.url_cleanup) &&
      Find(library, "curl_url_set", curl.url_set) && Find(library, "curl_url_get", curl.url_get) &&
      Find(library, "curl_free", curl.free);
  if (complete && version_info(CURLVERSION_NOW)->version_num >= kOldestVersion) return curl;
  dlclose(library);
  return std::nullopt;
}

std::optional<CurlLibrary> LoadAny() {
  for (const char* name : kNames) {
    if (auto curl = Load(name)) return curl;
  }
  return std::nullopt;
}

}  // namespace

const CurlLibrary* LoadCurl() {
  static const std::optional<CurlLibrary> kCurl = LoadAny();
  return kCurl ? &*kCurl : nullptr;
}

}  // namespace edgevlm
