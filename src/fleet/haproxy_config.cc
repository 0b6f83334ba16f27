#include "fleet/haproxy_config.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "base/ascii.h"
#include "base/check.h"

namespace edgevlm {
namespace {

constexpr std::size_t kMaxHostBytes = 255;  // of a name in DNS
constexpr int kMaxPort = 65535;

constexpr std::string_view kGlobal =
    R"(# Written by `edgevlm fleet config`. Check with: haproxy -c -f haproxy.cfg
global
    maxconn 4096
    log stderr format raw daemon notice
    # What of a request and of a reply can be looked at (image ids), and what can be sent again.
    tune.bufsize 65536

defaults
    mode http
    log global
    timeout connect 2s
    timeout client 60s
    timeout http-request 30s
    # WebSockets (/ws).
    timeout tunnel 1h
    # A device that has just come back gets few requests at first: its caches are empty.
    default-server inter 2s fall 2 rise 2 slowstart 30s

    # Only what had no byte of an answer is sent again, and to another device: a connection that was
    # refused, one that ended before the answer, and 503 (a full queue, or a server that is stopping).
    # A request that has begun to answer is never repeated. One that is larger than the buffer is
    # repeated only if the connection was refused.
    retries 3
    option redispatch 1
    retry-on conn-failure empty-response 503

)";

constexpr std::string_view kAffinity = R"(
    # The device that was sent an image has its encoding, and the one that made a response has stored
    # it: a request that names either goes there. If that device is gone, any other takes the request,
    # and answers that it does not have it. Ids (SHA-256 of images, resp_...) are learned from replies
    # that are not streams, since a stream must not wait for its end.
    stick-table type string len 64 size 100k expire 1h
    http-request wait-for-body time 5s at-least 65536 if { req.hdr(content-type) -m beg application/json }
    http-response wait-for-body time 5s at-least 65536 if { res.hdr(content-type) -m beg application/json }
    stick match req.body,json_query('$.image_id') if { req.body,json_query('$.image_id') -m found }
    stick match req.body,json_query('$.previous_response_id') if { req.body,json_query('$.previous_response_id') -m found }
    stick match path,field(4,/) if { path_beg /v1/responses/ }
    stick store-response res.body,json_query('$.image.id') if { res.body,json_query('$.image.id') -m found }
    stick store-response res.body,json_query('$.id') if { res.body,json_query('$.id') -m beg resp_ }

    option httpchk GET /health/ready
    http-check expect status 200
)";

bool IsHostByte(char c) { return IsAlphanumericAscii(c) || c == '.' || c == '-' || c == '_'; }

bool IsAddressByte(char c) {
  return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || (c >= '0' && c <= '9') || c == ':' ||
         c == '.';
}

bool IsHost(std::string_view host) {
  if (host.empty() || host.size() > kMaxHostBytes) return false;
  if (!host.starts_with('[')) {
    return !host.starts_with('-') && std::ranges::all_of(host, IsHostByte);
  }
  return host.size() > 2 && host.ends_with(']') &&
         std::ranges::all_of(host.substr(1, host.size() - 2), IsAddressByte);
}

}  // namespace

Result<FleetHost> ParseFleetHost(const std::string& text) {
  FleetHost host;
  // A colon in brackets is part of an address.
  const std::size_t bracket = text.find(']');
  const std::size_t colon = text.find(':', bracket == std::string::npos ? 0 : bracket);
  host.name = text.substr(0, colon);
  bool is_valid = IsHost(host.name);
  if (colon != std::string::npos) {
    const char* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data() + colon + 1, end, host.port);
    is_valid = is_valid && parsed.ec == std::errc() && parsed.ptr == end && host.port >= 1 &&
               host.port <= kMaxPort;
  }
  if (is_valid) return host;
  return Error{ErrorCode::kInvalid, "host: expected NAME, NAME:PORT or [ADDRESS]:PORT, found '" +
                                        text.substr(0, kMaxHostBytes) + "'"};
}

std::string HaproxyConfig(const HaproxyOptions& options) {
  CHECK(!options.hosts.empty());
  const auto seconds = [](const char* name, int value) {
    return "    timeout " + std::string(name) + " " + std::to_string(value) + "s\n";
  };
  std::string text(kGlobal);
  text += "frontend edgevlm\n    bind :" + std::to_string(options.port) +
          "\n    default_backend devices\n\nbackend devices\n    balance leastconn\n" +
          seconds("queue", options.queue_seconds) + seconds("server", options.request_seconds);
  text += kAffinity;
  int number = 0;
  for (const FleetHost& host : options.hosts) {
    text += "    server device" + std::to_string(++number) + " " + host.name + ":" +
            std::to_string(host.port) + " check maxconn " + std::to_string(options.running) + "\n";
  }
  return text;
}

}  // namespace edgevlm
