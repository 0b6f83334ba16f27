// The options that several commands share.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>

#include "cli/command.h"
#include "edgevlm/edgevlm.h"

namespace edgevlm {

// Which model, and how it computes.
struct ModelOptions {
  std::string model;   // path of a GGUF file, or a name; empty: the built-in model
  std::string mmproj;  // of the image encoder; empty: found by itself
  std::string chat_template;
  int context_tokens = 0;
  int image_max_tokens = 0;
  int threads = 0;
  int decode_threads = 0;
  bool pin = false;
  Precision precision = Precision::kAuto;
  VisionOptions vision;
  std::size_t image_cache_bytes = 0;  // of commands that may see an image again
  std::size_t prompt_cache_bytes = 0;
  CacheOptions cache = {};
  ExitOptions early_exit;
  PressureOptions pressure = {};
  SpeculationOptions speculation;

  EngineOptions ForEngine() const;

  void DeclareModel(CLI::App& app);
  void DeclareThreads(CLI::App& app);
  void DeclareThreadGroup(CLI::App& app);  // what the threads of one engine do
  void DeclarePrecision(CLI::App& app);
  void DeclareVision(CLI::App& app);  // how much of an image is computed and read
  void DeclareCache(CLI::App& app);
  void DeclareSpeculation(CLI::App& app);
  void DeclareAll(CLI::App& app);
};

// As --precision spells it.
std::string_view PrecisionName(Precision precision);

// Errors: those of Engine::Load; the message names the file. Those of FindModel.
Result<Engine> LoadEngine(const ModelOptions& options);

// The same engine; tells people on standard error where a loaded model is not what the options ask
// for (a longer context) or what they may not expect of it (exits that it was not trained for).
Result<Engine> WithNotes(Result<Engine> engine, const ModelOptions& options);

// What chat, and sessions that go on, keep of images: some dozens.
inline constexpr std::size_t kImageCacheBytes = std::size_t{64} << 20;

// How replies are made and shown.
struct ReplyOptions {
  DecodeOptions decode;
  bool json = false;
  bool stream = false;
  bool verbose = false;

  void Declare(CLI::App& app);

  // What people are told on standard error of a reply that has been printed, its newline too.
  void PrintAfter(const Reply& reply, const ModelInfo& model) const;
};

// How tokens are chosen, and how many. `decode` must outlive the parsing.
void DeclareDecode(CLI::App& app, DecodeOptions& decode);

// The one "--json" that every command describes alike.
void DeclareJson(CLI::App& app, bool& json);

}  // namespace edgevlm
