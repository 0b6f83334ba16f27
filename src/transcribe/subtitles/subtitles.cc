#include "transcribe/subtitles/subtitles.h"

#include <array>
#include <cmath>
#include <cstdio>

namespace edgevlm {
namespace {

// On one line, so that a text cannot begin a cue of its own.
std::string OneLine(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  }
  return text;
}

// WebVTT has markup.
std::string Escaped(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '&') {
      escaped += "&amp;";
    } else if (c == '<') {
      escaped += "&lt;";
    } else if (c == '>') {
      escaped += "&gt;";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string Times(const TranscriptSegment& segment, char separator) {
  return Timestamp(segment.start_s, separator) + " --> " + Timestamp(segment.end_s, separator) +
         "\n";
}

}  // namespace

std::string Timestamp(double seconds, char separator) {
  const long long milliseconds = std::llround(seconds * 1000);
  std::array<char, 40> text;
  std::snprintf(text.data(), text.size(), "%02lld:%02lld:%02lld%c%03lld", milliseconds / 3'600'000,
                milliseconds / 60'000 % 60, milliseconds / 1000 % 60, separator,
                milliseconds % 1000);
  return text.data();
}

std::string HeaderOf(TranscriptForm form) {
  return form == TranscriptForm::kVtt ? "WEBVTT\n\n" : "";
}

std::string Write(const TranscriptSegment& segment, int number, TranscriptForm form) {
  const std::string text = OneLine(segment.text);
  if (form == TranscriptForm::kText) return text + "\n";
  if (form == TranscriptForm::kVtt) return Times(segment, '.') + Escaped(text) + "\n\n";
  return std::to_string(number) + "\n" + Times(segment, ',') + text + "\n\n";
}

}  // namespace edgevlm
