// Phrases: building blocks of captions, questions and answers. All in lower case.
#pragma once

#include <array>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "train/text_templates/groups.h"

namespace edgevlm::train {

inline constexpr std::array<const char*, 6> kNumberWords = {"zero",  "one",  "two",
                                                            "three", "four", "five"};

inline const char* YesOrNo(bool yes) { return yes ? "yes" : "no"; }

// Replaces "{0}", "{1}", ... in the pattern by the parts.
// REQUIRES: a part for every number; parts without braces.
std::string Fill(std::string_view pattern, std::initializer_list<std::string_view> parts);

std::string Fill(std::string_view pattern, std::span<const std::string> parts);

// "427" -> "4 2 7".
std::string SpacedDigits(std::string_view digits);

// "a quarter past three". REQUIRES: a clock's reading (instruments.h).
std::string TimeInWords(const std::string& time);

// "dog", "red circle", "display that reads 4 2 7", "clock that shows three o'clock", "bar chart
// with four bars".
std::string Noun(const Description& what);

// "dogs", "red circles", "displays that read 4 2 7".
std::string PluralNoun(const Description& what);

// "a dog", "an umbrella".
std::string WithArticle(const std::string& noun);

// "a dog", "two red circles", "a display that reads 4 2 7". REQUIRES: 1 <= count <= 5.
std::string Counted(const Description& what, int count);

// "a cat", "a cat and a dog", "a cat, two bananas and a blue ring". REQUIRES: not empty.
std::string Listed(const std::vector<PlacedGroup>& groups);

// The unambiguous names of the only thing of a group, the full one first: {"the red circle", "the
// circle"}. Empty for a group of several things.
std::vector<std::string> UniqueNames(const PlacedGroup& group,
                                     const std::vector<PlacedGroup>& groups);

}  // namespace edgevlm::train
