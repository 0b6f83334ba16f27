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

}  // namespace edgevlm::train
