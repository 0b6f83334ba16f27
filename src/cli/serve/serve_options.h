// Options of `edgevlm serve` besides model and threads.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "base/result.h"
#include "server/options.h"

namespace edgevlm {

struct ServeOptions {
  // Each member is the option of the same name, in its units.
  std::string host = "127.0.0.1";
  int port = 8080;
  std::string keys_file;
  std::vector<std::string> cors_origins;
  std::vector<std::string> host_names;
  std::vector<std::string> model_aliases;
  int drain_seconds = 30;
  SchedulerOptions scheduler;
  DecodeOptions decode = {.max_tokens = 512};
  int request_seconds = 600;
  int body_mib = 32;
  int images = 0;
  int image_megapixels = 100;
  int reply_tokens = 4096;
  int stored_responses_mib = 64;
  int connections = 4096;
  int header_kib = 16;
  int header_seconds = 10;
  int body_seconds = 60;
  int write_seconds = 30;
  int idle_seconds = 75;
  std::vector<std::string> remote_domains;
  int remote_seconds = 5;
  std::string spans_file;
  std::string history_file;
  int history_seconds = 60;
  int history_mib = 16;

  void Declare(CLI::App& app);

  // Errors: those of the key file (kNotFound, kIo; kInvalid for one without keys), kInvalid for an
  // address reachable from other machines without keys.
  Result<ServerOptions> ForServer() const;
};

}  // namespace edgevlm
