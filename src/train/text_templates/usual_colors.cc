#include "train/text_templates/usual_colors.h"

#include <utility>

namespace edgevlm::train {
namespace {

constexpr std::pair<std::string_view, std::string_view> kColors[] = {
    {"tomato", "red"},      {"strawberry", "red"},
    {"apple", "red"},       {"ladybug", "red"},
    {"chili", "red"},       {"fire engine", "red"},
    {"carrot", "orange"},   {"pumpkin", "orange"},
    {"fox", "orange"},      {"basketball", "orange"},
    {"banana", "yellow"},   {"lemon", "yellow"},
    {"chick", "yellow"},    {"cheese", "yellow"},
    {"moon", "yellow"},     {"sun", "yellow"},
    {"crown", "yellow"},    {"bell", "yellow"},
    {"frog", "green"},      {"turtle", "green"},
    {"snake", "green"},     {"crocodile", "green"},
    {"tree", "green"},      {"cactus", "green"},
    {"palm tree", "green"}, {"christmas tree", "green"},
    {"pear", "green"},      {"whale", "blue"},
    {"water drop", "blue"}, {"fish", "blue"},
    {"eggplant", "purple"}, {"flamingo", "pink"},
    {"pig", "pink"},        {"monkey", "brown"},
    {"cookie", "brown"},    {"teddy bear", "brown"},
    {"hedgehog", "brown"},  {"horse", "brown"},
    {"owl", "brown"},       {"ghost", "white"},
    {"snowman", "white"},   {"cloud", "white"},
    {"baseball", "white"},  {"top hat", "black"},
    {"mouse", "gray"},      {"koala", "gray"},
};

}  // namespace

std::optional<std::string_view> UsualColor(std::string_view name) {
  for (const auto& [known, color] : kColors) {
    if (known == name) return color;
  }
  return std::nullopt;
}

}  // namespace edgevlm::train
