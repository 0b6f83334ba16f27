// edgevlm watch SOURCE: looks at a video or a stream while it runs, and prints what it sees.
#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "base/utc_time.h"
#include "catalog/http.h"
#include "cli/chat/interrupts.h"
#include "cli/command.h"
#include "cli/help.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/watch/mqtt_client.h"
#include "cli/watch/run_command.h"
#include "video/camera/camera.h"
#include "video/live/live_frames.h"

namespace edgevlm {
namespace {

constexpr int kExecTimeoutMs = 10'000;
constexpr int kLeastFrameSide = 320;
constexpr int kMostFrameSide = 1280;

// "5s", "0.5", "2m"; nothing if it is none.
std::optional<double> ReadDuration(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  const std::string unit(end, text.data() + text.size());
  if (unit == "m") value *= 60;
  if (unit == "ms") value /= 1000;
  const bool has_unit = unit.empty() || unit == "s" || unit == "m" || unit == "ms";
  constexpr double kDay = 86'400;
  return has_unit && 0 < value && value <= kDay ? std::optional(value) : std::nullopt;
}

class WatchCommand final : public Command {
 public:
  void Declare(CLI::App& app) override {
    decode_.max_tokens = 64;
    app.add_option(
           "SOURCE", source_,
           "camera (/dev/video0), rtsp:// or http:// address of a stream, a video, a folder of\n"
           "frames; - reads a stream from standard input")
        ->required()
        ->type_name("");
    app.add_option("-q,--question", question_, "answered about each frame; left out: a caption")
        ->type_name("TEXT");
    app.add_option("--every", every_,
                   "time between two looks at least (default: 5s, or 1s with --on)")
        ->type_name("TIME");
    app.add_option("--on", on_, "look only when the scene changes, or something moves")
        ->type_name("scene|motion")
        ->check(CLI::IsMember({"scene", "motion"}).description(""));
    app.add_option("--tile-tolerance", tile_tolerance_,
                   "where the model splits images, tiles that have changed by so much on average,\n"
                   "of 255, are not encoded again (default: 0)")
        ->type_name("X")
        ->check(CLI::Range(0.0, 255.0).description(""));
    app.add_option("--exec", exec_, "run a command for each line, which it gets as its input")
        ->type_name("COMMAND");
    app.add_option("--webhook", webhook_, "post each line to this address")->type_name("URL");
    if (HasMqtt()) {
      app.add_option("--mqtt", mqtt_url_,
                     "publish each line to a broker: mqtt://[USER:PASSWORD@]HOST[:PORT][/PREFIX]\n"
                     "or mqtts://; Home Assistant finds it there")
          ->envname("EDGEVLM_MQTT")
          ->type_name("URL");
    }
    DeclareDecode(app, decode_);
    model_.DeclareAll(app);
    model_.DeclareThreadGroup(app);
    std::vector<std::string> main_options = {"--model", "--question", "--every",  "--on",
                                             "--exec",  "--webhook",  "--threads"};
    if (HasMqtt()) main_options.emplace_back("--mqtt");
    GroupOptions(app, main_options);
    app.footer(
        "Examples:\n"
        "  edgevlm watch rtsp://camera.local/stream -m smolvlm-256m-instruct --every 10s\n"
        "  edgevlm watch http://camera.local/video -q \"is the gate open?\" --on motion\n"
        "  edgevlm watch clip.mp4 --on scene --exec 'jq -r .caption >> log.txt'\n"
        "  edgevlm watch /dev/video0 -q \"is somebody at the desk?\"\n"
        "Prints a JSON object per line. Of a stream, the latest frame is looked at: \"skipped\" "
        "counts\n"
        "those that came too fast, and \"late_ms\" is the age of the frame when its line is "
        "printed.");
  }

  ExitCode Run(Output& output) override {
    if (every_.empty()) every_ = on_.empty() ? "5s" : "1s";
    const auto every = ReadDuration(every_);
    if (!every) {
      PrintError("--every: expected a time up to a day, such as 5s, found " + every_);
      return ExitCode::kUsage;
    }
    Interrupts interrupts;
    const auto is_cancelled = [&interrupts, this] {
      return is_over_ || interrupts.wants_stop() || interrupts.wants_end();
    };
    model_.tile_tolerance = tile_tolerance_;
    const Result<Engine> engine = LoadEngine(model_);
    if (!engine) return Fail(engine.error());
    const auto source = Open(is_cancelled);
    if (!source) return Fail(source.error());
    if (auto error = ConnectMqtt(engine->info())) return Fail(*error);
    Session session(*engine, {.is_cancelled = is_cancelled});
    LiveFrames frames(**source, OptionsFor(*every, engine->info()), is_cancelled);
    const ExitCode code = Watch(frames, session, output);
    is_over_ = true;
    if (mqtt_ != nullptr) mqtt_->Finish();
    return code;
  }

