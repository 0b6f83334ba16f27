#include "cli/options.h"

#include <charconv>
#include <system_error>

#include "catalog/folder.h"
#include "cli/exit_options.h"
#include "cli/output.h"
#include "cli/settings.h"
#include "engine/precision_names.h"

namespace edgevlm {
void ModelOptions::DeclareModel(CLI::App& app) {
  DeclareConfig(app);
  app.add_option(
         "-m,--model", model,
         "GGUF file, or name of an installed model (edgevlm models),\nin place of the built-in one")
      ->type_name("FILE|NAME");
  app.add_option("--mmproj", mmproj,
                 "its image or audio encoder, or none; left out: the mmproj file beside it")
      ->type_name("FILE");
  app.add_option("--chat-template", chat_template, "by name; left out: the model's own")
      ->type_name("NAME");
  app.add_option("-c,--context", context_tokens, "tokens a conversation may have; 0: up to 4096")
      ->type_name("N")
      ->check(CLI::Range(0, 1 << 20).description(""));
  app.add_option(
         "--image-max-tokens", image_max_tokens,
         "show an image in at most N tokens, where the model can choose; 0: its own limit,\n"
         "but 1024 for models that take images of any size")
      ->type_name("N")
      ->check(CLI::Range(0, 1 << 20).description(""));
  app.add_option("--image-min-tokens", image_min_tokens,
                 "enlarge an image to at least N tokens, for models that take any size; 0: the\n"
                 "model's own limit")
      ->type_name("N")
      ->check(CLI::Range(0, 1 << 20).description(""));
}

void ModelOptions::DeclareThreads(CLI::App& app) {
  app.add_option("-t,--threads", threads,
                 "threads that work together; 0: one per core, within the CPU quota")
      ->type_name("N")
      ->check(CLI::Range(0, 256).description(""));
}

void ModelOptions::DeclareThreadGroup(CLI::App& app) {
  app.add_option("--decode-threads", decode_threads,
                 "of the threads, while tokens are made one by one; 0: all")
      ->type_name("N")
      ->check(CLI::Range(0, 256).description(""));
  app.add_flag("--pin", pin, "keep each thread on a processor of its own");
}

void ModelOptions::DeclarePrecision(CLI::App& app) {
  const auto choose = [this](const std::string& name) { precision = *PrecisionNamed(name); };
  app.add_option_function<std::string>(
         "--precision", choose,
         "auto: the fastest that is exact enough; int8: a Whisper in int8 too;\n"
         "bf16: the image encoder in bfloat16; f32: float32 throughout")
      ->type_name("auto|int8|bf16|f32")
      ->check(CLI::IsMember({"auto", "int8", "bf16", "f32"}).description(""));
}

void ModelOptions::DeclareVision(CLI::App& app) {
  app.add_option("--tome", vision.merged_tokens,
                 "tokens of an image that every block of its encoder merges with their likes")
      ->type_name("R")
      ->check(CLI::Range(0, 1 << 20).description(""));
  const auto keep = [this](const std::string& text) {
    if (const auto error = ReadKeepTokens(text, vision)) {
      throw CLI::ValidationError(error->message);
    }
  };
  app.add_option_function<std::string>(
         "--keep-tokens", keep,
         "show the language model N tokens of an image: those most looked at in the encoder\n"
         "(attention), spread evenly (uniform) or drawn with --keep-seed (random); left out:\n"
         "attention where the encoder has it, else uniform")
      ->type_name("N[:HOW]");
  app.add_option("--keep-seed", vision.keep_seed, "of --keep-tokens N:random")->type_name("N");
}

void ModelOptions::DeclareCache(CLI::App& app) {
  std::string forms;
  for (const std::string& form : CachePolicyForms()) forms += (forms.empty() ? "" : "|") + form;
  const auto choose = [this](const std::string& text) {
    const Result<CacheOptions> options = ParseCacheOptions(text);
    if (!options) throw CLI::ValidationError(options.error().message);
    cache = *options;
  };
  app.add_option_function<std::string>("--cache", choose,
                                       "how keys and values are held, and which are kept\n" + forms)
      ->type_name("POLICY");
  const auto limit = [this](const std::string& text) {
    if (text == "off") return void(pressure.memory_limit_bytes = -1);
    if (text == "auto") return void(pressure.memory_limit_bytes = 0);
    std::int64_t mebibytes = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mebibytes);
    if (error != std::errc() || end != text.data() + text.size() || mebibytes < 1 ||
        mebibytes > (std::int64_t{1} << 30)) {
      throw CLI::ValidationError("--memory-limit: expected MIB, auto or off, found " + text);
    }
    pressure.memory_limit_bytes = mebibytes << 20;
  };
  app.add_option_function<std::string>(
         "--memory-limit", limit,
         "above it, caches take less memory; auto: the control group's limit, else 80 % of the\n"
         "machine; off (default): never")
      ->type_name("MIB|auto|off");
  app.add_option("--temperature-limit", pressure.temperature_limit_celsius,
                 "above it, half of the decode threads rest; 0: never (default: 70)")
      ->type_name("CELSIUS")
      ->check(CLI::Range(0.0, 200.0).description(""));
}

