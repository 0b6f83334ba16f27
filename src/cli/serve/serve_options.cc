#include "cli/serve/serve_options.h"

#include <chrono>
#include <span>
#include <string_view>

#include "cli/input.h"
#include "cli/options.h"

namespace edgevlm {
namespace {

constexpr std::size_t kKibibyte = 1024;
constexpr std::int64_t kMega = 1'000'000;
constexpr std::size_t kLeastKeyBytes = 16;

// Declares an integer option, as most are.
template <class Number>
void Declare(CLI::App& app, const char* name, Number& value, CLI::Range range, const char* help) {
  app.add_option(name, value, help)
      ->type_name("N")
      ->check(range.description(""))
      ->capture_default_str();
}

void DeclareList(CLI::App& app, const char* name, std::vector<std::string>& values,
                 const char* help) {
  app.add_option(name, values, help)->type_name("TEXT,...")->delimiter(',');
}

// One key per line; empty lines and those that begin with '#' are ignored.
Result<std::vector<std::string>> ReadKeys(const std::string& path) {
  if (path.empty()) return std::vector<std::string>();
  const auto file = ReadInput(path);
  if (!file) return file.error();
  std::string_view text(reinterpret_cast<const char*>(file->data()), file->size());
  std::vector<std::string> keys;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    if (line.size() < kLeastKeyBytes) {
      return Error{ErrorCode::kInvalid, path + ": expected keys of at least " +
                                            std::to_string(kLeastKeyBytes) +
                                            " characters, found a shorter one"};
    }
    keys.emplace_back(line);
  }
  // An empty file would give everyone access.
  if (keys.empty()) return Error{ErrorCode::kInvalid, path + ": expected keys, found none"};
  return keys;
}

std::chrono::milliseconds Seconds(int seconds) { return std::chrono::seconds(seconds); }

}  // namespace

void ServeOptions::Declare(CLI::App& app) {
  app.add_option("--host", host, "IP address to listen on; 0.0.0.0: all networks")
      ->type_name("ADDRESS")
      ->capture_default_str();
  edgevlm::Declare(app, "--port", port, {0, 65'535}, "port; 0: a free one");
  app.add_option("--keys-file", keys_file, "file of API keys, one per line; left out: none needed")
      ->type_name("FILE");
  DeclareList(app, "--cors-origins", cors_origins, "origins whose pages may ask; *: all");
  DeclareList(app, "--host-names", host_names,
              "names of this server, besides localhost and addresses; *: any");
  DeclareList(app, "--model-aliases", model_aliases,
              "further names by which requests may call the model");
  edgevlm::Declare(app, "--drain-seconds", drain_seconds, {0, 3600},
                   "at the end, time for replies under way");
  edgevlm::Declare(app, "--running", scheduler.running, {1, 256}, "requests decoded together");
  edgevlm::Declare(app, "--waiting", scheduler.waiting, {0, 1 << 16}, "requests behind them");
  edgevlm::Declare(app, "--prefill-tokens", scheduler.prefill_tokens, {1, 4096},
                   "of prompts read per step, while replies are under way");
  edgevlm::Declare(app, "--request-seconds", request_seconds, {1, 86'400}, "for one request");
  edgevlm::Declare(app, "--body-mib", body_mib, {1, 1024}, "of a request");
  edgevlm::Declare(app, "--pictures", images, {0, 1024},
                   "of a request; 0: as many as its tokens and bytes allow");
  edgevlm::Declare(app, "--picture-megapixels", image_megapixels, {1, 100}, "of an image");
  edgevlm::Declare(app, "--reply-tokens", reply_tokens, {1, 1 << 20}, "that may be asked for");
  edgevlm::Declare(app, "--stored-responses-mib", stored_responses_mib, {0, 1 << 16},
                   "of /v1/responses, for requests that continue them");
  edgevlm::Declare(app, "--connections", connections, {1, 1 << 20}, "at a time");
  edgevlm::Declare(app, "--header-kib", header_kib, {1, 1024}, "of a request");
  edgevlm::Declare(app, "--header-seconds", header_seconds, {1, 3600}, "for a header to come");
  edgevlm::Declare(app, "--body-seconds", body_seconds, {1, 3600}, "for a body to come");
  edgevlm::Declare(app, "--write-seconds", write_seconds, {1, 3600},
                   "for a client to take what is sent");
  edgevlm::Declare(app, "--idle-seconds", idle_seconds, {1, 3600}, "between requests");
  DeclareList(app, "--remote-domains", remote_domains,
              "domains of which images are fetched (https); left out: none");
  edgevlm::Declare(app, "--remote-seconds", remote_seconds, {1, 600}, "for such an image");
  app.add_flag("--profile", scheduler.profile,
               "record where the time of requests goes, module by module, for GET /profile");
  app.add_option("--spans", spans_file,
                 "append a trace of each request to it, as lines of OTLP JSON; left out: none")
      ->type_name("FILE");
  app.add_option("--history-file", history_file, "JSON lines of figures; left out: none")
      ->type_name("FILE");
  edgevlm::Declare(app, "--history-seconds", history_seconds, {1, 86'400}, "between its lines");
  edgevlm::Declare(app, "--history-mib", history_mib, {1, 1 << 16}, "until it is turned");
  DeclareDecode(app, decode);
}

Result<ServerOptions> ServeOptions::ForServer() const {
  auto keys = ReadKeys(keys_file);
  if (!keys) return keys.error();
  if (auto error = Validate(decode)) return *error;
  ServerOptions options;
  options.address = {.host = host, .port = port};
  options.http = {.connections = connections,
                  .header_bytes = static_cast<std::size_t>(header_kib) * kKibibyte,
                  .header_time = Seconds(header_seconds),
                  .body_time = Seconds(body_seconds),
                  .write_time = Seconds(write_seconds),
                  .idle_time = Seconds(idle_seconds)};
  options.scheduler = scheduler;
  options.rules.access = {
      .keys = *std::move(keys), .cors_origins = cors_origins, .host_names = host_names};
  options.rules.limits = {.body_bytes = static_cast<std::size_t>(body_mib) * kKibibyte * kKibibyte,
                          .images = images,
                          .image_pixels = image_megapixels * kMega,
                          .reply_tokens = reply_tokens,
                          .time = Seconds(request_seconds)};
  options.rules.remote = {.domains = remote_domains, .time = Seconds(remote_seconds)};
  options.stored_response_bytes =
      static_cast<std::size_t>(stored_responses_mib) * kKibibyte * kKibibyte;
  options.rules.decode = decode;
  options.rules.model_aliases = model_aliases;
  return options;
}

}  // namespace edgevlm