 private:
  MaybeError ConnectMqtt(const ModelInfo& model) {
    if (mqtt_url_.empty()) return std::nullopt;
    const Result<MqttTarget> target = ParseMqttUrl(mqtt_url_, source_);
    if (!target) return target.error();
    auto client = MakeMqttClient(*target, {.model = model.name, .question = question_}, PrintError);
    if (!client) return client.error();
    mqtt_ = *std::move(client);
    return std::nullopt;
  }

  // Whether it ends and may be opened again.
  bool is_lasting() const { return IsStreamAddress(source_) || IsCameraPath(source_); }
  bool is_stream() const { return source_ == "-" || is_lasting(); }

  Result<std::unique_ptr<VideoSource>> Open(const std::function<bool()>& is_cancelled) const {
    DecodingLimits limits = {.is_cancelled = is_cancelled};
    std::error_code ignored;
    if (std::filesystem::is_directory(source_, ignored)) return OpenVideoFolder(source_);
    if (!is_stream()) return OpenVideoFile(source_, limits);
    limits.processor_seconds = 0;  // weeks
    if (IsCameraPath(source_)) return OpenCamera(source_, limits);
    return source_ == "-" ? OpenVideoInput(limits) : OpenVideoStream(source_, limits);
  }

  LiveOptions OptionsFor(double every_seconds, const ModelInfo& model) const {
    using On = WatchTrigger::On;
    const On on = on_.empty() ? On::kTime : on_ == "scene" ? On::kScene : On::kMotion;
    LiveOptions options = {
        .trigger = {.on = on, .every_seconds = every_seconds},
        .is_live = is_stream(),
        .reopens = is_lasting(),
        .max_side = std::clamp(2 * model.image_size, kLeastFrameSide, kMostFrameSide)};
    // Looks that lie close need frames as close.
    options.frames_per_second = std::max(options.frames_per_second, 1 / every_seconds);
    options.on_trouble = [](const Error& error, int wait_seconds) {
      PrintError(error.message + "; opening it again in " + std::to_string(wait_seconds) + " s");
    };
    return options;
  }

  ExitCode Watch(LiveFrames& frames, Session& session, Output& output) const {
    while (true) {
      const auto next = frames.Next();
      if (!next) return Fail(next.error());
      if (!*next) return ExitCode::kDone;
      const Result<Reply> reply = LookAt((*next)->frame, session);
      if (!reply) return Fail(reply.error());
      if (reply->finish_reason == FinishReason::kCancelled) return ExitCode::kDone;
      const nlohmann::json object = ObjectFor(**next, *reply);
      if (!output.PrintJson(object)) return ExitCode::kDone;
      const std::string line =
          object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
      if (mqtt_ != nullptr) mqtt_->PublishState(line);
      Report(line + "\n");
    }
  }

  // A failure is a line on standard error: the next look may be reported again.
  void Report(const std::string& line) const {
    if (!exec_.empty()) {
      if (const auto error = RunCommand(exec_, line, kExecTimeoutMs)) PrintError(error->message);
    }
    if (!webhook_.empty()) {
      if (const auto error = PostJson(webhook_, line)) PrintError("--webhook: " + error->message);
    }
  }

  Result<Reply> LookAt(const VideoFrame& frame, Session& session) const {
    const PixelsView pixels = {frame.image.width, frame.image.height, frame.image.pixels};
    if (auto error = session.SetImage(pixels)) return *error;
    return question_.empty() ? session.Caption(decode_) : session.Ask(question_, decode_);
  }

  nlohmann::json ObjectFor(const LiveFrame& live, const Reply& reply) const {
    const std::int64_t now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                                    std::chrono::system_clock::now().time_since_epoch())
                                    .count();
    nlohmann::json object = {{"time", UtcTime(live.unix_ms / 1000)},
                             {"seconds", std::round(live.frame.seconds * 1000) / 1000},
                             {"late_ms", now_ms - live.unix_ms},
                             {"skipped", live.skipped}};
    object[question_.empty() ? "caption" : "answer"] = reply.text;
    if (!question_.empty()) object["question"] = question_;
    return object;
  }

  std::string source_;
  std::string question_;
  std::string every_;
  std::string on_;
  std::string exec_;
  std::string webhook_;
  std::string mqtt_url_;
  double tile_tolerance_ = 0;
  std::unique_ptr<MqttClient> mqtt_;
  DecodeOptions decode_;
  ModelOptions model_;
  std::atomic<bool> is_over_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeWatchCommand() { return std::make_unique<WatchCommand>(); }

}  // namespace edgevlm
