#include "video/select/select_frames.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace edgevlm {
namespace {

constexpr const char* kAuto = "auto";
constexpr const char* kUniform = "uniform";
constexpr const char* kScene = "scene";
constexpr const char* kQuery = "query";

constexpr double kMostFactsPerSecond = 8;
constexpr int kMostFacts = 240;
// Encoders begin a scene with a key frame, and cameras send one each second or two: so many for
// each frame that is wanted show what there is to choose from, at a tenth of the cost of all
// frames.
constexpr int kKeyFramesPerFrame = 2;
constexpr double kFarApartSeconds = 5;
// Of a part, to both sides of its middle: neighbors stay a third of a part apart, so that an event
// that is shorter is shown as often as by frames in the middle.
constexpr double kSlack = 1.0 / 3;
constexpr double kTickSeconds = 0.001;
// What only noise changes: 8 of 255 in each block.
constexpr double kLookAlike = 8.0 / 255;
// Cosine of what the vision encoder makes of two frames. By the built-in model, the noise of a
// cheap camera leaves 0.998 and compression more; a shape that moves for a quarter of a second
// 0.994, one that changes its color 0.94.
constexpr float kEmbedAlike = 0.998F;
// Frames that are compared with a question: twice those that are wanted, as most videos have fewer
// shots, and as many as a reply to a few frames is worth.
constexpr int kCandidatesPerFrame = 2;
constexpr int kLeastCandidates = 16;
constexpr int kMostCandidates = 48;
// Where auto compares: more frames show all shots of most videos anyway.
constexpr int kFewFrames = 8;

int CandidatesFor(int count) {
  const int wanted = std::clamp(kCandidatesPerFrame * count, kLeastCandidates, kMostCandidates);
  return std::max(wanted, count);
}

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
    if (compares_) {
      if (auto error = KeepBest()) return *error;
    } else if (!has_own_number()) {
      if (auto error = LeaveOutDuplicates()) return *error;
    }
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
    const auto stream = source_.Read({.wants_frames = false});
    if (!stream) return stream.error();
    // To its end, so that what decodes is free for the next request.
    const auto none = (*stream)->Next();
    if (!none) return none.error();
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

  int KeyFramesFor() const {
    const bool is_query = options_.selector.name == kQuery;
    return is_query ? CandidatesFor(count_) : kKeyFramesPerFrame * count_;
  }

