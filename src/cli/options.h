// Options that several commands share.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "cli/command.h"
#include "edgevlm/edgevlm.h"

namespace edgevlm {

// Model and computation options.
struct ModelOptions {
  std::string model;   // path of a GGUF file, or a name; empty: the built-in model
  std::string mmproj;  // of the vision encoder; empty: found automatically
  std::string chat_template;
  int context_tokens = 0;
  int image_max_tokens = 0;
  int image_min_tokens = 0;
  int threads = 0;
  int decode_threads = 0;
  bool pin = false;
  Precision precision = Precision::kAuto;
  VisionOptions vision;
  std::size_t image_cache_bytes = 0;          // for commands that may get an image again
  std::optional<double> tile_tolerance = {};  // for images that follow each other
  std::size_t prefix_cache_bytes = 0;
  CacheOptions cache = {};
  ExitOptions early_exit;
  PressureOptions pressure = {};
  SpeculationOptions speculation;
  ActivationStats* activation_stats = nullptr;

  EngineOptions ForEngine() const;
  // The same model with what a comparison or an experiment changes: what is computed, and how far.
  ModelOptions With(const EngineOptions& changed) const;

  void DeclareModel(CLI::App& app);
  void DeclareThreads(CLI::App& app);
  void DeclareThreadGroup(CLI::App& app);  // threads of one engine
  void DeclarePrecision(CLI::App& app);
  void DeclareVision(CLI::App& app);  // how many image tokens are computed and used
  void DeclareCache(CLI::App& app);
  void DeclareSpeculation(CLI::App& app);
  void DeclareAll(CLI::App& app);
};

// Errors: those of Engine::Load, naming the file, and those of FindModel.
Result<Engine> LoadEngine(const ModelOptions& options);

// The same engine; warns on standard error if a loaded model differs from the options (a longer
// context) or has limits (exits that it was not trained for).
Result<Engine> WithNotes(Result<Engine> engine, const ModelOptions& options);

// Image cache size of chat and saved sessions: some dozens of images.
inline constexpr std::size_t kImageCacheBytes = std::size_t{64} << 20;

// How replies are generated and shown.
struct ReplyOptions {
  DecodeOptions decode;
  bool json = false;
  bool stream = false;
  bool verbose = false;

  void Declare(CLI::App& app);

  // Prints notes about a reply on standard error. Call after the reply and its newline.
  void PrintAfter(const Reply& reply, const ModelInfo& model) const;
};

// Sampling options and token limits. `decode` must outlive the parsing.
void DeclareDecode(CLI::App& app, DecodeOptions& decode);

// The "--json" option of all commands.
CLI::Option* DeclareJson(CLI::App& app, bool& json);

}  // namespace edgevlm