void ModelOptions::DeclareAll(CLI::App& app) {
  DeclareModel(app);
  DeclareThreads(app);
  DeclarePrecision(app);
  DeclareVision(app);
  DeclareCache(app);
  DeclareExits(app, early_exit);
}

ModelOptions ModelOptions::With(const EngineOptions& changed) const {
  ModelOptions model = *this;
  model.threads = changed.threads;
  model.context_tokens = changed.context_tokens;
  model.image_max_tokens = changed.image_max_tokens;
  model.precision = changed.precision;
  model.vision = changed.vision;
  model.cache = changed.cache;
  model.early_exit = changed.early_exit;
  model.speculation = changed.speculation;
  return model;
}

EngineOptions ModelOptions::ForEngine() const {
  return {.threads = threads,
          .decode_threads = decode_threads,
          .pin = pin,
          .precision = precision,
          .mmproj = mmproj,
          .chat_template = chat_template,
          .context_tokens = context_tokens,
          .image_max_tokens = image_max_tokens,
          .image_min_tokens = image_min_tokens,
          .vision = vision,
          .image_cache_bytes = image_cache_bytes,
          .tile_tolerance = tile_tolerance,
          .prefix_cache_bytes = prefix_cache_bytes,
          .cache = cache,
          .early_exit = early_exit,
          .pressure = pressure,
          .speculation = speculation,
          .activation_stats = activation_stats,
          .on_warning = PrintError};
}

Result<Engine> WithNotes(Result<Engine> engine, const ModelOptions& options) {
  if (!engine) return engine;
  const ModelInfo& model = engine->info();
  if (options.context_tokens > model.trained_context_tokens) {
    PrintError("--context: expected at most the model's own " +
               std::to_string(model.trained_context_tokens) + " tokens, found " +
               std::to_string(options.context_tokens) + ": it is " +
               std::to_string(model.context_tokens));
  }
  if (options.early_exit.mode == EarlyExit::kExit && !model.has_trained_exits) {
    PrintError("--early-exit: this model was not trained for exits: its replies may be no text");
  }
  return engine;
}

Result<Engine> LoadEngine(const ModelOptions& options) {
  EngineOptions engine_options = options.ForEngine();
  if (options.model.empty()) return WithNotes(Engine::LoadBuiltin(engine_options), options);
  const Result<InstalledModel> found = FindModel(options.model);
  if (!found) return found.error();
  if (engine_options.mmproj.empty()) engine_options.mmproj = found->mmproj;
  return WithNotes(Engine::Load(found->model, engine_options), options);
}

void ReplyOptions::Declare(CLI::App& app) {
  DeclareJson(app, json)->each([this](const std::string&) { decode.with_probability = true; });
  app.add_flag("--stream", stream, "print the text while it is made")->excludes("--json");
  app.add_flag("-v,--verbose", verbose, "print timings to standard error");
  DeclareDecode(app, decode);
}

void ReplyOptions::PrintAfter(const Reply& reply, const ModelInfo& model) const {
  if (!json) PrintIfCut(reply, model);
  if (verbose) PrintTimings(reply);
}

void DeclareDecode(CLI::App& app, DecodeOptions& decode) {
  app.add_option("--max-tokens", decode.max_tokens, "longest reply, in tokens")
      ->type_name("N")
      ->capture_default_str();
  app.add_option("--temperature", decode.temperature,
                 "0: always the likeliest token; higher: more varied")
      ->type_name("X");
  app.add_option("--top-k", decode.top_k, "choose among the K likeliest tokens; 0: all")
      ->type_name("K");
  app.add_option("--top-p", decode.top_p, "choose among the likeliest that add up to P")
      ->type_name("P");
  app.add_option("--min-p", decode.min_p, "leave out tokens rarer than P times the likeliest")
      ->type_name("P");
  app.add_option("--repetition-penalty", decode.repetition_penalty,
                 "above 1: repeat tokens less often")
      ->type_name("X");
  app.add_option("--presence-penalty", decode.presence_penalty,
                 "-2 to 2; above 0: say what was said already less often")
      ->type_name("X");
  app.add_option("--frequency-penalty", decode.frequency_penalty,
                 "-2 to 2; above 0: the less, the more often it was said")
      ->type_name("X");
  app.add_option("--seed", decode.seed,
                 "of the choices, for the same ones again; left out: a new one for each reply")
      ->type_name("N");
  app.final_callback([&decode] {
    if (const auto error = Validate(decode)) throw CLI::ValidationError(error->message);
  });
}

CLI::Option* DeclareJson(CLI::App& app, bool& json) {
  return app.add_flag("--json", json, "print JSON, one object per line, and nothing else");
}

}  // namespace edgevlm