  // Measures frames of the range, or of the whole if its length is not known.
  MaybeError ReadFacts(OtherFrames others) {
    const double from = options_.from_seconds;
    const double length = selected_.seconds > 0 ? To() - from : 0;
    const auto stream =
        source_.Read({.from_seconds = from,
                      .to_seconds = options_.to_seconds,
                      .every_seconds = std::max(1 / kMostFactsPerSecond, length / kMostFacts),
                      .enough_key_frames = std::min(KeyFramesFor(), kMostFacts),
                      .all_otherwise = others == OtherFrames::kAll,
                      .max_side = kMeasuredSide,
                      .is_rough = true,
                      .threads = options_.threads});
    if (!stream) return stream.error();
    // The pass that decodes the most.
    selected_.info.decoder = (*stream)->info().decoder;
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

  // How many frames at most.
  int CountFor(double length) const {
    const SelectorChoice& choice = options_.selector;
    if (choice.count > 0) return choice.count;
    if (choice.name != kAuto || options_.most_frames_per_second <= 0) return options_.budget_frames;
    const double most = std::ceil(length * options_.most_frames_per_second);
    return std::clamp(static_cast<int>(std::min(most, 1e6)), 1, options_.budget_frames);
  }

  // The selector that auto stands for.
  std::string AutoName(double length) const {
    std::string name = AutoSelector(length, count_);
    const FrameJudge& judge = options_.judge;
    const bool pays = judge.may_choose && judge.fits && count_ <= kFewFrames;
    return name == kScene && pays ? kQuery : name;
  }

  // Sets the selector's name and count_. Errors: kInvalid.
  MaybeError Decide(double length) {
    std::string& name = selected_.selector;
    const bool is_auto = options_.selector.name == kAuto;
    count_ = CountFor(length);
    name = is_auto ? AutoName(length) : options_.selector.name;
    if (name == kQuery && has_nothing_to_find_) name = kScene;
    if (name == kQuery && !options_.judge.fits) {
      return Error{ErrorCode::kInvalid, "--frames: query: expected a question, found none"};
    }
    // All frames cost more than what is known by them is worth, unless it was asked for.
    if (is_auto && name != kUniform && facts_.empty()) {
      if (auto error = ReadFacts(OtherFrames::kNone)) return error;
      if (facts_.empty()) name = kUniform;
    }
    compares_ = name == kQuery;
    return std::nullopt;
  }

  MaybeError Choose() {
    const double length = std::max(0.0, To() - options_.from_seconds);
    if (auto error = Decide(length)) return error;
    SelectorChoice choice = options_.selector;
    // Candidates are those of scene.
    choice.name = compares_ ? kScene : selected_.selector;
    const auto selector = MakeSelector(choice);
    if (selector->needs_facts() && facts_.empty()) {
      if (auto error = ReadFacts(OtherFrames::kAll)) return error;
    }
    const SelectionTask task = {.from_seconds = options_.from_seconds,
                                .to_seconds = options_.from_seconds + length,
                                .count = compares_ ? CandidatesFor(count_) : count_,
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
    if (selected_.selector != kUniform || times_.empty()) return 0;
    const double part = (To() - options_.from_seconds) / static_cast<double>(times_.size());
    return part >= kFarApartSeconds ? part * kSlack : 0;
  }

  MaybeError LeaveOutDuplicates() {
    LeaveOutWhatLooksAlike();
    if (!options_.judge.likeness || selected_.frames.size() < 2) return std::nullopt;
    const auto likeness = options_.judge.likeness(selected_.frames);
    if (!likeness) return likeness.error();
    const std::size_t before = selected_.frames.size();
    KeepUnits([&](std::size_t unit) { return (*likeness)[unit] < kEmbedAlike; });
    selected_.near_duplicates += static_cast<int>(before - selected_.frames.size());
    return std::nullopt;
  }

  void LeaveOutWhatLooksAlike() {
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

  // A unit is what the judge has a number for: a frame or a pair.
  std::size_t frames_per_unit() const { return options_.judge.in_pairs ? 2 : 1; }

  template <class Wanted>
  void KeepUnits(const Wanted& wanted) {
    std::vector<VideoFrame> kept;
    for (std::size_t i = 0; i < selected_.frames.size(); ++i) {
      if (wanted(i / frames_per_unit())) kept.push_back(std::move(selected_.frames[i]));
    }
    selected_.frames = std::move(kept);
  }

  // Of the candidates, those that fit the question.
  MaybeError KeepBest() {
    LeaveOutWhatLooksAlike();
    auto fits = options_.judge.fits(selected_.frames);
    if (!fits) return fits.error();
    if (fits->empty()) return ChooseWithoutQuestion();
    if (auto error = PutLookAlikesLast(*fits)) return error;
    std::vector<FrameFacts> facts;
    for (std::size_t i = 0; i < selected_.frames.size(); i += frames_per_unit()) {
      facts.push_back({.seconds = selected_.frames[i].seconds});
    }
    const int units = std::max(1, count_ / static_cast<int>(frames_per_unit()));
    const std::vector<double> best = MakeQuerySelector()->Choose(
        {.to_seconds = To(), .count = units, .facts = facts, .fits = *fits});
    KeepUnits(
        [&](std::size_t unit) { return std::ranges::binary_search(best, facts[unit].seconds); });
    return std::nullopt;
  }

  MaybeError ChooseWithoutQuestion() {
    has_nothing_to_find_ = true;
    selected_.near_duplicates = 0;
    if (auto error = Choose()) return error;
    if (auto error = ReadChosen()) return error;
    return has_own_number() ? std::nullopt : LeaveOutDuplicates();
  }

  // One of several neighbors that are alike shows all that there is.
  MaybeError PutLookAlikesLast(std::vector<float>& fits) const {
    constexpr float kLast = -2;  // cosines are at least -1
    if (!options_.judge.likeness) return std::nullopt;
    const auto likeness = options_.judge.likeness(selected_.frames);
    if (!likeness) return likeness.error();
    for (std::size_t i = 0; i < fits.size(); ++i) {
      if ((*likeness)[i] >= kEmbedAlike) fits[i] = kLast;
    }
    return std::nullopt;
  }

  const VideoSource& source_;
  const SelectionOptions& options_;
  SelectedFrames selected_;
  std::vector<FrameFacts> facts_;
  int count_ = 0;                     // of frames at most, once they are chosen
  bool compares_ = false;             // frames are candidates, of which those that fit are kept
  bool has_nothing_to_find_ = false;  // the question, as the judge has found
  std::vector<double> times_;
  std::optional<double> end_;
};

}  // namespace

int MostFramesAtOnce(const SelectionOptions& options) {
  const SelectorChoice& selector = options.selector;
  const int count = std::max(selector.count, options.budget_frames);
  const bool may_compare =
      selector.name == kQuery || (selector.name == kAuto && options.judge.may_choose);
  return may_compare ? CandidatesFor(count) : count;
}

Result<SelectedFrames> SelectFrames(const VideoSource& source, const SelectionOptions& options) {
  return Selection(source, options).Run();
}

}  // namespace edgevlm
