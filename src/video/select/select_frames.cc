#include "video/select/select_frames.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace edgevlm {
namespace {

constexpr double kMostFactsPerSecond = 8;
constexpr int kMostFacts = 240;
// Encoders begin a scene with a key frame, and cameras send one each second or two: so many for
// each frame that is wanted show what there is to choose from, at a tenth of the cost of all
// frames.
constexpr int kKeyFramesPerFrame = 2;
constexpr double kFarApartSeconds = 5;
constexpr double kTickSeconds = 0.001;
// What only noise changes: 8 of 255 in each block.
constexpr double kLookAlike = 8.0 / 255;

std::string Seconds(double seconds) {
  const std::string text = std::to_string(seconds);
  return text.substr(0, text.find('.') + 3) + " s";
}

// One selection in progress.
class Selection {
 public:
  Selection(const VideoSource& source, const SelectionOptions& options)
      : source_(source), options_(options) {}

  Result<SelectedFrames> Run() {
    if (auto error = FindLength()) return *error;
    if (auto error = Choose()) return *error;
    if (auto error = ReadChosen()) return *error;
    // A file may state a length that its frames do not reach.
    if (end_ && *end_ + kTickSeconds < To() && selected_.frames.size() < times_.size()) {
      selected_.seconds = *end_;
      if (auto error = CheckRange()) return *error;
      if (auto error = Choose()) return *error;
      if (auto error = ReadChosen()) return *error;
    }
    if (selected_.frames.empty()) {
      return Error{ErrorCode::kCorrupt, "video: expected frames from " +
                                            Seconds(options_.from_seconds) + " to " +
                                            Seconds(To()) + ", found none that can be decoded"};
    }
    if (!has_own_number()) LeaveOutDuplicates();
    return std::move(selected_);
  }

 private:
  bool has_own_number() const {
    return options_.selector.count > 0 || options_.selector.frames_per_second > 0;
  }
  double To() const { return std::min(options_.to_seconds, selected_.seconds); }

  MaybeError CheckRange() const {
    if (options_.to_seconds < options_.from_seconds) {
      return Error{ErrorCode::kInvalid, "--to: expected a time after --from " +
                                            Seconds(options_.from_seconds) + ", found " +
                                            Seconds(options_.to_seconds)};
    }
    if (options_.from_seconds == 0 || options_.from_seconds < selected_.seconds) {
      return std::nullopt;
    }
    return Error{ErrorCode::kInvalid, "--from: expected a time before the end of the video, " +
                                          Seconds(selected_.seconds) + ", found " +
                                          Seconds(options_.from_seconds)};
  }

  MaybeError FindLength() {
    const auto stream = source_.Read({.times = {options_.from_seconds}, .max_side = kMeasuredSide});
    if (!stream) return stream.error();
    selected_.info = (*stream)->info();
    selected_.seconds = selected_.info.seconds;
    if (selected_.seconds == 0) {
      if (auto error = ReadFacts(OtherFrames::kAll)) return error;
      selected_.seconds = end_.value_or(facts_.empty() ? 0 : facts_.back().seconds);
    }
    return CheckRange();
  }

  // Where there are too few key frames for what is to be chosen.
  enum class OtherFrames { kAll, kNone };

  // Measures frames of the range, or of the whole if its length is not known.
  MaybeError ReadFacts(OtherFrames others) {
    const double from = options_.from_seconds;
    const double length = selected_.seconds > 0 ? To() - from : 0;
    const auto stream =
        source_.Read({.from_seconds = from,
                      .to_seconds = options_.to_seconds,
                      .every_seconds = std::max(1 / kMostFactsPerSecond, length / kMostFacts),
                      .enough_key_frames = std::min(kKeyFramesPerFrame * count_, kMostFacts),
                      .all_otherwise = others == OtherFrames::kAll,
                      .max_side = kMeasuredSide,
                      .is_rough = true,
                      .threads = options_.threads});
    if (!stream) return stream.error();
    facts_.clear();
    while (true) {
      const auto frame = (*stream)->Next();
      if (!frame) return frame.error();
      if (!*frame) break;
      facts_.push_back(MeasureFrame(**frame));
      if (facts_.size() > std::size_t{2} * kMostFacts) HalveFacts();
    }
    end_ = (*stream)->end_seconds();
    return std::nullopt;
  }

