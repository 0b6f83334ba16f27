#include "transcribe/subtitles/prompt_text.h"

#include <array>
#include <cmath>
#include <cstdio>

namespace edgevlm {
namespace {

std::string MinutesAndSeconds(double seconds) {
  constexpr long long kMinute = 60;
  const long long whole = std::llround(std::floor(seconds));
  std::array<char, 40> text;
  std::snprintf(text.data(), text.size(), "%lld:%02lld", whole / kMinute, whole % kMinute);
  return text.data();
}

}  // namespace

std::string PromptText(const Transcript& transcript) {
  const std::string text = transcript.Text();
  if (text.empty()) return "Nobody speaks in the recording.\n\n";
  return "What is said in the recording: \"" + text + "\"\n\n";
}

std::string TimedPromptText(const Transcript& transcript) {
  if (transcript.segments.empty()) return "";
  std::string text = "What is said in the video:\n";
  for (const TranscriptSegment& segment : transcript.segments) {
    text += "[" + MinutesAndSeconds(segment.start_s) + "-" +
            MinutesAndSeconds(std::ceil(segment.end_s)) + "] " + segment.text + "\n";
  }
  return text + "\n";
}

}  // namespace edgevlm
