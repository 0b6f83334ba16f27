#include "video/select/frame_selector.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>

#include "base/check.h"

namespace edgevlm {
namespace {

struct SelectorKind {
  std::string_view name;
  std::string_view form;
  std::unique_ptr<const FrameSelector> (*make)(const SelectorChoice& choice);
};

constexpr std::string_view kAuto = "auto";
constexpr std::string_view kRate = "fps";
constexpr int kMostFrames = 10'000;
constexpr double kMostRate = 240;

constexpr std::array<SelectorKind, 6> kSelectors = {
    {{kAuto, "auto[:N]", nullptr},
     {"uniform", "uniform[:N]", [](const SelectorChoice&) { return MakeUniformSelector(); }},
     {kRate, "fps:X",
      [](const SelectorChoice& choice) { return MakeRateSelector(choice.frames_per_second); }},
     {"scene", "scene[:N]", [](const SelectorChoice&) { return MakeSceneSelector(); }},
     {"motion", "motion[:N]", [](const SelectorChoice&) { return MakeMotionSelector(); }},
     {"query", "query[:N]", [](const SelectorChoice&) { return MakeQuerySelector(); }}}};

Error Invalid(std::string_view text) {
  return {ErrorCode::kInvalid,
          "--frames: expected " + SelectorForms() + ", found " + std::string(text)};
}

template <class T>
bool ReadWithin(std::string_view text, T most, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value > 0 && value <= most;
}

}  // namespace

std::string SelectorForms() {
  std::string forms;
  for (const SelectorKind& kind : kSelectors) {
    forms += (forms.empty() ? "" : "|") + std::string(kind.form);
  }
  return forms;
}

Result<SelectorChoice> ParseSelector(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  const auto kind = std::ranges::find(kSelectors, name, &SelectorKind::name);
  if (kind == kSelectors.end()) return Invalid(text);
  SelectorChoice choice;
  choice.name = name;
  const bool is_rate = name == kRate;
  if (colon == std::string_view::npos) {
    return is_rate ? Result<SelectorChoice>(Invalid(text)) : choice;
  }
  const std::string_view number = text.substr(colon + 1);
  const bool is_read = is_rate ? ReadWithin(number, kMostRate, choice.frames_per_second)
                               : ReadWithin(number, kMostFrames, choice.count);
  if (!is_read) return Invalid(text);
  return choice;
}

const char* AutoSelector(double seconds, int count) {
  constexpr int kManyFrames = 32;
  return count >= kManyFrames || seconds <= count ? "uniform" : "scene";
}

std::unique_ptr<const FrameSelector> MakeSelector(const SelectorChoice& choice) {
  const auto kind = std::ranges::find(kSelectors, choice.name, &SelectorKind::name);
  CHECK(kind != kSelectors.end() && kind->make != nullptr);
  return kind->make(choice);
}

}  // namespace edgevlm