  // Of a video of unknown length: every second one.
  void HalveFacts() {
    for (std::size_t i = 0; 2 * i < facts_.size(); ++i) facts_[i] = facts_[2 * i];
    facts_.resize((facts_.size() + 1) / 2);
  }

  MaybeError Choose() {
    const double length = std::max(0.0, To() - options_.from_seconds);
    SelectorChoice choice = options_.selector;
    int count = choice.count > 0 ? choice.count : options_.budget_frames;
    if (choice.name == "auto") {
      if (choice.count == 0 && options_.most_frames_per_second > 0) {
        const double most = std::ceil(length * options_.most_frames_per_second);
        count = std::clamp(static_cast<int>(std::min(most, 1e6)), 1, count);
      }
      choice.name = AutoSelector(length, count);
    }
    count_ = count;
    // All frames cost more than what is known by them is worth, unless it was asked for.
    if (options_.selector.name == "auto" && choice.name == "scene" && facts_.empty()) {
      if (auto error = ReadFacts(OtherFrames::kNone)) return error;
      if (facts_.empty()) choice.name = "uniform";
    }
    selected_.selector = choice.name;
    const auto selector = MakeSelector(choice);
    if (selector->needs_facts() && facts_.empty()) {
      if (auto error = ReadFacts(OtherFrames::kAll)) return error;
    }
    const SelectionTask task = {.from_seconds = options_.from_seconds,
                                .to_seconds = options_.from_seconds + length,
                                .count = count,
                                .facts = facts_};
    // Nothing can be measured where nothing can be decoded.
    const bool is_possible = !selector->needs_facts() || !facts_.empty();
    times_ = is_possible ? selector->Choose(task) : std::vector<double>();
    return std::nullopt;
  }

  MaybeError ReadChosen() {
    selected_.frames.clear();
    if (times_.empty()) return std::nullopt;
    const auto stream = source_.Read({.times = times_,
                                      .slack_seconds = Slack(),
                                      .max_side = options_.max_side,
                                      .threads = options_.threads});
    if (!stream) return stream.error();
    while (true) {
      auto frame = (*stream)->Next();
      if (!frame) return frame.error();
      if (!*frame) break;
      selected_.frames.push_back(**std::move(frame));
    }
    end_ = (*stream)->end_seconds();
    return std::nullopt;
  }

  // Evenly spread frames that lie far apart may be a little off: the nearest key frame tells as
  // much.
  double Slack() const {
    if (selected_.selector != "uniform" || times_.empty()) return 0;
    const double part = (To() - options_.from_seconds) / static_cast<double>(times_.size());
    return part >= kFarApartSeconds ? part / 4 : 0;
  }

  void LeaveOutDuplicates() {
    std::vector<VideoFrame> kept;
    std::optional<FrameFacts> last;
    for (VideoFrame& frame : selected_.frames) {
      const FrameFacts facts = MeasureFrame(frame);
      if (last && LargestBlockChange(*last, facts) < kLookAlike) {
        ++selected_.near_duplicates;
        continue;
      }
      last = facts;
      kept.push_back(std::move(frame));
    }
    selected_.frames = std::move(kept);
  }

  const VideoSource& source_;
  const SelectionOptions& options_;
  SelectedFrames selected_;
  std::vector<FrameFacts> facts_;
  int count_ = 0;  // of frames at most, once they are chosen
  std::vector<double> times_;
  std::optional<double> end_;
};

}  // namespace

Result<SelectedFrames> SelectFrames(const VideoSource& source, const SelectionOptions& options) {
  return Selection(source, options).Run();
}

}  // namespace edgevlm
