// Synonyms: other words that people use for the things in ThingNames().
#pragma once

#include <random>
#include <span>
#include <string>

namespace edgevlm::train {

struct Synonym {
  const char* name;    // in ThingNames()
  const char* other;   // means the same and no other thing in the table
  const char* plural;  // of the other word
};

std::span<const Synonym> Synonyms();

// Replaces the first name in a phrase, singular or plural, for which there is a synonym: "an
// airplane" -> "a plane". The same phrase if there is none.
std::string WithSynonym(const std::string& phrase, std::mt19937_64& rng);

// A location or a category in other words: "in the top left" -> "in the upper left corner",
// "foods" -> "things to eat". The same phrase if it is none, or has no others.
std::string Rephrased(const std::string& phrase, std::mt19937_64& rng);

}  // namespace edgevlm::train
