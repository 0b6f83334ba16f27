#include "transcribe/cut_segments.h"

#include <algorithm>

namespace edgevlm {
namespace {

// A window that is caught in a text without times must not begin again and again.
constexpr double kLeastStep_s = 1;

// A segment from its tokens, of which the first and the last may be times.
WindowSegments::Segment SegmentOf(const SpeechTokens& tokens, std::span<const int> sampled,
                                  double window_s) {
  WindowSegments::Segment segment = {
      .start_s = 0, .end_s = window_s, .tokens = {sampled.begin(), sampled.end()}};
  bool has_start = false;
  for (const int id : sampled) {
    if (!tokens.IsTimestamp(id)) continue;
    (has_start ? segment.end_s : segment.start_s) = std::min(tokens.Seconds(id), window_s);
    has_start = true;
  }
  segment.end_s = std::max(segment.end_s, segment.start_s);
  return segment;
}

}  // namespace

WindowSegments CutSegments(const SpeechTokens& tokens, std::span<const int> sampled,
                           double window_s) {
  WindowSegments cut = {.segments = {}, .next_s = window_s};
  const auto is_time = [&](std::size_t i) { return tokens.IsTimestamp(sampled[i]); };
  std::size_t begin = 0;
  for (std::size_t i = 1; i < sampled.size(); ++i) {
    if (!is_time(i - 1) || !is_time(i)) continue;
    cut.segments.push_back(SegmentOf(tokens, sampled.subspan(begin, i - begin), window_s));
    begin = i;
  }
  const std::size_t size = sampled.size();
  const bool ends_with_one_time = size >= 2 && is_time(size - 1) && !is_time(size - 2);
  if (begin == 0 || ends_with_one_time) {
    if (begin < size) {
      cut.segments.push_back(SegmentOf(tokens, sampled.subspan(begin), window_s));
    }
  } else {
    const double last_s = tokens.Seconds(sampled[begin]);
    if (last_s >= kLeastStep_s) cut.next_s = std::min(last_s, window_s);
  }
  std::erase_if(cut.segments,
                [&](const auto& segment) { return tokens.TextOf(segment.tokens).empty(); });
  return cut;
}

}  // namespace edgevlm
