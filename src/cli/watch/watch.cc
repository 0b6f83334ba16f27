// edgevlm watch SOURCE: looks at a video, a stream or Frigate's cameras while they run, and prints
// what it sees.
#include <algorithm>
#include <atomic>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/utc_time.h"
#include "cli/chat/interrupts.h"
#include "cli/command.h"
#include "cli/help.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/video/media.h"
#include "cli/watch/frigate.h"
#include "cli/watch/watch_report.h"
#include "video/camera/camera.h"
#include "video/live/live_frames.h"

namespace edgevlm {
namespace {

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
        ->type_name("");
    if (HasMqtt()) {
      app.add_option("--frigate", frigate_url_,
                     "watch the cameras of a Frigate, in place of SOURCE, through its broker:\n"
                     "mqtt://[USER:PASSWORD@]HOST[:PORT][/PREFIX] or mqtts:// (PREFIX: frigate)")
          ->envname("EDGEVLM_FRIGATE")
          ->type_name("URL");
    }
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
    report_options_.Declare(app);
    DeclareSoftwareDecoder(app, is_software_only_);
    DeclareDecode(app, decode_);
    model_.DeclareAll(app);
    model_.DeclareThreadGroup(app);
    std::vector<std::string> main_options = {"--model", "--question", "--every",  "--on",
                                             "--exec",  "--webhook",  "--threads"};
    if (HasMqtt()) {
      main_options.insert(main_options.begin(), "--frigate");
      main_options.emplace_back("--mqtt");
    }
    GroupOptions(app, main_options);
    app.footer(
        "Examples:\n"
        "  edgevlm watch rtsp://camera.local/stream -m smolvlm-256m-instruct --every 10s\n"
        "  edgevlm watch http://camera.local/video -q \"is the gate open?\" --on motion\n"
        "  edgevlm watch clip.mp4 --on scene --exec 'jq -r .caption >> log.txt'\n"
        "  edgevlm watch /dev/video0 -q \"is somebody at the desk?\"\n"
        "  edgevlm watch --frigate mqtt://broker.local -q \"is it a parcel service?\"\n"
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
    if (source_.empty() == frigate_url_.empty()) {
      PrintError(std::string("expected SOURCE or --frigate, found ") +
                 (source_.empty() ? "neither" : "both"));
      return ExitCode::kUsage;
    }
    if (!frigate_url_.empty() && !on_.empty()) {
      PrintError("--on: expected a SOURCE of frames, found --frigate, which chooses its images");
      return ExitCode::kUsage;
    }
    Interrupts interrupts;
    const std::function<bool()> is_cancelled = [&interrupts, this] {
      return is_over_ || interrupts.wants_stop() || interrupts.wants_end();
    };
    Result<MqttTarget> frigate = MqttTarget();
    if (!frigate_url_.empty()) frigate = ParseMqttUrl(frigate_url_, "--frigate", "frigate");
    if (!frigate) return Fail(frigate.error());
    const auto report = WatchReport::Make(
        report_options_, frigate_url_.empty() ? PrefixFor(source_) : std::string("edgevlm"));
    if (!report) return Fail(report.error());
    model_.tile_tolerance = tile_tolerance_;
    const Result<Engine> engine = LoadEngine(model_);
    if (!engine) return Fail(engine.error());
    Session session(*engine, {.is_cancelled = is_cancelled});
    const Look look = {.session = session, .report = **report, .output = output};
    const ExitCode code = frigate_url_.empty()
                              ? WatchSource(look, *every, engine->info(), is_cancelled)
                              : WatchFrigate(*frigate, look, *every, engine->info(), is_cancelled);
    (*report)->Finish();
    return code;
  }

 private:
  // What a look needs.
  struct Look {
    Session& session;
    WatchReport& report;
    Output& output;
  };

  ExitCode WatchSource(const Look& look, double every, const ModelInfo& model,
                       const std::function<bool()>& is_cancelled) {
    const auto source = Open(is_cancelled);
    if (!source) return Fail(source.error());
    if (auto error = look.report.Connect(Watched(model))) return Fail(*error);
    LiveFrames frames(**source, OptionsFor(every, model), is_cancelled);
    const ExitCode code = WatchFrames(frames, look);
    is_over_ = true;
    return code;
  }

