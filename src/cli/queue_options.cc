#include "cli/queue_options.h"

#include <unistd.h>

#include <array>
#include <nlohmann/json.hpp>

#include "digest/sha256.h"
#include "engine/precision_names.h"

namespace edgevlm {

void DeclareQueue(CLI::App& app, QueueOptions& options) {
  app.add_option("--queue", options.url,
                 "the broker of a fleet, nats://HOST:4222 or tls://HOST:4222 (NATS with JetStream)")
      ->envname("EDGEVLM_QUEUE")
      ->type_name("URL");
  app.add_option("--queue-ca", options.authorities, "authorities that sign its certificate, PEM")
      ->type_name("FILE");
  app.add_option("--queue-cert", options.certificate, "this device's certificate, PEM")
      ->type_name("FILE");
  app.add_option("--queue-key", options.key, "the key of --queue-cert, PEM")->type_name("FILE");
  app.add_option("--queue-creds", options.credentials, "credentials of NATS (.creds)")
      ->type_name("FILE");
}

MaybeError CheckQueue(const QueueOptions& options) {
  if (options.certificate.empty() == options.key.empty()) return {};
  return Error{ErrorCode::kInvalid, "--queue-cert: expected --queue-key with it, found only one"};
}

std::string ModelKey(const ModelInfo& info, const ModelOptions& options) {
  const nlohmann::json parts = {info.name,
                                info.architecture,
                                info.vision_encoder,
                                info.projector,
                                info.chat_template,
                                info.file_bytes,
                                info.context_tokens,
                                PrecisionName(options.precision),
                                options.image_max_tokens,
                                options.image_min_tokens};
  const std::string text = parts.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  Sha256 digest;
  digest.Update(std::as_bytes(std::span(text)));
  constexpr std::size_t kDigits = 16;
  return digest.HexDigest().substr(0, kDigits);
}

std::string HostName() {
  std::array<char, 256> name = {};
  // A name that is too long is cut, or not: the last byte stays zero.
  if (gethostname(name.data(), name.size() - 1) != 0) return "device";
  return name.data();
}

}  // namespace edgevlm
