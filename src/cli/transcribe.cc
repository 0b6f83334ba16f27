// edgevlm transcribe FILE...: writes down what is said in recordings.
#include <cmath>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "cli/command.h"
#include "cli/help.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/speech_input.h"
#include "cli/write_file.h"
#include "edgevlm/transcriber.h"
#include "transcribe/subtitles/subtitles.h"

namespace edgevlm {
namespace {

double ToMilliseconds(double seconds) { return std::round(seconds * 1000) / 1000; }

nlohmann::json ToJson(const Transcript& transcript, const std::string& path) {
  nlohmann::json segments = nlohmann::json::array();
  for (const TranscriptSegment& segment : transcript.segments) {
    segments.push_back({{"start", ToMilliseconds(segment.start_s)},
                        {"end", ToMilliseconds(segment.end_s)},
                        {"text", segment.text},
                        {"avg_logprob", segment.mean_log_probability},
                        {"no_speech_prob", segment.no_speech_probability}});
  }
  return {{"file", path},
          {"language", transcript.language},
          {"duration", ToMilliseconds(transcript.seconds)},
          {"text", transcript.Text()},
          {"segments", segments}};
}

class TranscribeCommand final : public Command {
 public:
  void Declare(CLI::App& app) override {
    app.add_option("FILE", files_,
                   "WAV, FLAC, Ogg, MP3, M4A or other sound files, or videos; - reads\n"
                   "standard input as it comes")
        ->required()
        ->type_name("");
    app.add_option("-m,--model", path_, "GGUF file of a Whisper (edgevlm convert makes one)")
        ->required()
        ->type_name("FILE|NAME");
    app.add_option("--language", transcribe_.language,
                   "that is spoken, as \"en\"; left out: the model tells")
        ->type_name("CODE");
    app.add_flag("--translate", transcribe_.translate, "to English");
    app.add_flag("--skip-padding", transcribe_.skips_padding,
                 "encode sounds below 30 s alone: faster, other texts");
    CLI::Option* srt = app.add_flag("--srt", srt_, "print SubRip subtitles");
    CLI::Option* vtt = app.add_flag("--vtt", vtt_, "print WebVTT subtitles")->excludes(srt);
    DeclareJson(app, json_)->excludes(srt)->excludes(vtt);
    app.add_option("--output", folder_,
                   "write each transcript to a file there, NAME.txt, .srt, .vtt or .json")
        ->type_name("FOLDER");
    model_.DeclareThreads(app);
    model_.DeclarePrecision(app);
    GroupOptions(app, {"--model", "--language", "--translate", "--skip-padding", "--srt", "--vtt",
                       "--json", "--output"});
    app.footer(
        "Examples:\n"
        "  edgevlm transcribe -m whisper-base.gguf talk.mp3\n"
        "  edgevlm transcribe -m whisper-base.gguf --srt talk.mp3 > talk.srt\n"
        "  arecord -f S16_LE -r 16000 | edgevlm transcribe -m whisper-base.gguf -\n"
        "  edgevlm transcribe -m whisper-base.gguf --vtt --output subtitles *.flac\n"
        "A file that cannot be read does not stop the others, but makes the exit code 1.");
  }

  ExitCode Run(Output& output) override {
    if ((srt_ || vtt_) && files_.size() > 1 && folder_.empty()) {
      PrintError("--srt and --vtt: expected --output FOLDER for several files");
      return ExitCode::kUsage;
    }
    auto transcriber = LoadTranscriber(path_, model_);
    if (!transcriber) return Fail(transcriber.error());
    ExitCode code = ExitCode::kDone;
    for (const std::string& file : files_) {
      const Result<bool> printed = TranscribeOne(file, *transcriber, output);
      if (!printed) {
        code = Fail(printed.error());
      } else if (!*printed) {
        break;
      }
    }
    return code;
  }

 private:
  TranscriptForm form() const {
    if (srt_) return TranscriptForm::kSrt;
    return vtt_ ? TranscriptForm::kVtt : TranscriptForm::kText;
  }

  std::string ForTerminal(TranscriptSegment segment, int number) const {
    segment.text = Printable(segment.text);
    return Write(segment, number, form());
  }

  // Whether the transcript could be printed.
  Result<bool> TranscribeOne(const std::string& file, Transcriber& transcriber, Output& output) {
    const bool streams = !json_ && folder_.empty();
    const std::string title =
        files_.size() > 1 && form() == TranscriptForm::kText ? Printable(file) + ":\n" : "";
    ProgressBar bar;
    bool has_begun = false, printed = true;
    int number = 0;
    // Not before it is known that the file is a recording.
    const auto begin = [&] {
      return std::exchange(has_begun, true) || output.Print(title + HeaderOf(form()));
    };
    TranscribeOptions options = transcribe_;
    options.on_progress = [&](double done_s, double total_s) {
      bar.Show(static_cast<int>(done_s), static_cast<int>(std::ceil(total_s)));
    };
    if (streams) {
      options.keeps_segments = false;
      options.on_segment = [&](const TranscriptSegment& segment) {
        bar.Clear();
        return printed = begin() && output.Print(ForTerminal(segment, ++number));
      };
    }
    const Result<Transcript> transcript = transcriber.TranscribeFile(file, options);
    bar.Clear();
    if (!transcript) return transcript.error();
    if (!folder_.empty()) return WriteToFolder(*transcript, file);
    if (json_) return output.PrintJson(ToJson(*transcript, file));
    return printed && begin();
  }

  Result<bool> WriteToFolder(const Transcript& transcript, const std::string& file) const {
    std::string text = HeaderOf(form());
    int number = 0;
    for (const TranscriptSegment& segment : transcript.segments) {
      text += Write(segment, ++number, form());
    }
    const char* ending = srt_ ? ".srt" : vtt_ ? ".vtt" : json_ ? ".json" : ".txt";
    if (json_) {
      text =
          ToJson(transcript, file).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) +
          "\n";
    }
    std::filesystem::path path =
        std::filesystem::path(folder_) / std::filesystem::path(file).stem();
    path += ending;
    if (auto error = WriteFile(path.string(), std::as_bytes(std::span(text)), file)) return *error;
    return true;
  }

  std::vector<std::string> files_;
  std::string path_;
  std::string folder_;
  TranscribeOptions transcribe_;
  ModelOptions model_;
  bool srt_ = false;
  bool vtt_ = false;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeTranscribeCommand() { return std::make_unique<TranscribeCommand>(); }

}  // namespace edgevlm