  ExitCode WatchFrigate(const MqttTarget& target, const Look& look, double every,
                        const ModelInfo& model, const std::function<bool()>& is_cancelled) const {
    const auto client = MakeFrigateClient(target, every, PrintError);
    if (!client) return Fail(client.error());
    bool is_available = true;
    const auto on_available = [&](bool is_available_now) {
      if (std::exchange(is_available, is_available_now) == is_available_now) return;
      PrintError("--frigate: " + target.Name() + ": Frigate is " +
                 (is_available ? "online again" : "offline"));
      look.report.SetOnline(is_available);
    };
    while (const auto snapshot = (*client)->Next(is_cancelled, on_available)) {
      const std::string name = snapshot->camera + "/" + snapshot->label;
      if (auto error = look.session.SetImage(snapshot->file)) {
        PrintError("--frigate: " + name + ": " + error->message);
        continue;
      }
      if (auto error = look.report.Connect(Watched(model), snapshot->camera)) return Fail(*error);
      const Result<Reply> reply = Answer(look.session);
      if (!reply) return Fail(reply.error());
      if (reply->finish_reason == FinishReason::kCancelled) break;
      nlohmann::json object = ObjectFor(*reply, snapshot->unix_ms, snapshot->skipped);
      object["camera"] = snapshot->camera;
      object["label"] = snapshot->label;
      if (snapshot->is_retained) object["retained"] = true;
      if (!look.report.Send(object, look.output, snapshot->camera)) break;
    }
    return ExitCode::kDone;
  }

  WatchedSource Watched(const ModelInfo& model) const {
    return {.model = model.name, .question = question_};
  }

  // Whether it ends and may be opened again.
  bool is_lasting() const { return IsStreamAddress(source_) || IsCameraPath(source_); }
  bool is_stream() const { return source_ == "-" || is_lasting(); }

  Result<std::unique_ptr<VideoSource>> Open(const std::function<bool()>& is_cancelled) const {
    DecodingLimits limits = {.is_cancelled = is_cancelled, .may_use_hardware = !is_software_only_};
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

  ExitCode WatchFrames(LiveFrames& frames, const Look& look) const {
    while (true) {
      const auto next = frames.Next();
      if (!next) return Fail(next.error());
      if (!*next) return ExitCode::kDone;
      const Image& image = (*next)->frame.image;
      if (auto error = look.session.SetImage({image.width, image.height, image.pixels})) {
        return Fail(*error);
      }
      const Result<Reply> reply = Answer(look.session);
      if (!reply) return Fail(reply.error());
      if (reply->finish_reason == FinishReason::kCancelled) return ExitCode::kDone;
      nlohmann::json object = ObjectFor(*reply, (*next)->unix_ms, (*next)->skipped);
      object["seconds"] = std::round((*next)->frame.seconds * 1000) / 1000;
      if (!look.report.Send(object, look.output)) return ExitCode::kDone;
    }
  }

  Result<Reply> Answer(Session& session) const {
    return question_.empty() ? session.Caption(decode_) : session.Ask(question_, decode_);
  }

  // unix_ms: when the image came.
  nlohmann::json ObjectFor(const Reply& reply, std::int64_t unix_ms, int skipped) const {
    nlohmann::json object = {
        {"time", UtcTime(unix_ms / 1000)}, {"late_ms", UnixMs() - unix_ms}, {"skipped", skipped}};
    object[question_.empty() ? "caption" : "answer"] = reply.text;
    if (!question_.empty()) object["question"] = question_;
    return object;
  }

  std::string source_;
  std::string question_;
  std::string every_;
  std::string on_;
  std::string frigate_url_;
  ReportOptions report_options_;
  double tile_tolerance_ = 0;
  bool is_software_only_ = false;
  DecodeOptions decode_;
  ModelOptions model_;
  std::atomic<bool> is_over_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeWatchCommand() { return std::make_unique<WatchCommand>(); }

}  // namespace edgevlm
