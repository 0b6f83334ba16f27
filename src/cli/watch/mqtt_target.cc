#include "cli/watch/mqtt_target.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>

#include "base/ascii.h"

namespace edgevlm {
namespace {

constexpr std::size_t kMaxBytes = 1024;
constexpr int kEncryptedPort = 8883;

Error Invalid(std::string_view option) {
  return {ErrorCode::kInvalid,
          std::string(option) +
              ": expected mqtt://[USER[:PASSWORD]@]HOST[:PORT][/PREFIX], found something else"};
}

// Nothing if an escape is none.
std::optional<std::string> Unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      plain += text[i];
      continue;
    }
    constexpr std::size_t kDigits = 2;
    const std::string_view digits = text.substr(i + 1, kDigits);
    int value = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (digits.size() != kDigits || error != std::errc() || end != digits.end()) return {};
    if (value <= 0) return {};
    plain += static_cast<char>(value);
    i += kDigits;
  }
  return plain;
}

bool ReadLogin(std::string_view text, MqttTarget& target) {
  const std::size_t colon = text.find(':');
  const auto user = Unescaped(text.substr(0, colon));
  const auto password =
      Unescaped(colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1));
  if (!user || user->empty() || !password) return false;
  target.user = *user;
  target.password = *password;
  return true;
}

bool ReadHost(std::string_view text, MqttTarget& target) {
  const bool has_brackets = text.starts_with('[');
  const std::size_t host_end = has_brackets ? text.find(']') : text.find(':');
  const std::string_view host =
      has_brackets ? text.substr(1, host_end == std::string_view::npos ? 0 : host_end - 1)
                   : text.substr(0, host_end);
  const bool is_name = std::ranges::all_of(host, [&](char c) {
    return IsAlphanumericAscii(c) || c == '-' || c == '.' || c == '_' || (has_brackets && c == ':');
  });
  if (host.empty() || !is_name) return false;
  target.host = std::string(host);
  std::string_view rest =
      host_end == std::string_view::npos ? "" : text.substr(host_end + (has_brackets ? 1 : 0));
  if (rest.empty()) return true;
  constexpr int kMostPort = 65535;
  rest.remove_prefix(1);
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), target.port);
  return text[text.size() - rest.size() - 1] == ':' && error == std::errc() &&
         end == rest.data() + rest.size() && 1 <= target.port && target.port <= kMostPort;
}

// Topics have no wildcards, and no empty levels at their ends.
bool IsPrefix(std::string_view text) {
  return !text.starts_with('/') && !text.ends_with('/') && std::ranges::none_of(text, [](char c) {
    return c == '+' || c == '#' || c == '$' || static_cast<unsigned char>(c) <= ' ' ||
           static_cast<unsigned char>(c) > '~';
  });
}

// "rtsp://camera.local/stream" -> "camera_local_stream": without credentials.
std::string NameOf(std::string_view source) {
  if (const std::size_t scheme = source.find("://"); scheme != std::string_view::npos) {
    source.remove_prefix(scheme + 3);
    const std::size_t host_end = source.find('/');
    const std::size_t at = source.substr(0, host_end).rfind('@');
    if (at != std::string_view::npos) source.remove_prefix(at + 1);
    source = source.substr(0, source.find('?'));
  } else {
    while (source.ends_with('/')) source.remove_suffix(1);
    if (const std::size_t slash = source.rfind('/'); slash != std::string_view::npos) {
      source.remove_prefix(slash + 1);
    }
  }
  std::string name;
  for (const char c : source) name += IsAlphanumericAscii(c) ? c : '_';
  return name.find_first_not_of('_') == std::string::npos ? "input" : ToLowerAscii(name);
}

}  // namespace

std::string MqttTarget::Id() const {
  std::string id = prefix;
  std::ranges::replace_if(
      id, [](char c) { return !IsAlphanumericAscii(c) && c != '-'; }, '_');
  return id;
}

std::string PrefixFor(std::string_view source) { return "edgevlm/" + NameOf(source); }

Result<MqttTarget> ParseMqttUrl(std::string_view url, std::string_view option,
                                std::string_view prefix) {
  constexpr std::string_view kPlain = "mqtt://", kEncrypted = "mqtts://";
  MqttTarget target;
  target.is_encrypted = url.starts_with(kEncrypted);
  if (url.size() > kMaxBytes || (!target.is_encrypted && !url.starts_with(kPlain))) {
    return Invalid(option);
  }
  if (target.is_encrypted) target.port = kEncryptedPort;
  url.remove_prefix(target.is_encrypted ? kEncrypted.size() : kPlain.size());
  const std::size_t slash = url.find('/');
  std::string_view server = url.substr(0, slash);
  if (const std::size_t at = server.rfind('@'); at != std::string_view::npos) {
    if (!ReadLogin(server.substr(0, at), target)) return Invalid(option);
    server.remove_prefix(at + 1);
  }
  const std::string_view path = slash == std::string_view::npos ? "" : url.substr(slash + 1);
  if (!ReadHost(server, target) || !IsPrefix(path)) return Invalid(option);
  target.prefix = path.empty() ? prefix : path;
  return target;
}

}  // namespace edgevlm
