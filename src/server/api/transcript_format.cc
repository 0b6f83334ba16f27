#include "server/api/transcript_format.h"

#include <cmath>

#include "server/parse/json.h"
#include "transcribe/subtitles/subtitles.h"

namespace edgevlm {
namespace {

using nlohmann::json;

constexpr struct {
  std::string_view name;
  TranscriptFormat format;
} kTranscriptFormats[] = {{"json", TranscriptFormat::kJson},
                          {"text", TranscriptFormat::kText},
                          {"srt", TranscriptFormat::kSrt},
                          {"verbose_json", TranscriptFormat::kVerboseJson},
                          {"vtt", TranscriptFormat::kVtt}};

constexpr double kFramesPerSecond = 100;  // of "seek", as Whisper counts

// What OpenAI charges for: whole seconds.
json UsageOf(const Transcript& transcript) {
  return {{"type", "duration"}, {"seconds", std::ceil(transcript.seconds)}};
}

json SegmentJson(const TranscriptSegment& segment, int id) {
  return {{"id", id},
          {"seek", std::llround(segment.window_s * kFramesPerSecond)},
          {"start", segment.start_s},
          {"end", segment.end_s},
          {"text", segment.text},
          {"tokens", segment.tokens},
          {"temperature", segment.temperature},
          {"avg_logprob", segment.mean_log_probability},
          {"compression_ratio", segment.compression_ratio},
          {"no_speech_prob", segment.no_speech_probability}};
}

json VerboseJson(const Transcript& transcript, bool is_translation) {
  json segments = json::array();
  for (const TranscriptSegment& segment : transcript.segments) {
    segments.push_back(SegmentJson(segment, static_cast<int>(segments.size())));
  }
  return {{"task", is_translation ? "translate" : "transcribe"},
          {"language", transcript.language},
          {"duration", transcript.seconds},
          {"text", transcript.Text()},
          {"segments", std::move(segments)},
          {"usage", UsageOf(transcript)}};
}

std::string Subtitles(const Transcript& transcript, TranscriptForm form) {
  std::string text = HeaderOf(form);
  int number = 0;
  for (const TranscriptSegment& segment : transcript.segments) {
    text += Write(segment, ++number, form);
  }
  return text;
}

}  // namespace

std::optional<TranscriptFormat> FindTranscriptFormat(std::string_view name) {
  for (const auto& known : kTranscriptFormats) {
    if (known.name == name) return known.format;
  }
  return std::nullopt;
}

Response WholeTranscript(const Transcript& transcript, TranscriptFormat format,
                         bool is_translation) {
  constexpr const char* kPlain = "text/plain; charset=utf-8";
  switch (format) {
    case TranscriptFormat::kText:
      return {.type = kPlain, .body = transcript.Text() + "\n"};
    case TranscriptFormat::kSrt:
      return {.type = kPlain, .body = Subtitles(transcript, TranscriptForm::kSrt)};
    case TranscriptFormat::kVtt:
      return {.type = "text/vtt; charset=utf-8",
              .body = Subtitles(transcript, TranscriptForm::kVtt)};
    case TranscriptFormat::kVerboseJson:
      return {.body = ToText(VerboseJson(transcript, is_translation))};
    case TranscriptFormat::kJson:
      break;
  }
  return {.body = ToText(json({{"text", transcript.Text()}, {"usage", UsageOf(transcript)}}))};
}

std::string TranscriptDelta(const TranscriptSegment& segment, bool is_first) {
  return ToText(
      json({{"type", "transcript.text.delta"}, {"delta", (is_first ? "" : " ") + segment.text}}));
}

std::string TranscriptDone(const Transcript& transcript) {
  return ToText(json({{"type", "transcript.text.done"},
                      {"text", transcript.Text()},
                      {"usage", UsageOf(transcript)}}));
}

}  // namespace edgevlm
