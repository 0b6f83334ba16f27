// GET /profile: where the time of the requests since the start went.
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "edgevlm/edgevlm.h"
#include "server/api/endpoints.h"
#include "server/api_error.h"

namespace edgevlm {
namespace {

// The page's own policy, and it cannot be framed. Its nonce lets the page's scripts run, which
// stand in the HTML itself, but no script that some text in it might contain.
constexpr const char* kPagePolicy =
    "default-src 'none'; script-src 'nonce-profile'; style-src 'nonce-profile'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

std::string Table(const Profile& profile) {
  return profile.modules.empty() ? "no requests yet\n" : ProfileTable(profile);
}

struct ProfileFormat {
  std::string_view name;
  const char* type;
  std::string (*write)(const Profile& profile);
};

constexpr std::array<ProfileFormat, 6> kFormats = {{
    {"json", "application/json", ProfileJson},
    {"table", "text/plain; charset=utf-8", Table},
    {"html", "text/html; charset=utf-8", ProfileHtml},
    {"trace", "application/json", ProfileTrace},
    {"csv", "text/csv; charset=utf-8", ProfileCsv},
    {"stacks", "text/plain; charset=utf-8", ProfileStacks},
}};

// The value of a field of "a=b&c=d". Nothing if there is none.
std::optional<std::string_view> QueryField(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view field = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const std::size_t equals = std::min(field.find('='), field.size());
    if (field.substr(0, equals) == name) return field.substr(std::min(equals + 1, field.size()));
  }
  return std::nullopt;
}

}  // namespace

Response ShowProfile(ServerContext& context, const Request& request) {
  const std::string_view name = QueryField(request.query, "format").value_or("json");
  const auto format = std::ranges::find(kFormats, name, &ProfileFormat::name);
  if (format == kFormats.end()) {
    return OpenAiError({.status = 400,
                        .message = "format: expected json, table, html, trace, csv or stacks",
                        .param = "format"});
  }
  std::optional<Profile> profile = context.scheduler().CurrentProfile();
  if (!profile) {
    return OpenAiError({.status = 404,
                        .message = "profile: expected a server that was started with --profile",
                        .code = "not_profiled"});
  }
  profile->machine.limits = context.machine_limits();
  Response response = {.type = format->type,
                       .body = format->write(*profile),
                       .headers = {{"Cache-Control", "no-store"}}};
  if (format->name == "html") {
    response.headers["Content-Security-Policy"] = kPagePolicy;
    response.headers["Referrer-Policy"] = "no-referrer";
  }
  return response;
}

}  // namespace edgevlm
