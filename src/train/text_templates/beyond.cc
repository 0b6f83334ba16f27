#include "train/text_templates/beyond.h"

#include <cmath>

#include "train/text_templates/phrases.h"

namespace edgevlm::train {

std::optional<std::string> AnswerBeyond(Relation relation, const PlacedGroup& reference,
                                        const std::vector<PlacedGroup>& groups) {
  const PlacedGroup* beyond = nullptr;
  int count = 0;
  for (const PlacedGroup& group : groups) {
    if (&group == &reference) continue;
    for (const Point& center : group.centers) {
      const float gap = Gap(relation, {center}, reference.centers);
      if (std::fabs(gap) < kRelationMargin) return std::nullopt;
      if (gap < 0) continue;
      if (beyond != nullptr && beyond != &group) return std::nullopt;
      beyond = &group;
      ++count;
    }
  }
  if (beyond == nullptr) return std::nullopt;
  return Counted(beyond->what, count);
}

}  // namespace edgevlm::train
