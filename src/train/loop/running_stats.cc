#include "train/loop/running_stats.h"

#include <array>
#include <cstddef>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace edgevlm::train {
namespace {

constexpr double kSmoothing = 0.98;

struct Stat {
  const char* name;   // in the log
  const char* label;  // in the progress line; null: it is not shown there
  double Losses::*value;
  double DistilLosses::*distilled;  // if value is null; only where there is a teacher
};

constexpr std::array kStats = {
    Stat{"cover", "cover", &Losses::cover, nullptr},
    Stat{"centre", "center", &Losses::center, nullptr},
    Stat{"place", nullptr, &Losses::box, nullptr},
    Stat{"colour", "color", &Losses::color, nullptr},
    Stat{"digit", "digit", &Losses::digit, nullptr},
    Stat{"reading", "reading", &Losses::reading, nullptr},
    Stat{"pointer", "pointer", &Losses::pointer, nullptr},
    Stat{"name", "name", &Losses::name, nullptr},
    Stat{"mention", "mention", &Losses::mention, nullptr},
    Stat{"order", "order", &Losses::order, nullptr},
    Stat{"number", "number", &Losses::number, nullptr},
    Stat{"exit", "exit", &Losses::exit, nullptr},
    Stat{"text", "text", &Losses::text, nullptr},
    Stat{"text_right", "right", &Losses::text_right, nullptr},
    Stat{"distil_features", "distil: features", nullptr, &DistilLosses::features},
    Stat{"distil_relations", "relations", nullptr, &DistilLosses::relations},
    Stat{"distil_logits", "logits", nullptr, &DistilLosses::logits},
    Stat{"distil_visual_logits", "visual", nullptr, &DistilLosses::visual_logits},
    Stat{"distil_visual_relations", "visual relations", nullptr, &DistilLosses::visual_relations},
};

double ValueOf(const Stat& stat, const Losses& losses) {
  return stat.value != nullptr ? losses.*stat.value : losses.distil.*stat.distilled;
}

bool Applies(const Stat& stat, bool taught) { return taught || stat.value != nullptr; }

}  // namespace

void RunningStats::Add(const Losses& losses) {
  const bool is_first = values_.empty();
  values_.resize(kStats.size());
  for (std::size_t i = 0; i < kStats.size(); ++i) {
    const double now = ValueOf(kStats[i], losses);
    values_[i] = is_first ? now : kSmoothing * values_[i] + (1 - kSmoothing) * now;
  }
}

std::string RunningStats::Text(bool taught) const {
  std::string text;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (kStats[i].label == nullptr || !Applies(kStats[i], taught)) continue;
    char value[32];
    std::snprintf(value, sizeof(value), "%.3f", values_[i]);
    text.append(text.empty() ? "" : " ").append(kStats[i].label).append(" ").append(value);
  }
  return text;
}

nlohmann::json RunningStats::Json(bool taught) const {
  nlohmann::json json;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (Applies(kStats[i], taught)) json[kStats[i].name] = values_[i];
  }
  return json;
}

}  // namespace edgevlm::train
