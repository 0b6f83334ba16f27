// Parses generated texts, for tests only. Written against the contracts of the headers,
// independently of the code that generates the texts.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "train/scenes/scene.h"
#include "train/scenes/things.h"

namespace edgevlm::train {

// A parsed noun phrase. count is 0 without a count word; "the" counts as 1.
struct ReadPhrase {
  int count = 0;
  bool plural = false;
  std::string name;
  std::string color;
  std::string digits;
};

inline bool CutPrefix(std::string_view prefix, std::string& text) {
  if (!text.starts_with(prefix)) return false;
  text.erase(0, prefix.size());
  return true;
}

inline bool CutSuffix(std::string_view suffix, std::string& text) {
  if (!text.ends_with(suffix)) return false;
  text.erase(text.size() - suffix.size());
  return true;
}

// Parses "two red circles", "the display that reads 4 2" or "red circles". A name that is both
// singular and plural ("fish") is plural if the count is not 1.
inline std::optional<ReadPhrase> ReadPhraseOf(std::string text) {
  ReadPhrase phrase;
  constexpr std::array<const char*, 5> kCounts = {"a ", "two ", "three ", "four ", "five "};
  for (std::size_t i = 0; i < kCounts.size(); ++i) {
    if (CutPrefix(kCounts[i], text)) phrase.count = static_cast<int>(i) + 1;
  }
  if (CutPrefix("an ", text) || CutPrefix("the ", text)) phrase.count = 1;
  for (const char* reads : {" that reads ", " that read "}) {
    const std::size_t at = text.find(reads);
    if (at == std::string::npos) continue;
    for (const char digit : text.substr(at + std::string(reads).size())) {
      if (digit != ' ') phrase.digits += digit;
    }
    text.erase(at);
  }
  for (const char* color : kColorNames) {
    if (CutPrefix(std::string(color) + " ", text)) phrase.color = color;
  }
  for (const ThingName& thing : ThingNames()) {
    const bool is_plural = text == thing.plural && (text != thing.name || phrase.count != 1);
    if (!is_plural && text != thing.name) continue;
    phrase.name = thing.name;
    phrase.plural = is_plural;
    return phrase;
  }
  return std::nullopt;
}

inline bool Fits(const ReadPhrase& phrase, const Thing& thing) {
  const bool is_shape = thing.kind == ThingKind::kShape;
  return phrase.name == ThingNames()[static_cast<std::size_t>(thing.name)].name &&
         (phrase.color.empty() || (is_shape && phrase.color == NameOf(thing.color))) &&
         (phrase.digits.empty() || phrase.digits == thing.reading);
}

inline std::vector<Point> CentersOf(const ReadPhrase& phrase, const Scene& scene) {
  std::vector<Point> centers;
  for (const Thing& thing : scene.things) {
    if (Fits(phrase, thing)) centers.push_back(thing.Center());
  }
  return centers;
}

// "a cat, two bananas and a dog" -> three phrases; empty if one cannot be parsed.
inline std::vector<ReadPhrase> ReadList(std::string text) {
  std::vector<ReadPhrase> phrases;
  while (!text.empty()) {
    const std::size_t comma = text.find(", ");
    const std::size_t both = text.find(" and ");
    const std::size_t end = std::min({comma, both, text.size()});
    const auto phrase = ReadPhraseOf(text.substr(0, end));
    if (!phrase) return {};
    phrases.push_back(*phrase);
    text.erase(0, end == text.size() ? end : end + (end == comma ? 2 : 5));
  }
  return phrases;
}

// Whether the phrases name every thing exactly once, with count, color and digits.
inline bool NamesAll(const std::vector<ReadPhrase>& phrases, const std::vector<Thing>& things) {
  std::size_t named = 0;
  for (const ReadPhrase& phrase : phrases) {
    int fitting = 0;
    for (const Thing& thing : things) {
      if (!Fits(phrase, thing)) continue;
      ++fitting;
      if (thing.kind == ThingKind::kShape && phrase.color.empty()) return false;
      if (thing.kind == ThingKind::kDisplay && phrase.digits.empty()) return false;
    }
    if (fitting != phrase.count || phrase.plural != (phrase.count != 1)) return false;
    named += static_cast<std::size_t>(fitting);
  }
  return named == things.size();
}

// Whether every point of a lies in this direction of every point of b, with a margin of 0.12.
inline bool LiesClearly(std::string_view direction, const std::vector<Point>& a,
                        const std::vector<Point>& b) {
  for (const Point& p : a) {
    for (const Point& q : b) {
      float gap = 0;
      if (direction == "left") gap = q.x - p.x;
      if (direction == "right") gap = p.x - q.x;
      if (direction == "above") gap = q.y - p.y;
      if (direction == "below") gap = p.y - q.y;
      if (gap < 0.12f - 1e-5f) return false;
    }
  }
  return !a.empty() && !b.empty();
}

// The name of the location of a point, by thirds, without a margin.
inline std::string LocationByThirds(Point point) {
  const std::string row = point.y < 1.0f / 3 ? "top" : point.y < 2.0f / 3 ? "" : "bottom";
  const std::string column = point.x < 1.0f / 3 ? "left" : point.x < 2.0f / 3 ? "" : "right";
  if (row.empty() && column.empty()) return "center";
  return row + (row.empty() || column.empty() ? "" : " ") + column;
}

// 1 to 5 things with centers at least 0.11 apart. It uses few names and colors, so that equal and
// similar things are common.
inline Scene RandomScene(std::mt19937_64& rng) {
  const int emojis[] = {0, 1, FirstShape() / 2, FirstShape() - 1};
  const auto draw = [&](int count) {
    return static_cast<int>(rng() % static_cast<unsigned>(count));
  };
  Scene scene;
  const int count = 1 + draw(5);
  while (static_cast<int>(scene.things.size()) < count) {
    Thing thing;
    const int kind = draw(5);
    thing.kind = kind < 2 ? ThingKind::kEmoji : kind < 4 ? ThingKind::kShape : ThingKind::kDisplay;
    thing.name = DisplayName();
    if (kind < 2) thing.name = emojis[draw(4)];
    if (kind == 2 || kind == 3) thing.name = FirstShape() + draw(2);
    thing.color = static_cast<Color>(draw(3));
    if (kind == 4) thing.reading = draw(2) == 0 ? "427" : std::to_string(draw(10000));
    const Point center{static_cast<float>(draw(1000)) / 1000,
                       static_cast<float>(draw(1000)) / 1000};
    thing.corners.fill(center);
    const bool is_near = std::any_of(scene.things.begin(), scene.things.end(), [&](const Thing& t) {
      return std::hypot(t.Center().x - center.x, t.Center().y - center.y) < 0.11f;
    });
    if (!is_near) scene.things.push_back(thing);
  }
  return scene;
}

}  // namespace edgevlm::train
